from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('moderation', '0018_hosts_of_cases_opened_before'),
    ]

    operations = [
        migrations.AddField(
            model_name='datarequest',
            name='done',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
