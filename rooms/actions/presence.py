"""Coming in, going, and being lost: who is in a room."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from moderation.audit.source import Source
from rooms import arrivals, protocol
from rooms.actions.base import Turn, held_turn, refusals, room_view, turn, view
from rooms.actions.places import room_full, stage_full
from rooms.models import Access, Member, Room
from rooms.protocol import Event
from rooms.roles import Code, Rank, Refused, Stage
from rooms.sfu.messages import Drop

CLOSE_REPLACED = 4409
REMOVED_FOR = timedelta(minutes=10)  # from an open room; an invite-only one takes a new invite


@dataclass(frozen=True, slots=True)
class Session:
    """A live connection: a fresh id, the lease of the process that holds it, and the browser tab it belongs to."""

    connection: str
    process: str
    tab: str = ""
    speaks: bool = False  # an encoder, heard from the first packet on


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits where: all a shell needs to act for a connection later."""

    room: str
    pk: int
    number: int
    uid: str
    connection: str


@dataclass(frozen=True, slots=True)
class Joined:
    """What a new connection is told: its seat, its member and the room, at event number `seq`.

    `sfu` is the media process that their sound comes from, if it goes on; `observes` says that they only listen.
    """

    seat: Seat
    you: Event
    room: Event
    seq: int
    sfu: str = ""
    observes: bool = False


def join(user: User, room_id: str, session: Session, *, source: Source, now: datetime) -> Joined:
    """The seat of `user` in the room, taken by this session: an older session is closed.

    Raises `Refused`: SUSPENDED, CLOSED, BRAKED, NOT_FOUND, NOT_STARTED, ENDED, LOCKED, LOCKED_BY_STAFF, FULL, REMOVED,
    BANNED, and for an encoder FORBIDDEN (it may not speak) and STAGE_FULL.
    """
    with refusals("member.join", user, room_id, source), transaction.atomic():
        most = arrivals.check(user, now)
        with held_turn(user, room_id, source, now) as (one, room):
            _may_come_in(room, now, most)
            if session.speaks:
                _may_speak_at_once(room)
            member = _sit(one, room, user, session)
            one.note("member.join", user, object_type="member", object_id=user.uid)
    seat = Seat(room.pk, member.pk, member.number, user.uid, session.connection)
    return Joined(seat, view(member), room_view(room), room.seq, member.sfu, member.observes)


def leave(seat: Seat, reason: str, *, source: Source, now: datetime) -> bool:
    """Whether the connection's member left; not, if another session had already taken the seat or ended it."""
    return let_go(seat.room, Q(pk=seat.pk, connection=seat.connection), reason, source=source, now=now)


def let_go(room_id: str, whom: Q, reason: str, *, source: Source, now: datetime) -> bool:
    """Whether this member of the room was still there; they are not any more."""
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room_id)
        member = Member.objects.filter(whom, present=True).select_related("user").first()
        if member is None:
            return False
        with turn(room, source, now) as one:
            depart(one, member, reason)
            one.note("member.leave", member.user, object_type="member", object_id=member.user.uid, reason=reason)
    return True


def leave_session(room_id: str, number: int, connection: str, *, now: datetime) -> bool:
    """Whether somebody left whose session was this media connection itself (WHIP, WHEP), which has ended."""
    here = Member.objects.filter(room=room_id, number=number, present=True, connection=connection)
    member = here.select_related("user").first()
    if member is None:
        return False
    seat = Seat(member.room_id, member.pk, member.number, member.user.uid, connection)
    return leave(seat, "left", source=Source.internal("media"), now=now)


def lose(*seats: Seat, now: datetime) -> int:
    """How many of these connections were still their members', who keep their place for a while (see the sweep).

    Where a room has ended none is, and one question tells for all.
    """
    here, noted = Member.objects.filter(present=True), {(seat.pk, seat.connection) for seat in seats}
    held = here.filter(pk__in=[pk for pk, _ in noted]).values_list("pk", "connection")
    still = [here.filter(pk=pk, connection=connection) for pk, connection in noted.intersection(held)]
    return sum(one.update(connection="", process="", lost_at=now) for one in still)


