"""What was refused or failed is found together with whatever else is asked for, in one index."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0005_asked_at'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='entry',
            name='entry_result',
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('result', 'ok'), _negated=True), fields=['result', 'id'], include=('action', 'room', 'case', 'policy'), name='entry_result'),
        ),
    ]
