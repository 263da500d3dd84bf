"""Entries in the database, under a checkpoint."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from moderation.audit import sequence
from moderation.audit.models import Checkpoint, Entry
from moderation.audit.record import record
from moderation.audit.source import Source

ORIGIN = f"{urlsplit(settings.PUBLIC_URL).netloc}/audit"
SOURCE = Source("192.0.2.7", 51234, "198.51.100.1:443", "Mozilla/5.0", "http")


def write(count: int, actor: str = "bob-uid", action: str = "room.join") -> list[Entry]:
    """This many entries of what `actor` did to mallory."""
    with transaction.atomic():
        made = [
            record(action, source=SOURCE, actor=actor, object_type="user", object_id="mallory-uid", room="r1")
            for _ in range(count)
        ]
    return list(Entry.objects.filter(pk__in=[one.pk for one in made]).order_by("pk"))


def seal(now: datetime) -> Checkpoint:
    """The checkpoint over all entries."""
    sequence.seal(now)
    return Checkpoint.objects.latest("size")
