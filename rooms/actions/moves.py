"""The moves of the role table, made: one entry for socket and API alike."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from accounts.models import User
from moderation.audit.source import Source
from rooms import bus, protocol, roles
from rooms.actions.base import Turn, own_turn, refusals
from rooms.actions.places import stage_full
from rooms.actions.presence import depart, pass_by_rule, pass_host, sit_apart
from rooms.actions.rooms import end, set_lock
from rooms.admission import blockers
from rooms.models import Member, Room
from rooms.roles import Code, Move, Rank, Refused, Stage, Standing

CLOSE_REMOVED = 4403


def move(
    user: User,
    room_id: str,
    what: Move,
    number: int | None,
    connection: str | None = None,
    *,
    source: Source,
    now: datetime,
) -> None:
    """Make the move, on the member with this number or (None) on oneself or the room.

    Raises `Refused`: what `roles.step` says, STAGE_FULL, NOT_FOUND, NOT_STARTED, ENDED, NO_MEMBER, NOT_PRESENT,
    REPLACED (if `connection` is not theirs any more), and UNAVAILABLE for an act upon others while the road to the
    media side is closed.
    """
    action = f"room.{what}" if what in roles.ROOM else f"member.{what}"
    with refusals(action, user, room_id, source):
        if what in roles.PRIVILEGED and (number is not None or what is Move.END):
            bus.check()
        with own_turn(user, room_id, source, now) as (one, room):
            actor = _actor(room, connection)
            rank = Rank(actor.rank).name.lower()
            if what in roles.ROOM:
                _on_room(one, actor, what)
                one.note(action, user, role=rank, object_type="room", object_id=room.pk)
            else:
                subject = _subject(actor, number)
                on_member(one, actor, subject, what)
                uid = user.uid if subject.pk == actor.pk else subject.user.uid
                one.note(action, user, role=rank, object_type="member", object_id=uid)


def _actor(room: Room, connection: str | None) -> Member:
    """One's own row; somebody removed or banned has no say, and who is not present only by their rank."""
    mine = room.mine
    if mine is None or mine.barred or (not mine.present and mine.rank == Rank.MEMBER):
        raise Refused(Code.NOT_PRESENT)
    if connection is not None and connection != mine.connection:
        raise Refused(Code.REPLACED)
    return mine


def _subject(actor: Member, number: int | None) -> Member:
    if number is None or number == actor.number:
        return actor
    member = Member.objects.filter(room=actor.room_id, number=number).select_related("user").first()
    if member is None:
        raise Refused(Code.NO_MEMBER)
    return member


def _on_room(one: Turn, actor: Member, what: Move) -> None:
    roles.may_room(what, Rank(actor.rank))
    if what is Move.END:
        end(one, "host")
    else:
        set_lock(one, what)


def on_member(one: Turn, actor: Member, subject: Member, what: Move) -> None:
    """Nothing: `subject` stands where the move leads. Raises `Refused` as `move` does."""
    after = roles.step(what, subject.standing, Rank(actor.rank), own=actor.pk == subject.pk)
    if not subject.present and what not in (Move.REMOVE, Move.BAN):
        raise Refused(Code.NOT_PRESENT)
    _DOING.get(what, _stand)(one, actor, subject, what, after)


def _stand(one: Turn, _actor: Member, subject: Member, _what: Move, after: Standing, **more: datetime) -> None:
    """The subject stands elsewhere. Who leaves the stage, or declines it, needs a new invite to come to it.

    Whoever is invited out of the queue keeps their place in it until they answer.
    """
    values: dict[str, Any] = {"stage": after.stage, "muted": after.muted, "rank": after.rank, **more}
    if {subject.stage, after.stage} != {Stage.HAND_UP, Stage.INVITED} and after.stage != subject.stage:
        values["hand"] = one.room.seq + 1 if after.stage == Stage.HAND_UP else None
    if after.stage == Stage.SPEAKING:
        values["spoke"] = True
    elif after.stage == Stage.AUDIENCE and subject.stage != Stage.HAND_UP:
        values["granted"] = False
    if (subject.stage == Stage.SPEAKING) != (after.stage == Stage.SPEAKING):
        one.stir()
    one.update(subject, **values)
    one.say_member(subject)


def _raise_hand(one: Turn, actor: Member, subject: Member, what: Move, after: Standing) -> None:
    """The hand is up; in slow mode not so soon after their last."""
    wait = timedelta(seconds=one.room.slow)
    if wait and subject.raised_at is not None and subject.raised_at + wait > one.now:
        raise Refused(Code.SLOW_MODE)
    _stand(one, actor, subject, what, after, raised_at=one.now)


def _take_back(one: Turn, actor: Member, subject: Member, what: Move, after: Standing) -> None:
    """The invitation is undone, and the hand is up again where it was in the queue."""
    if subject.hand is None:
        raise Refused(Code.WRONG_STAGE)
    _stand(one, actor, subject, what, after)


def _accept(one: Turn, actor: Member, subject: Member, what: Move, after: Standing) -> None:
    """On stage, if there is a place; not beside somebody who has blocked them, which nobody is told."""
    if subject.rank == Rank.MEMBER and blockers(subject.user).filter(room=one.room.pk).exists():
        raise Refused(Code.WRONG_STAGE)
    if subject.rank < Rank.HOST and stage_full(one.room):
        raise Refused(Code.STAGE_FULL)
    _stand(one, actor, subject, what, after)


def _pass_host(one: Turn, actor: Member, subject: Member, _what: Move, _after: Standing) -> None:
    pass_host(one, actor, subject)


def _unmake_moderator(one: Turn, actor: Member, subject: Member, what: Move, after: Standing) -> None:
    """A moderator no more; if it was their rank alone that made an observer more than a listener, they come in anew."""
    _stand(one, actor, subject, what, after)
    if subject.observes:
        sit_apart(one, subject)


def _put_out(one: Turn, _actor: Member, subject: Member, what: Move, _after: Standing) -> None:
    """Out of the room, told so, and without what let them in. Where it was the host whom nobody follows, it ends."""
    if not subject.present and subject.barred:
        raise Refused(Code.ALREADY)
    last = subject.rank == Rank.HOST and not pass_by_rule(one, subject)
    reason, rank = "banned" if what is Move.BAN else "removed", Rank.HOST if last else Rank.MEMBER
    lost = {"admitted": False, "granted": False, "rank": rank, "barred": what is Move.BAN, "removed_at": one.now}
    if subject.connection:
        notice = {"type": "removed", "reason": reason, "by_moderator": True, "text": ""}
        one.tell(subject.connection, notice, CLOSE_REMOVED)
    if subject.present:
        depart(one, subject, reason, **lost)
    else:
        one.update(subject, **lost)
        one.say(protocol.left(subject.number, reason))  # the number it takes carries the order to the media side
    if last:
        end(one, "host_lost")
        one.note("room.end", None, object_type="room", object_id=one.room.pk, reason="host_lost")


_DOING: Mapping[Move, Callable[[Turn, Member, Member, Move, Standing], None]] = MappingProxyType({
    Move.RAISE_HAND: _raise_hand,
    Move.TAKE_BACK: _take_back,
    Move.ACCEPT: _accept,
    Move.PASS_HOST: _pass_host,
    Move.UNMAKE_MODERATOR: _unmake_moderator,
    Move.REMOVE: _put_out,
    Move.BAN: _put_out,
})  # fmt: skip
