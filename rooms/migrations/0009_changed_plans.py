from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('rooms', '0008_openings'),
    ]

    operations = [
        migrations.AddField(
            model_name='reminder',
            name='asked_for',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reminder',
            name='changed',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=Q(('changed', True)), fields=['room'], name='reminder_changed'),
        ),
    ]
