"""The media connections of people in rooms: asked for, moved, and reached again."""

from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from redis.exceptions import RedisError

from moderation.audit.record import record
from moderation.audit.source import Source, correlation
from rooms import bus, media, rows
from rooms.actions import carriers
from rooms.actions.base import carrying, live, wanted
from rooms.actions.presence import Seat
from rooms.models import Member, Room
from rooms.placement import Taker
from rooms.roles import Code, Refused
from rooms.sfu.messages import Connected, Elsewhere, Ice, Offer

# Asked at every offer.
_ROOM = rows.select(Room, "room", "FROM rooms_room AS room WHERE id = %s")
_VISIT = "SELECT visit, sfu, hop FROM rooms_member WHERE id = %s AND present AND connection = %s"
_HOLD = """
UPDATE rooms_member SET sfu = %s, hop = hop + 1, process = COALESCE(%s, process)
WHERE id = %s AND present AND connection = %s RETURNING hop
"""


@dataclass(frozen=True, slots=True)
class Connection:
    """A media connection to be made: ids for the request and the peer, the SDP offer, and whether it is sent media.

    `lease` is given for one that is a whole session by itself: which lease it lives under, on which media process.
    """

    request: str
    peer: str
    sdp: str
    listen: bool = True
    lease: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The media process that was asked for a connection, and whether the member's last one may be on another."""

    sfu: str
    moved: bool


@dataclass(frozen=True, slots=True)
class Reached:
    """Where somebody's sound comes from and goes to, since `at`; `correlation` is that of the offer for it."""

    seat: Seat
    source: Source
    over: str
    at: datetime
    correlation: str


def offer(seat: Seat, asked: Connection, taking: Sequence[Taker]) -> Placed:
    """Where the offer is on its way to.

    `taking` are the media processes that take connections. Raises `Refused`: NOT_PRESENT, ENDED, UNAVAILABLE.
    """
    room = rows.read(Room, _ROOM, [seat.room])
    if room is None:
        raise Refused(Code.NOT_PRESENT)
    live(room)
    visit, before, hop = _visit(seat)
    taker, told = carriers.place(room, before, taking)
    if before != taker.sfu or asked.lease:
        hop = _hold(seat, asked, taker.sfu)
    order = Offer(asked.request, asked.peer, seat.number, visit, hop, asked.listen, asked.sdp, wanted(room))
    try:
        bus.publish([media.parcel(taker.sfu, order), *told])
    except RedisError as error:
        raise Refused(Code.UNAVAILABLE) from error
    return Placed(taker.sfu, moved=before not in ("", taker.sfu))


def moved(report: Connected) -> None:
    """Have the other carriers of the room close what they hold of this member, who has a connection elsewhere now.

    Whoever went on since has a newer one there, which must stay. Raises `redis.RedisError`.
    """
    if not Member.objects.filter(room=report.room, number=report.member, sfu=report.sfu).exists():
        return
    order = Elsewhere(report.room, report.member, report.peer)
    bus.publish([media.parcel(sfu, order) for sfu in carrying(report.room) if sfu != report.sfu])


@transaction.atomic
def note(reached: Sequence[Reached]) -> None:
    """Write an entry for each; for nobody who was erased meanwhile."""
    known = set(Member.objects.filter(pk__in=[one.seat.pk for one in reached]).values_list("pk", flat=True))
    for one in reached:
        if one.seat.pk in known:
            copy_context().run(_note, one)


def _note(one: Reached) -> None:
    correlation.set(one.correlation)
    who, room, told = one.seat.uid, one.seat.room, {"over": one.over}
    record("media.connect", source=one.source, actor=who, room=room, occurred_at=one.at, detail=told)


def ice(lease: str, asked: Ice) -> None:
    """The question is on its way to the media process of this lease. Raises `Refused(UNAVAILABLE)`."""
    try:
        bus.publish([media.parcel(lease.rpartition(".")[0], asked)])
    except RedisError as error:
        raise Refused(Code.UNAVAILABLE) from error


def _visit(seat: Seat) -> tuple[int, str, int]:
    """Which visit of theirs it is, where their last connection was asked for, and how many hops they had made to it.

    Raises `Refused(NOT_PRESENT)` when the seat is not theirs by this connection any more.
    """
    with connection.cursor() as cursor:
        cursor.execute(_VISIT, [seat.pk, seat.connection])
        row = cursor.fetchone()
    if row is None:
        raise Refused(Code.NOT_PRESENT)
    visit, sfu, hop = row
    return visit, sfu, hop


def _hold(seat: Seat, asked: Connection, sfu: str) -> int:
    """The number of the hop by which the session has its sound from this media process; its lease, if it is no more.

    Raises `Refused(NOT_PRESENT)` when the session is over by now.
    """
    lease = asked.lease(sfu) if asked.lease else None
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [sfu, lease, seat.pk, seat.connection])
        held = cursor.fetchall()  # all, or SQLite would not be done with it
    if not held:
        raise Refused(Code.NOT_PRESENT)
    hop: int = held[0][0]
    return hop
