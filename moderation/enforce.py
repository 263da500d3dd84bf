"""What a decision does to people and rooms, and how it is undone: one table each way, in the decision's transaction."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType

from accounts.actions import standing
from accounts.actions.base import Refused as AccountRefused
from accounts.models import User
from accounts.standing import FOR_GOOD
from moderation import reasons
from moderation.actions.base import Code, Refused
from moderation.audit.record import Grounds
from moderation.audit.source import Source
from moderation.measures import Measure
from moderation.models import Case, Decision, Report, Stand, host_of
from rooms.actions import orders
from rooms.models import Member
from rooms.roles import Code as RoomCode
from rooms.roles import Move
from rooms.roles import Refused as RoomRefused

SHUT_OUT = (Measure.SUSPEND, Measure.BAN, Measure.PRUNE)
_Do = Callable[[Decision, User | None, Source, datetime], object]


def subject_of(case: Case, measure: Measure, report: int | None = None) -> User | None:
    """Whom a measure on this case restricts: whoever it is about, a false reporter, or the host of a room that ends.

    The last is whoever hosts it now, since it is taken from them; all else of a room is about whoever hosted it then.
    """
    if measure is Measure.RESTRICT_REPORTING:
        made = Report.objects.filter(pk=report or 0, case=case).select_related("reporter").first()
        return made.reporter if made else None
    ends = host_of(case.room) if measure is Measure.END_ROOM else None
    return ends or case.whom


def apply(decision: Decision, *, by: User | None, source: Source, now: datetime) -> None:
    """Nothing: it is done. Raises `Refused`: AWAY while Redis is, UNDOABLE where nobody is there to be muted."""
    with _refusals():
        _DO[Measure(decision.measure)](decision, by, source, now)


def undo(decision: Decision, *, by: User | None, source: Source, now: datetime) -> None:
    """Nothing: it is undone, but for what is over anyway, such as a mute."""
    with _refusals():
        _UNDO.get(Measure(decision.measure), _nothing)(decision, by, source, now)


@contextmanager
def _refusals() -> Iterator[None]:
    """Makes the refusals of rooms and accounts those of the moderation."""
    try:
        yield
    except RoomRefused as refused:
        raise Refused(Code.AWAY if refused.code is RoomCode.UNAVAILABLE else Code.UNDOABLE) from refused
    except AccountRefused as refused:
        raise Refused(Code.UNDOABLE) from refused


def _grounds(decision: Decision) -> Grounds:
    return {
        "case": str(decision.case_id),
        "policy": decision.policy,
        "automated": decision.automated,
    }


def _nothing(_decision: Decision, _by: User | None, _source: Source, _now: datetime) -> None:
    """Nothing is to be done: the row itself is the measure, or it told nobody anything that could be taken back."""


def _tell(decision: Decision, _by: User | None, source: Source, now: datetime) -> None:
    if decision.subject is not None:
        orders.tell(decision.subject, reasons.notice(decision), source=source, now=now)


def _in_room(move: Move) -> _Do:
    def do(decision: Decision, by: User | None, source: Source, now: datetime) -> None:
        member = Member.objects.filter(room=decision.room, user=decision.subject).first()
        if member is None:
            raise Refused(Code.UNDOABLE)
        orders.impose(
            decision.room,
            member.number,
            move,
            by=by,
            notice=reasons.notice(decision),
            source=source,
            now=now,
            **_grounds(decision),
        )

    return do


def _end_room(decision: Decision, by: User | None, source: Source, now: datetime) -> None:
    orders.end_room(decision.room, by=by, notice=reasons.notice(decision), source=source, now=now, **_grounds(decision))


def _suspend(decision: Decision, by: User | None, source: Source, now: datetime) -> None:
    """Out of every room, and kept from coming back, in one transaction.

    What commits together is told in the order in which it was done: with the reasons first, and only then that their
    sessions may do nothing more, which ends the sockets that would bring the reasons.
    """
    person, until = _person(decision), decision.until or FOR_GOOD
    list(standing.held([person]))  # people before rooms, as everywhere
    orders.put_out(person, by=by, notice=reasons.notice(decision), source=source, now=now, **_grounds(decision))
    standing.suspend(person, until, by=by, now=now, source=source, **_grounds(decision))


def _ban(decision: Decision, by: User | None, source: Source, now: datetime) -> None:
    _suspend(decision, by, source, now)
    standing.revoke_codes(_person(decision), by=by, now=now, source=source, **_grounds(decision))


def prune(decision: Decision, *, by: User | None, source: Source, now: datetime) -> list[User]:
    """Those below the person whose branch it prunes, for a decision on each: their codes are revoked already.

    Everybody on the branch is held, and every room that one of them is in. Raises `Refused(SUBJECT)` where whoever
    decides came in by it themselves.
    """
    root = _person(decision)
    below = standing.prune(root, by=by, now=now, source=source, **_grounds(decision))
    if by in below or decision.made_by in below:
        raise Refused(Code.SUBJECT)
    orders.hold([root, *below])
    return below


def revoke_way_in(decision: Decision, *, by: User | None, source: Source, now: datetime) -> None:
    """Nothing: whoever it shuts out does not come in again by the code of before, nor does anybody else."""
    standing.revoke_way_in(_person(decision), by=by, now=now, source=source, **_grounds(decision))


def _restore(decision: Decision, by: User | None, source: Source, now: datetime) -> None:
    """Back, unless another decision still holds.

    The row is held before the others are looked at: one that comes or goes at this moment is waited for, and counts.
    """
    person = standing.held([_person(decision)]).get()
    others = Decision.objects.filter(subject=person, state=Stand.IN_FORCE, measure__in=SHUT_OUT)
    ends = [other.until or FOR_GOOD for other in others.exclude(pk=decision.pk)]
    until = max((end for end in ends if end > now), default=None)
    if person.suspended_until == until:
        return
    standing.restore(person, by=by, source=source, until=until, **_grounds(decision))


def _unban(decision: Decision, by: User | None, source: Source, now: datetime) -> None:
    """In again like anybody else, unless they were only removed, and banned since: by the host, or in another case."""
    member = Member.objects.filter(room=decision.room, user=decision.subject).first()
    if member is not None and not (member.barred and decision.measure == Measure.REMOVE):
        orders.readmit(decision.room, member.number, by=by, source=source, now=now, **_grounds(decision))


def _person(decision: Decision) -> User:
    if decision.subject is None:
        raise Refused(Code.GONE)
    return decision.subject


_DO: Mapping[Measure, _Do] = MappingProxyType({
    Measure.NONE: _nothing,
    Measure.WARN: _tell,
    Measure.MUTE: _in_room(Move.MUTE),
    Measure.TO_AUDIENCE: _in_room(Move.MOVE_TO_AUDIENCE),
    Measure.REMOVE: _in_room(Move.REMOVE),
    Measure.BAN_ROOM: _in_room(Move.BAN),
    Measure.SUSPEND: _suspend,
    Measure.BAN: _ban,
    Measure.END_ROOM: _end_room,
    Measure.PRUNE: _suspend,
    Measure.RESTRICT_REPORTING: _tell,
})  # fmt: skip

_UNDO: Mapping[Measure, _Do] = MappingProxyType({
    Measure.REMOVE: _unban,
    Measure.BAN_ROOM: _unban,
    Measure.SUSPEND: _restore,
    Measure.BAN: _restore,
    Measure.PRUNE: _restore,
})  # fmt: skip
