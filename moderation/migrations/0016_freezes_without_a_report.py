import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('moderation', '0015_who_of_the_staff_reported'),
    ]

    operations = [
        migrations.AlterField(
            model_name='freeze',
            name='report',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='freeze', to='moderation.report'),
        ),
    ]
