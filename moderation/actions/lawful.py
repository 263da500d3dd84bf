"""What authorities ask for by law: asked by one of the staff, let go by another, and nothing outside of its scope."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from moderation.actions.base import Code, Refused
from moderation.actions.erasures import ERASED
from moderation.actions.staff import answerable
from moderation.audit import people
from moderation.audit.models import Entry, Label
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Authority, LawfulRequest

APPROVAL = timedelta(days=7)


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
    """The new request. Raises `Refused`: `SCOPE` without person, room or time, `SUBJECT` for one's own data."""
    if not (wish.person or wish.room) or wish.start >= wish.end:
        raise Refused(Code.SCOPE)
    if wish.person == by.uid:
        raise Refused(Code.SUBJECT)
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
    """Nothing: the request is approved or refused, by a second person who is not its subject.

    Raises `Refused`: `GONE`, `DECIDED`, `SAME_PERSON`, `SUBJECT`, `NOTHING` to approve one about somebody erased.
    """
    request = answerable(LawfulRequest, pk, by, now)
    if request.person == by.uid:
        raise Refused(Code.SUBJECT)
    if approved and request.person == ERASED:
        raise Refused(Code.NOTHING)
    LawfulRequest.objects.filter(pk=pk).update(approver=by, approved=approved, decided_at=now)
    _note("lawful.approve" if approved else "lawful.refuse", request, by, source, second=request.asked_by.uid)


@transaction.atomic
def export(pk: int, digest: str, *, by: User, now: datetime, source: Source) -> None:
    """Nothing: it is written down that what has this digest leaves now. Call it before the first byte does.

    Raises `Refused`: `GONE`, `UNDECIDED` unless it was approved, `DECIDED` where it left before, `EXPIRED`, `SUBJECT`,
    `NOTHING` where whom it is about was erased since.
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
    if request.person == by.uid:
        raise Refused(Code.SUBJECT)
    if request.person == ERASED:
        raise Refused(Code.NOTHING)


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