def lose_ghosts(process: str, served: Container[str], suspects: Container[str], *, now: datetime) -> set[str]:
    """The connections that members hold under this process's lease and that it does not serve: suspects of the next
    call. Those who were suspects already are lost.
    """
    held = Member.objects.filter(present=True, process=process).exclude(connection="")
    unserved = {one: pk for pk, one in held.values_list("pk", "connection").iterator() if one not in served}
    for connection in [one for one in unserved if one in suspects]:
        held.filter(pk=unserved.pop(connection), connection=connection).update(connection="", process="", lost_at=now)
    return set(unserved)


def still_here(seat: Seat) -> Member | None:
    """The member, if the seat is still theirs by this connection."""
    return Member.objects.filter(pk=seat.pk, present=True, connection=seat.connection).select_related("user").first()


def seat_of(room_id: str, uid: str, connection: str) -> Seat | None:
    """The seat of this person's session, if it is still going on."""
    member = Member.objects.filter(room=room_id, user__uid=uid, present=True, connection=connection).first()
    return None if member is None else Seat(room_id, member.pk, member.number, uid, connection)


def lease_of(seat: Seat) -> str:
    """The lease that this session lives under; empty when it is over."""
    here = Member.objects.filter(pk=seat.pk, present=True, connection=seat.connection)
    return here.values_list("process", flat=True).first() or ""


def may_speak(member: Member | None) -> bool:
    """Whether an encoder may speak for them: they hold a rank, an invite to the stage, or are on it.

    None does for whoever observes.
    """
    if member is None or member.observes:
        return False
    return member.rank > Rank.MEMBER or member.granted or member.stage == Stage.SPEAKING


def depart(one: Turn, member: Member, reason: str, **more: Any) -> None:
    """The present member is out of the room. `more`: what else changes in their row. Hosting passes on by rule."""
    was_listed = protocol.listed(member.rank, member.stage)
    one.orders.append(Drop(one.room.pk, member.number, member.visit))
    out = {"present": False, "stage": Stage.AUDIENCE, "muted": False, "hand": None}
    gone = {"connection": "", "process": "", "sfu": "", "lost_at": None, "left_at": one.now}
    observed, member_out = member.observer, {"observer": False} if member.observer else {}
    one.update(member, **out, **gone, **member_out, visit=member.visit + 1, **more)
    if was_listed or more:
        one.say(protocol.left(member.number, reason))
    if observed:
        say_observed(one)
    one.stir()
    if member.rank == Rank.HOST:
        pass_by_rule(one, member)


def say_observed(one: Turn) -> None:
    """Tells everybody, if it changed, whether somebody of the server's moderation is here as an observer."""
    observed = Member.objects.filter(room=one.room.pk, present=True, observer=True).exists()
    if observed != one.room.observed:
        one.update(one.room, observed=observed)
        one.say(protocol.room(room_view(one.room)))


def sit_apart(one: Turn, member: Member) -> None:
    """Nothing: whoever is here already comes in anew, as one who only listens; on stage they are no more."""
    if member.connection:
        one.tell(member.connection, {"type": "replaced"}, CLOSE_REPLACED)
    if member.observes and member.stage != Stage.AUDIENCE:
        one.update(member, stage=Stage.AUDIENCE, muted=False, hand=None)
        one.say_member(member)
        one.stir()


def pass_by_rule(one: Turn, host: Member) -> bool:
    """Whether somebody else hosts now: the moderator here longest, or else the speaker here longest."""
    here = Member.objects.filter(room=one.room.pk, present=True, lost_at=None).exclude(pk=host.pk)
    heirs = here.filter(Q(rank=Rank.MODERATOR) | Q(stage=Stage.SPEAKING))
    heir = heirs.select_related("user").order_by("-rank", "joined_at", "number").first()
    if heir is None:
        return False
    pass_host(one, host, heir)
    one.note("member.pass_host", None, object_type="member", object_id=heir.user.uid, reason="host_lost")
    return True


