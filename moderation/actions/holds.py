"""Legal holds: asked for by one of the staff, placed by another, released by any of them."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from moderation.actions.base import Code, Refused
from moderation.actions.staff import answerable
from moderation.audit import hold, people
from moderation.audit.models import Hold
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Case, Held, HoldRequest
from rooms.models import Room


@transaction.atomic
def ask(
    kind: Held, object_id: str, ground: str, review_at: datetime, *, by: User, now: datetime, source: Source
) -> HoldRequest:
    """The new request. Raises `Refused`: GONE where there is no such thing, SUBJECT for oneself, EMPTY, SCOPE."""
    if kind is Held.CASE and object_id.isdecimal():
        object_id = str(int(object_id))  # as the log has it: a hold on 007, or in other digits, would keep nothing
    if not _exists(kind, object_id):
        raise Refused(Code.GONE)
    if object_id == by.uid:
        raise Refused(Code.SUBJECT)
    if not ground.strip():
        raise Refused(Code.EMPTY)
    if review_at <= now:
        raise Refused(Code.SCOPE)
    asked = HoldRequest.objects.create(
        object_type=kind, object_id=object_id, ground=ground.strip(), review_at=review_at, asked_by=by, asked_at=now
    )
    record("log.hold_ask", source=source, actor=by.uid, object_type=kind, object_id=object_id)
    return asked


@transaction.atomic
def decide(pk: int, placed: bool, *, by: User, now: datetime, source: Source) -> None:
    """Nothing: the hold is placed, or the request refused. Raises `Refused`: GONE, DECIDED, SAME_PERSON, SUBJECT."""
    asked = answerable(HoldRequest, pk, by, now)
    if asked.object_id == by.uid:
        raise Refused(Code.SUBJECT)
    asked.approver, asked.decided_at = by, now
    if placed:
        asked.hold = hold.place(
            asked.object_type,
            asked.object_id,
            ground=asked.ground,
            by=asked.asked_by.uid,
            approver=by.uid,
            review_at=asked.review_at,
            now=now,
            source=source,
        ).pk
    else:
        about = {"object_type": asked.object_type, "object_id": asked.object_id}
        record("log.hold_refuse", source=source, actor=by.uid, second=asked.asked_by.uid, **about)  # type: ignore[arg-type]  # the words of `Act`
    asked.save(update_fields=["approver", "decided_at", "hold"])


def release(pk: int, *, by: User, now: datetime, source: Source) -> None:
    """Nothing: the hold ended. Raises `Refused`: SUBJECT for one on oneself, GONE where it had ended before."""
    who = people.find(by.uid)
    if who and Hold.objects.filter(pk=pk, person=who.id).exists():
        raise Refused(Code.SUBJECT)
    if not hold.release(pk, by=by.uid, now=now, source=source):
        raise Refused(Code.GONE)


def _exists(kind: Held, object_id: str) -> bool:
    if kind is Held.PERSON:
        return User.objects.filter(uid=object_id).exists()
    if kind is Held.ROOM:
        return Room.objects.filter(pk=object_id).exists()
    return object_id.isdecimal() and Case.objects.filter(pk=int(object_id)).exists()
