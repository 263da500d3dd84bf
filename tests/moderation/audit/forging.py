"""What somebody does who owns the database and has stolen the log's key: write the past anew, and sign it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from moderation.audit.models import Checkpoint, Cosignature, Entry, Head, Label, Leaf, Node
from tests.audit_triggers import lifted
from tests.moderation.audit.stored import seal

_TABLES: tuple[Any, ...] = (Entry, Label, Leaf, Node, Checkpoint, Cosignature, Head)
Backup = dict[Any, list[Any]]


def rewrite(now: datetime, action: str) -> Checkpoint:
    """The checkpoint over a past in which the first entry says something else; every hash of it is right."""
    with lifted():
        Entry.objects.filter(pk=Entry.objects.earliest("pk").pk).update(action=action)
        for table in _TABLES[2:6]:
            table.objects.all().delete()
        Head.objects.update(size=0, frontier=b"", watermark=0)
        return seal(now)


def truncate(now: datetime, count: int) -> Checkpoint:
    """The checkpoint over the log without its newest `count` entries."""
    with lifted():
        newest = Entry.objects.order_by("-pk").values_list("pk", flat=True)[:count]
        Entry.objects.filter(pk__in=list(newest)).delete()
    return rewrite(now, Entry.objects.earliest("pk").action)


def backup() -> Backup:
    """Every row of the log as it is now."""
    return {table: list(table.objects.all()) for table in _TABLES}


@contextmanager
def restored(kept: Backup) -> Iterator[None]:
    """The log as it was; it may grow again from there."""
    with lifted():
        for table in _TABLES:
            table.objects.all().delete()
        for table, rows in kept.items():
            table.objects.bulk_create(rows)
    yield
