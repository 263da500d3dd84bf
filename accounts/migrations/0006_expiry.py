from datetime import datetime, timedelta

from django.db import migrations, models
from django.utils import timezone


def soon() -> datetime:
    """When what is on its way while this is applied is no news any more."""
    return timezone.now() + timedelta(hours=1)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_endings'),
    ]

    operations = [
        migrations.AddField(
            model_name='notification',
            name='expires_at',
            field=models.DateTimeField(default=soon),
            preserve_default=False,
        ),
    ]
