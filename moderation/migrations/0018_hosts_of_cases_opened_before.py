from django.db import migrations
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

HOST = 2  # `rooms.roles.Rank`, as it was then


def note(apps, _schema_editor):
    """Nothing: cases about a room have the host they were decided against, or else whoever hosts the room by now."""
    Case, Decision = apps.get_model('moderation', 'Case'), apps.get_model('moderation', 'Decision')
    Member = apps.get_model('rooms', 'Member')
    made = Decision.objects.filter(case=OuterRef('pk'), root=None).exclude(subject=None)
    made = made.exclude(measure='restrict_reporting').exclude(state='declined').order_by('pk')
    hosting = Member.objects.filter(room=OuterRef('room'), rank=HOST)
    Case.objects.filter(about='room', host=None).update(
        host=Coalesce(Subquery(made.values('subject')[:1]), Subquery(hosting.values('user')[:1]))
    )


class Migration(migrations.Migration):

    dependencies = [
        ('moderation', '0017_host_of_a_reported_room'),
        ('rooms', '0001_initial'),
    ]

    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
