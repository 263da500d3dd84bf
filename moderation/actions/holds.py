"""Legal holds: asked for by one of the staff, placed by another, released by any of them; by nobody who has a part in
what is held.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from moderation.actions.base import Code, Refused
from moderation.actions.staff import answerable
from moderation.audit import hold, people
from moderation.audit.models import Hold
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.cases import Actor, unfit
from moderation.models import Case, Held, HoldRequest
from rooms.models import Member, Room
from rooms.roles import Rank


@transaction.atomic
def ask(
    kind: Held, object_id: str, ground: str, review_at: datetime, *, by: User, now: datetime, source: Source
) -> HoldRequest:
    """The new request. Raises `Refused`: GONE where there is no such thing, EMPTY, SCOPE, and what `part` says."""
    if kind is Held.CASE and object_id.isdecimal():
        object_id = str(int(object_id))  # as the log has it: a hold on 007, or in other digits, would keep nothing
    if not _exists(kind, object_id):
        raise Refused(Code.GONE)
    _no_part(kind, object_id, by)
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
    """Nothing: the hold is placed, or the request refused.

    Raises `Refused`: GONE, DECIDED, SAME_PERSON, what `part` says, and NOTHING to hold what was deleted meanwhile.
    """
    asked = answerable(HoldRequest, pk, by, now)
    _no_part(asked.object_type, asked.object_id, by)
    if placed and not _exists(asked.object_type, asked.object_id):
        raise Refused(Code.NOTHING)
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
    """Nothing: the hold ended. Raises `Refused`: GONE where it had ended before, and what `part` says."""
    placed = Hold.objects.filter(pk=pk).first()
    if placed is not None:
        who = people.by_id([placed.person] if placed.person else []).get(placed.person or 0)
        _no_part(placed.object_type, who.uid if who else placed.object_id, by)
    if not hold.release(pk, by=by.uid, now=now, source=source):
        raise Refused(Code.GONE)


def part(kind: str, object_id: str, by: User) -> Code | None:
    """Why a hold on this is none of their business; None if it may be.

    SUBJECT for one on themselves; PART for one on a case that is about them, or that they reported or decided, and on a
    room that they host or spoke in.
    """
    if kind == Held.PERSON:
        return Code.SUBJECT if object_id == by.uid else None
    took_part = _of_room if kind == Held.ROOM else _of_case
    return Code.PART if took_part(object_id, by) else None


def _of_room(object_id: str, by: User) -> bool:
    spoke = Q(spoke=True) | Q(rank=Rank.HOST)
    return Member.objects.filter(spoke, room=object_id, user=by).exists()


def _of_case(object_id: str, by: User) -> bool:
    case = Case.objects.filter(pk=int(object_id)).first()
    return case is not None and unfit(Actor(by.uid), case.parties) is not None


def _no_part(kind: str, object_id: str, by: User) -> None:
    code = part(kind, object_id, by)
    if code is not None:
        raise Refused(code)


def _exists(kind: str, object_id: str) -> bool:
    if kind == Held.PERSON:
        return User.objects.filter(uid=object_id).exists()
    if kind == Held.ROOM:
        return Room.objects.filter(pk=object_id).exists()
    return object_id.isdecimal() and Case.objects.filter(pk=int(object_id)).exists()
