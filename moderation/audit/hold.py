"""Legal holds: what is named in one is neither erased nor pruned until somebody releases it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from moderation.audit import people
from moderation.audit.models import Entry, Hold, Label
from moderation.audit.record import record
from moderation.audit.sealing import PERSONS
from moderation.audit.source import Source


class HeldError(Exception):
    """The law's fault: a hold keeps what was to be erased. `holds` are their numbers."""

    def __init__(self, holds: list[int]) -> None:
        super().__init__(f"kept by hold {', '.join(map(str, holds))}; release it first, or wait until it is released")
        self.holds = holds


@transaction.atomic
def place(
    object_type: str,
    object_id: str,
    *,
    ground: str,
    by: str,
    approver: str,
    review_at: datetime,
    now: datetime,
    source: Source,
) -> Hold:
    """A hold on a person (`user`), a `room` or a `case`, approved by somebody else than whoever asks for it.

    Raises `ValueError` if both are the same person.
    """
    if by == approver:
        raise ValueError("a hold is approved by somebody else than whoever asks for it")
    person = _id(object_id) if object_type in PERSONS else None
    hold = Hold.objects.create(
        person=person,
        object_type=object_type,
        object_id="" if person else object_id,
        ground=ground,
        approver=_id(approver),
        created_at=now,
        review_at=review_at,
    )
    act = {"object_type": object_type, "object_id": object_id, "detail": {"hold": hold.pk}}
    record("log.hold", source=source, actor=by, second=approver, **act)  # type: ignore[arg-type]  # the words of `Act`
    return hold


def _id(uid: str) -> int:
    """The row of a person's key, as the database has it now."""
    return (people.find(uid) or people.person(uid)).id


@transaction.atomic
def release(pk: int, *, by: str, now: datetime, source: Source) -> bool:
    """Whether the hold ended just now."""
    ended = Hold.objects.filter(pk=pk, released_at=None).update(released_at=now) == 1
    if ended:
        record("log.release", source=source, actor=by, object_type="hold", object_id=str(pk))
    return ended


def overdue(now: datetime) -> list[Hold]:
    """The holds that somebody should have looked at again by now."""
    return list(Hold.objects.filter(released_at=None, review_at__lt=now).order_by("review_at"))


def held() -> Q:
    """The entries that a hold keeps, as a condition on `Entry`."""
    kept = Q(pk__in=[])
    for hold in Hold.objects.filter(released_at=None):
        kept |= _kept(hold)
    return kept


def holding(person: int) -> list[int]:
    """The holds that keep a person from being erased: on themselves, or on something they had a part in."""
    mine = Label.objects.filter(person=person).values("entry")
    holds = Hold.objects.filter(released_at=None)
    return [hold.pk for hold in holds if hold.person == person or _touches(hold, mine)]


def _touches(hold: Hold, entries: Any) -> bool:
    return hold.person is None and Entry.objects.filter(_kept(hold), pk__in=entries).exists()


def _kept(hold: Hold) -> Q:
    if hold.person is not None:
        return Q(pk__in=Label.objects.filter(person=hold.person).values("entry"))
    named = Q(object_type=hold.object_type, object_id=hold.object_id)
    return named | Q(**{hold.object_type: hold.object_id}) if hold.object_type in ("room", "case") else named
