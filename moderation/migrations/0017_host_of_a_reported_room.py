import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import moderation.cases


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('moderation', '0016_cases_of_a_room'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='host',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='one_open_case_per_room',
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(condition=models.Q(('about', 'room'), ('state__in', (moderation.cases.State['NEW'], moderation.cases.State['TRIAGED'], moderation.cases.State['CLAIMED'], moderation.cases.State['ESCALATED']))), fields=('room', 'host'), name='one_open_case_per_room_and_host'),
        ),
    ]
