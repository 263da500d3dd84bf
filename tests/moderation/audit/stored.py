"""Entries in the database, under a checkpoint."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from moderation.audit import check, sequence
from moderation.audit.models import Checkpoint, Entry, Leaf
from moderation.audit.record import record
from moderation.audit.source import Source

ORIGIN = f"{urlsplit(settings.PUBLIC_URL).netloc}/audit"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
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


def whole(entries: int) -> None:
    """Everything that waited is sealed once, and nothing is wrong with the log."""
    assert list(check.faults(NOON)) == []
    assert sorted(Leaf.objects.values_list("entry", flat=True)) == sorted(Entry.objects.values_list("pk", flat=True))
    assert sequence.head().size == Leaf.objects.count() == entries
