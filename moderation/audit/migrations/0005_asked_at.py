"""Since when a destination has left a question unanswered."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_whose_and_what_for'),
    ]

    operations = [
        migrations.AddField(
            model_name='stream',
            name='asked_at',
            field=models.DateTimeField(null=True),
        ),
    ]
