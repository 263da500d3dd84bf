from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('moderation', '0019_a_request_is_done'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='trigger',
            name='one_open_trigger_of_what_is_watched',
        ),
    ]