def pass_host(one: Turn, host: Member, heir: Member) -> None:
    """`heir` hosts; the old host stays a moderator."""
    one.update(host, rank=Rank.MODERATOR)
    one.update(heir, rank=Rank.HOST)
    for member in (host, heir):
        if member.present:
            one.say_member(member)


def _may_come_in(room: Room, now: datetime, most: int | None) -> None:
    """Raises `Refused` for those who may not. Observers may; a locked or full room takes back its own and
    those with a rank.

    `most` newcomers a minute come in, where that is said.
    """
    mine = room.mine
    if mine is not None and mine.observer:
        return
    if mine is not None and mine.barred:
        raise Refused(Code.BANNED)
    if mine is not None and room.access == Access.OPEN and mine.removed_at and mine.removed_at + REMOVED_FOR > now:
        raise Refused(Code.REMOVED)
    if mine is not None and (mine.present or mine.rank > Rank.MEMBER):
        return
    if room.locked:
        raise Refused(Code.LOCKED_BY_STAFF if room.locked_by_staff else Code.LOCKED)
    if room_full(room):
        raise Refused(Code.FULL)
    if most is not None:
        arrivals.brake(room.pk, most)


def _may_speak_at_once(room: Room) -> None:
    mine = room.mine
    if mine is None or not may_speak(mine):
        raise Refused(Code.FORBIDDEN)
    if mine.stage != Stage.SPEAKING and mine.rank < Rank.HOST and stage_full(room):
        raise Refused(Code.STAGE_FULL)


def _sit(one: Turn, room: Room, user: User, session: Session) -> Member:
    """The member, present by this session; others are told what they can see of it."""
    member = room.mine or new_member(one, user)
    before, removed = _shown(member), member.removed_at is not None
    if member.connection:
        one.tell(member.connection, {"type": "replaced"}, CLOSE_REPLACED)
    if member.present and member.tab != session.tab:  # the same tab keeps its sound while its socket comes back
        one.orders.append(Drop(room.pk, member.number, member.visit))
    one.update(member, **_arrival(member, session, one.now))
    after = _shown(member)
    if removed or (before != after and protocol.listed(member.rank, member.stage)):
        one.say_member(member)
    if before != after:
        one.stir()
    if member.observer:
        say_observed(one)
    return member


def new_member(one: Turn, user: User) -> Member:
    """A row for somebody who was never in this room, with the next number; not stored yet."""
    one.update(one.room, numbers=one.room.numbers + 1)
    return Member(room=one.room, user=user, number=one.room.numbers)


def _arrival(member: Member, session: Session, now: datetime) -> dict[str, Any]:
    """What changes in the row of somebody who comes in. Nobody's microphone is open before they opened it here."""
    here: dict[str, Any] = {"connection": session.connection, "process": session.process, "tab": session.tab}
    here |= {"present": True, "lost_at": None, "removed_at": None}
    if not member.present:
        stage = _entry(member)
        here |= {"joined_at": now, "left_at": None, "stage": stage, "muted": stage == Stage.SPEAKING}
    elif member.tab != session.tab:
        here |= {"muted": member.stage == Stage.SPEAKING, "visit": member.visit + 1, "sfu": ""}
    if session.speaks:
        here |= {"stage": Stage.SPEAKING, "muted": False, "hand": None}
    return here | {"spoke": member.spoke or here.get("stage", member.stage) == Stage.SPEAKING}


def entry(member: Member) -> Stage:
    """Where somebody who comes in now stands: where they stood, if they are here still, elsewhere or by a lost line."""
    return Stage(member.stage) if member.present else _entry(member)


def _entry(member: Member) -> Stage:
    """Where somebody who comes in stands. An invite to a stage that is full is kept until there is a place, and one
    of whoever observes until they come as anybody else.
    """
    if member.rank == Rank.HOST:
        return Stage.SPEAKING
    if member.observes or not member.granted:
        return Stage.AUDIENCE
    return Stage.INVITED if stage_full(member.room) else Stage.SPEAKING


def _shown(member: Member) -> Event | bool:
    """What others can see of somebody: all of a listed member, of others only whether they are there."""
    return view(member) if member.present and protocol.listed(member.rank, member.stage) else member.present
