"""What the moderation of the whole server does in rooms: with a rank above the host, and with the reasons told at once.

Each act runs inside the caller's transaction, or in one of its own where there is none, and writes the one entry of
what it changes: `member.*` for what is imposed on a person, `power.*` for what a whole room is put through. A caller
that keeps a row of its own (a decision) writes the entry of that row and no other. A refusal is the caller's to record.
Like every privileged move, all of this is refused as UNAVAILABLE while the road to the media side is closed.

`by` is who of the staff acts, None the server itself by a rule; `notice` is a `protocol.measure` for those concerned.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Unpack

from django.db import transaction

from accounts.models import User
from moderation.audit.record import Grounds
from moderation.audit.source import Source
from rooms import bus, protocol
from rooms.actions.base import Turn, live, room_view, turn
from rooms.actions.moves import on_member
from rooms.actions.presence import depart
from rooms.actions.rooms import end, set_lock
from rooms.models import Member, Room, State, known
from rooms.protocol import Event
from rooms.roles import Code, Move, Rank, Refused, Stage

CLOSE_SUSPENDED = 4424
SLOWEST = 3600  # seconds
MEASURES = frozenset({Move.MUTE, Move.MOVE_TO_AUDIENCE, Move.REMOVE, Move.BAN})


def impose(
    room_id: str,
    number: int,
    what: Move,
    *,
    by: User | None,
    notice: Event,
    source: Source,
    now: datetime,
    **grounds: Unpack[Grounds],
) -> None:
    """Nothing: the member with this number, the host too, is muted, in the audience, removed or banned.

    One entry, `member.<what>`. Raises `Refused`: what `roles.step` says, NO_MEMBER, NOT_PRESENT, NOT_FOUND,
    NOT_STARTED, ENDED, UNAVAILABLE.
    """
    if what not in MEASURES:
        raise Refused(Code.FORBIDDEN)
    with _turn(room_id, source, now) as one:
        live(one.room)
        subject = one.room.members.filter(number=number).select_related("user").first()
        if subject is None:
            raise Refused(Code.NO_MEMBER)
        _impose(one, subject, what, notice)
        _note(one, f"member.{what}", by, grounds, object_type="member", object_id=subject.user.uid)


def put_out(
    user: User,
    *,
    by: User | None,
    notice: Event,
    source: Source,
    now: datetime,
    **grounds: Unpack[Grounds],
) -> int:
    """How many rooms the person was in, and is not any more: sockets and media are closed as soon as this commits.

    One entry `member.remove` for each. Who is in none hears of it elsewhere. That they do not come in again is for
    whoever suspends them, in the same transaction and with their row held before this. Raises `Refused(UNAVAILABLE)`.
    """
    bus.check()
    with transaction.atomic():
        here = Member.objects.filter(user=user, present=True).order_by(
            "room"
        )  # one order for all, so none wait in a ring
        rooms = list(here.values_list("room", flat=True))
        return sum(_put_out(room, user, by, notice, source, now, grounds) for room in rooms)


def hold(people: Iterable[User]) -> None:
    """Nothing: the rooms where these people are, whose own rows are held already, change no more until we are done.

    Whoever puts several people out holds their rooms first, in one order for all, so that none wait in a ring.
    """
    here = Member.objects.filter(user__in=list(people), present=True).values("room")
    list(Room.objects.select_for_update().filter(pk__in=here).order_by("pk"))


def end_room(
    room_id: str,
    *,
    by: User | None,
    notice: Event,
    source: Source,
    now: datetime,
    **grounds: Unpack[Grounds],
) -> None:
    """Nothing: the live or scheduled room is over, everybody out of it, and its host told why.

    The notice is about the host and for the host alone: the others hear what was done.

    One entry, `power.end_room`. Raises `Refused`: NOT_FOUND, ENDED, UNAVAILABLE.
    """
    with _turn(room_id, source, now) as one:
        if one.room.state == State.ENDED:
            raise Refused(Code.ENDED)
        _tell_everybody(one, notice)
        end(one, "moderator")
        _note(one, "power.end_room", by, grounds, object_type="room", object_id=room_id)


def mute_all(
    room_id: str,
    *,
    by: User | None,
    notice: Event,
    source: Source,
    now: datetime,
    **grounds: Unpack[Grounds],
) -> int:
    """How many were heard and are muted now, the host too. As after any mute, each may unmute themselves.

    One entry, `power.mute_all`, with the members' numbers. Raises `Refused`: ALREADY where nobody is heard, NOT_FOUND,
    NOT_STARTED, ENDED, UNAVAILABLE.
    """
    with _turn(room_id, source, now) as one:
        live(one.room)
        heard = one.room.members.filter(present=True, stage=Stage.SPEAKING, muted=False)
        members = list(heard.select_related("user").order_by("number"))
        if not members:
            raise Refused(Code.ALREADY)
        for member in members:
            _impose(one, member, Move.MUTE, notice)
        detail = {"members": [member.number for member in members]}
        _note(one, "power.mute_all", by, grounds, object_type="room", object_id=room_id, detail=detail)
    return len(members)


def lock(
    room_id: str,
    *,
    locked: bool,
    by: User | None,
    notice: Event,
    source: Source,
    now: datetime,
    **grounds: Unpack[Grounds],
) -> None:
    """Nothing: the room takes nobody new, or does again, and everybody there is told.

    One entry, `power.lock` or `power.unlock`. Raises `Refused`: ALREADY, NOT_FOUND, NOT_STARTED, ENDED, UNAVAILABLE.
    """
    what = Move.LOCK if locked else Move.UNLOCK
    with _turn(room_id, source, now) as one:
        live(one.room)
        one.tell_all(notice)
        set_lock(one, what, staff=True)
        _note(one, f"power.{what}", by, grounds, object_type="room", object_id=room_id)


def slow(
    room_id: str,
    seconds: int,
    *,
    by: User | None,
    notice: Event,
    source: Source,
    now: datetime,
    **grounds: Unpack[Grounds],
) -> None:
    """Nothing: each person raises a hand, and reacts, at most once in so many seconds; 0 ends it. Everybody is told.

    One entry, `power.slow`. Raises `Refused`: BAD_MESSAGE beyond an hour, ALREADY, NOT_FOUND, NOT_STARTED, ENDED,
    UNAVAILABLE.
    """
    if not 0 <= seconds <= SLOWEST:
        raise Refused(Code.BAD_MESSAGE)
    with _turn(room_id, source, now) as one:
        live(one.room)
        if one.room.slow == seconds:
            raise Refused(Code.ALREADY)
        one.tell_all(notice)
        one.update(one.room, slow=seconds)
        one.say(protocol.room(room_view(one.room)))
        detail = {"seconds": seconds}
        _note(one, "power.slow", by, grounds, object_type="room", object_id=room_id, detail=detail)


def announce(notice: Event) -> int:
    """How many live rooms are told something as soon as this commits. It changes nothing and has no entry.

    Raises `Refused(UNAVAILABLE)`.
    """
    bus.check()
    rooms = Room.objects.filter(state=State.LIVE).values_list("pk", flat=True)
    letter = bus.Letter(protocol.dump(notice)).dump()
    parcels = [(bus.room_channel(room), letter) for room in rooms]
    transaction.on_commit(lambda: bus.publish(parcels), robust=True)
    return len(parcels)


def tell(user: User, notice: Event, *, source: Source, now: datetime) -> int:
    """In how many rooms the person is told something, wherever they are now. It changes nothing and has no entry."""
    with transaction.atomic():
        here = Member.objects.filter(user=user, present=True).exclude(connection="").order_by("room")
        rooms = dict(here.values_list("room", "connection"))
        for room in Room.objects.select_for_update().filter(pk__in=rooms).order_by("pk"):
            with turn(room, source, now) as one:
                one.tell(rooms[room.pk], notice)
    return len(rooms)


def readmit(
    room_id: str,
    number: int,
    *,
    by: User | None,
    source: Source,
    now: datetime,
    **grounds: Unpack[Grounds],
) -> bool:
    """Whether the member was kept out of the room by a removal or a ban, and may come in again like anybody else.

    One entry, `member.readmit`. What had let them into an invite-only room is not given back.
    """
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room_id)
        member = room.members.filter(number=number).select_related("user").first()
        if member is None or not (member.barred or member.removed_at):
            return False
        with turn(room, source, now) as one:
            one.update(member, barred=False, removed_at=None)
            one.say(protocol.room(room_view(room)))  # the number it takes carries the order to the media side
            _note(one, "member.readmit", by, grounds, object_type="member", object_id=member.user.uid)
    return True


@contextmanager
def _turn(room_id: str, source: Source, now: datetime) -> Iterator[Turn]:
    """A turn in a room, whoever may know that it exists."""
    bus.check()
    with transaction.atomic():
        room = Room.objects.select_for_update().filter(pk=known(room_id)).first()
        if room is None:
            raise Refused(Code.NOT_FOUND)
        with turn(room, source, now) as one:
            yield one


def _impose(one: Turn, subject: Member, what: Move, notice: Event) -> None:
    """The move, made by nobody of the room; its reasons go before it, as it may close the connection."""
    if subject.connection:
        one.tell(subject.connection, notice)
    on_member(one, Member(room=one.room, rank=Rank.SERVER), subject, what)


def _tell_everybody(one: Turn, notice: Event) -> None:
    one.tell_all(protocol.measure(notice["measure"], ""))
    for host in one.room.members.filter(rank=Rank.HOST, present=True).exclude(connection=""):
        one.tell(host.connection, notice)


def _put_out(
    room_id: str, user: User, by: User | None, notice: Event, source: Source, now: datetime, grounds: Grounds
) -> bool:
    room = Room.objects.select_for_update().get(pk=room_id)
    member = Member.objects.filter(room=room_id, user=user, present=True).select_related("user").first()
    if member is None:
        return False
    with turn(room, source, now) as one:
        if member.connection:
            one.tell(member.connection, notice, CLOSE_SUSPENDED)
        depart(one, member, "removed")
        _note(one, "member.remove", by, {"reason": "suspended", **grounds}, object_type="member", object_id=user.uid)
    return True


def _note(one: Turn, action: str, by: User | None, grounds: Grounds, **act: object) -> None:
    one.note(action, by, **{"role": "server", **grounds, **act})
