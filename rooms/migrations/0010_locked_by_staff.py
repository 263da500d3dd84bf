from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rooms', '0009_changed_plans'),
    ]

    operations = [
        migrations.AddField(
            model_name='room',
            name='locked_by_staff',
            field=models.BooleanField(default=False),
        ),
    ]
