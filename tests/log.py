"""The log as a test asks about it: entries with what is sealed in them."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from moderation.audit import people
from moderation.audit.models import Entry
from moderation.audit.opened import opened
from moderation.audit.record import Written, record
from moderation.audit.sequence import seal
from moderation.audit.source import Source
from tests.audit_triggers import lifted


def entries(**wanted: Any) -> list[SimpleNamespace]:
    """The entries whose fields, public and personal, are as wanted, the oldest first.

    A person who is not there is an empty text, and the id of an object stands in `object_id` whatever it is.
    """
    found = [_read(one.fields) for one in opened(Entry.objects.order_by("pk"))]
    return [SimpleNamespace(**fields) for fields in found if wanted.items() <= fields.items()]


def entry(**wanted: Any) -> SimpleNamespace:
    """The only entry that is as wanted."""
    (only,) = entries(**wanted)
    return only


def known(*uids: str) -> None:
    """These persons have their keys in the log, as everybody has after a first act; nobody has one too."""
    people._known.clear()  # what an earlier test remembered was rolled back with it
    for uid in ("", *uids):
        people.person(uid)


def _read(fields: dict[str, Any]) -> dict[str, Any]:
    persons = {name: fields[name] or "" for name in ("actor", "object", "second")}
    return {**fields, **persons, "object_id": fields["object_id"] or persons["object"]}


def many(count: int) -> list[int]:
    """The ids of as many new entries, written in a transaction."""
    with transaction.atomic():
        return [record("room.open", source=Source.internal("command"), room="r").pk for _ in range(count)]


def aged(written: Entry | Written, age: timedelta) -> int:
    """The id of the entry, as if it had been written that long ago."""
    with lifted():
        Entry.objects.filter(pk=written.pk).update(recorded_at=Now() - age)
    return written.pk


def belated(age: timedelta, told: timedelta | None = None) -> int:
    """The id of an entry whose transaction was open for that long, while the log was sealed and settled beyond it.

    `told` is the age that it claims where that is another.
    """
    numbers = many(3)
    with lifted():
        Entry.objects.filter(pk__in=numbers).update(recorded_at=Now() - age)
        (late,) = Entry.objects.filter(pk=numbers[1]).values()
        Entry.objects.filter(pk=numbers[1]).delete()
    many(1)
    seal(timezone.now())
    return Entry.objects.create(**late | ({} if told is None else {"recorded_at": timezone.now() - told})).pk
