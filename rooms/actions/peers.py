"""Which media process carries a room, and whose connections it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from redis.exceptions import RedisError

from rooms import bus, media, rows
from rooms.actions.base import live, wanted
from rooms.actions.presence import Seat
from rooms.models import Member, Room
from rooms.roles import Code, Refused
from rooms.sfu.messages import Alive, Ice, Offer, Wanted

# Asked at every offer.
_ROOM = rows.select(Room, "room", "FROM rooms_room AS room WHERE id = %s")
_VISIT = "SELECT visit FROM rooms_member WHERE id = %s AND present AND connection = %s"


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


def offer(seat: Seat, asked: Connection, taking: tuple[str, ...]) -> None:
    """The offer is on its way to the media process of the room.

    `taking` are the media processes that take connections, the least loaded first. Raises `Refused`: NOT_PRESENT,
    ENDED, UNAVAILABLE.
    """
    room = rows.read(Room, _ROOM, [seat.room])
    if room is None:
        raise Refused(Code.NOT_PRESENT)
    live(room)
    sfu, visit = place(room, taking), _visit(seat)
    if visit is None or (asked.lease and not _hold(seat, asked.lease(sfu))):
        raise Refused(Code.NOT_PRESENT)
    order = Offer(asked.request, asked.peer, seat.number, visit, asked.listen, asked.sdp, wanted(room))
    try:
        bus.publish([media.parcel(sfu, order)])
    except RedisError as error:
        raise Refused(Code.UNAVAILABLE) from error


def ice(lease: str, asked: Ice) -> None:
    """The question is on its way to the media process of this lease. Raises `Refused(UNAVAILABLE)`."""
    try:
        bus.publish([media.parcel(lease.rpartition(".")[0], asked)])
    except RedisError as error:
        raise Refused(Code.UNAVAILABLE) from error


def _visit(seat: Seat) -> int | None:
    """Which visit of theirs it is, if the seat is still theirs by this connection."""
    with connection.cursor() as cursor:
        cursor.execute(_VISIT, [seat.pk, seat.connection])
        row = cursor.fetchone()
    return None if row is None else row[0]


def _hold(seat: Seat, lease: str) -> bool:
    """Whether the session, still there, lives under this lease from now on."""
    here = Member.objects.filter(pk=seat.pk, present=True, connection=seat.connection)
    return here.update(process=lease) == 1


def place(room: Room, taking: tuple[str, ...]) -> str:
    """The media process that carries the room from now on: its own, while that takes connections.

    Raises `Refused(UNAVAILABLE)` when there is none.
    """
    if not taking:
        raise Refused(Code.UNAVAILABLE)
    if room.sfu not in taking and Room.objects.filter(pk=room.pk, sfu=room.sfu).update(sfu=taking[0]) == 1:
        room.sfu = taking[0]
    elif room.sfu not in taking:
        room.refresh_from_db(fields=["sfu"])  # another process was faster
    return room.sfu


def behind(alive: Alive) -> list[Wanted]:
    """What the media process missed: the wanted state of each room that it knows at an older version."""
    rooms = Room.objects.filter(pk__in=alive.rooms, sfu=alive.sfu)
    return [wanted(room) for room in rooms if room.seq > alive.rooms[room.pk]]


def strays(alive: Alive) -> list[Wanted]:
    """Orders to let go of rooms that another media process carries, or that are no more."""
    kept = set(Room.objects.filter(pk__in=alive.rooms, sfu=alive.sfu).values_list("pk", flat=True))
    return [Wanted(room, version, False, (), ()) for room, version in alive.rooms.items() if room not in kept]
