"""What authorities ask for by law: asked by one of the staff, let go by another, and nothing outside of its scope."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from moderation.actions.base import Code, Refused
from moderation.actions.erasures import ERASED
from moderation.actions.staff import answerable
from moderation.audit import people
from moderation.audit.models import Entry, Label, Part, Result
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Authority, LawfulRequest
from rooms.models import Member
from rooms.roles import Rank

APPROVAL = timedelta(days=7)
_ACTED = [part for part in range(8) if part & Part.ACTOR]
_RANKS = [rank.name.lower() for rank in (Rank.HOST, Rank.MODERATOR)]
_IN_ROOMS = Q(action__startswith="room.") | Q(action__startswith="member.")
_RAN = Q(action__in=("room.open", "room.start")) | (_IN_ROOMS & Q(role__in=_RANKS))


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: by whom, on what ground, and which part of the log. `person` is a uid."""

    kind: Authority
    authority: str
    ground: str
    person: str
    room: str
    start: datetime
    end: datetime


@transaction.atomic
def ask(wish: Wish, *, by: User, now: datetime, source: Source) -> LawfulRequest:
    """The new request. Raises `Refused`: `SCOPE` without person, room or time, and what `part` says."""
    if not (wish.person or wish.room) or wish.start >= wish.end:
        raise Refused(Code.SCOPE)
    _no_part(wish, by)
    request = LawfulRequest.objects.create(
        kind=wish.kind,
        authority=wish.authority,
        ground=wish.ground,
        person=wish.person,
        room=wish.room,
        start=wish.start,
        end=wish.end,
        asked_by=by,
        asked_at=now,
    )
    _note("lawful.ask", request, by, source)
    return request


@transaction.atomic
def decide(pk: int, approved: bool, *, by: User, now: datetime, source: Source) -> None:
    """Nothing: the request is approved or refused, by a second person who has no part in it.

    Raises `Refused`: `GONE`, `DECIDED`, `SAME_PERSON`, what `part` says, `NOTHING` to approve one about whoever
    was erased.
    """
    request = answerable(LawfulRequest, pk, by, now)
    _no_part(request, by)
    if approved and request.person == ERASED:
        raise Refused(Code.NOTHING)
    LawfulRequest.objects.filter(pk=pk).update(approver=by, approved=approved, decided_at=now)
    _note("lawful.approve" if approved else "lawful.refuse", request, by, source, second=request.asked_by.uid)


@transaction.atomic
def export(pk: int, digest: str, *, by: User, now: datetime, source: Source) -> None:
    """Nothing: it is written down that what has this digest leaves now. Call it before the first byte does.

    Raises `Refused`: `GONE`, `UNDECIDED` unless it was approved, `DECIDED` where it left before, `EXPIRED`, what `part`
    says, `NOTHING` where whom it is about was erased since.
    """
    request = _locked(pk)
    refuse_export(request, by, now)
    LawfulRequest.objects.filter(pk=pk).update(exported_at=now, digest=digest)
    approver = request.approver.uid if request.approver else ""
    _note("lawful.export", request, by, source, second=approver, digest=digest)


def refuse_export(request: LawfulRequest, by: User, now: datetime) -> None:
    """Nothing, if the request's data may leave now. Raises `Refused` as `export` does."""
    if not request.approved or request.decided_at is None:
        raise Refused(Code.UNDECIDED)
    if request.exported_at is not None:
        raise Refused(Code.DECIDED)
    if now - request.decided_at > APPROVAL:
        raise Refused(Code.EXPIRED)
    _no_part(request, by)
    if request.person == ERASED:
        raise Refused(Code.NOTHING)


def part(asked: Wish | LawfulRequest, by: User) -> Code | None:
    """Why what is asked for is none of their business; None if it may be.

    SUBJECT for their own data; PART for those of a room that they ran, as its host or one of its moderators.
    """
    if asked.person == by.uid:
        return Code.SUBJECT
    return Code.PART if asked.room and _ran(asked.room, by) else None


def scope(request: LawfulRequest) -> Callable[[Entry], bool]:
    """Says of an entry whether it lies in the request's scope: its time, and its person and room if it names them."""
    person = people.find(request.person) if request.person else None
    labels = Label.objects.filter(person=person.id) if person else Label.objects.none()
    theirs = frozenset(labels.values_list("entry", flat=True))

    def holds(entry: Entry) -> bool:
        in_time = request.start <= entry.occurred_at < request.end
        in_room = not request.room or entry.room == request.room
        return in_time and in_room and (not request.person or entry.pk in theirs)

    return holds


def _ran(room: str, by: User) -> bool:
    """Whether they run the room or ran it, also where they passed it on or forgot it: the log has what they did."""
    if Member.objects.filter(room=room, user=by, rank__gte=Rank.MODERATOR).exists():
        return True
    who = people.find(by.uid)
    own = Label.objects.filter(person=who.id if who else 0, part__in=_ACTED)
    return Entry.objects.filter(_RAN, room=room, result=Result.OK, pk__in=own.values("entry")).exists()


def _no_part(asked: Wish | LawfulRequest, by: User) -> None:
    code = part(asked, by)
    if code is not None:
        raise Refused(code)


def _locked(pk: int) -> LawfulRequest:
    request = LawfulRequest.objects.select_for_update().filter(pk=pk).first()
    if request is None:
        raise Refused(Code.GONE)
    return request


def _note(action: str, request: LawfulRequest, by: User, source: Source, second: str = "", digest: str = "") -> None:
    """One entry. The person asked about is sealed in it; the ground stays in the register."""
    detail = {"request": request.pk, "kind": request.kind} | ({"digest": digest} if digest else {})
    record(
        action,
        source=source,
        actor=by.uid,
        second=second,
        object_type="user" if request.person else "",
        object_id=request.person,
        room=request.room,
        basis="legal_obligation",
        detail=detail,
    )
