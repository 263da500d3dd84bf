from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('moderation', '0013_an_answer_is_read'),
    ]

    operations = [
        migrations.AddField(
            model_name='review',
            name='failed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='review',
            name='tries',
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
