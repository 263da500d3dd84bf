from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rooms', '0007_hops'),
    ]

    operations = [
        migrations.AddField(
            model_name='reminder',
            name='asked',
            field=models.BooleanField(default=True),
        ),
    ]
