from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rooms', '0006_carriers'),
    ]

    operations = [
        migrations.AddField(
            model_name='member',
            name='hop',
            field=models.PositiveIntegerField(default=0),
        ),
    ]
