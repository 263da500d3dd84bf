from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('moderation', '0012_a_review_is_made_by_a_worker'),
    ]

    operations = [
        migrations.AddField(
            model_name='datarequest',
            name='read_at',
            field=models.DateTimeField(null=True),
        ),
    ]
