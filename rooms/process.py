"""What a web process keeps running for its rooms: its ear, its sockets, its view of the media side, its lease."""

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextvars import Context
from functools import partial
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import structlog
from django.db import DatabaseError
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.throttle import Unavailable
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from rooms import bus, leases, media, protocol, sessions
from rooms.actions import carriers, peers, presence, unseen
from rooms.actions.base import listening
from rooms.actions.peers import Connection, Placed
from rooms.actions.presence import Seat
from rooms.evidence import sealed
from rooms.hub import Hub, Socket, each
from rooms.models import Member, Room
from rooms.offered import Offered
from rooms.placement import Taker
from rooms.reactions import CHANNEL, Coalescer
from rooms.roles import Code, Rank, Refused
from rooms.sfu.messages import (
    REPORTS,
    Alive,
    Answer,
    Connected,
    Figures,
    Gone,
    Ice,
    Line,
    Present,
    Sealed,
    orders_channel,
)
from rooms.threads import Threads

SESSIONS_EVERY = 15  # seconds between two looks at everybody's; a letter has us look at once
LOOK_EVERY = 0.4  # seconds between two looks for media processes that were killed; after two in vain they were
MOVE_WITHIN = 5.0  # seconds in which all go who are told to: each joins anew, and the others want to be heard meanwhile
MOVE_EVERY = 0.01  # seconds between two of them, if there are few
OVERLAP = 1.0  # seconds that somebody's last connection is left open beside their new one, to be changed without a gap
AWAY = (RedisError, Unavailable, DatabaseError, OSError)

_log = structlog.get_logger(__name__)
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Process:
    """One per event loop; `here()` is the one that runs."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(6)
        self.bus = bus.Bus(self._reconnected)
        self.hub = Hub(self.bus, self._count, self._seqs, Coalescer(self.id))
        self.media = media.Media(self._arrived, self._media_lost, self._media_leaves, self._told)
        self._threads = Threads()
        self._lost: deque[Seat] = deque()
        self._offered = Offered()
        self._jobs: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Start everything, in the running loop."""
        jobs = self._every_second(), self._hold_leases(), self._look_for_the_dead(), self._hear()
        for job in (self.bus.run(), self.hub.run(), self._note_connections(), *jobs):
            self._keep(job)

    async def stop(self) -> None:
        """Stop everything."""
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        await self._threads.stop()

    async def in_thread(self, do: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """What `do` returns, as `Threads.run` does it."""
        return await self._threads.run(do, *args, **kwargs)

    async def connect(
        self,
        seat: Seat,
        peer: str,
        sdp: str,
        *,
        source: Source,
        listen: bool = True,
        alone: bool = False,
        offer: Callable[[Seat, Connection, Sequence[Taker]], Placed] = peers.offer,
    ) -> Answer:
        """The media side's answer to an SDP offer; `alone` is a connection without a socket beside it.

        Raises `Refused` as `offer` does, with the media side's reason (written to the log), or UNAVAILABLE.
        """
        asked = Connection(media.new_peer(), peer, sdp, listen, self.media.lease if alone else None)
        self.media.expect(asked.request)
        try:
            placed = await self.in_thread(offer, seat, asked, await self.media.taking())
            self.media.placed(placed.sfu)
            self._offered.add(peer, seat, source, placed)
            return await self.media.answer(asked.request)
        except Refused as refused:
            self._offered.forget(peer)
            if refused.code is not Code.UNAVAILABLE:  # of which a whole room may hear at once
                why = refused.code.value
                note = partial(record_refusal, "member.offer", actor=seat.uid, room=seat.room, reason=why)
                await self.in_thread(note, source=source)
            raise
        finally:
            self.media.forget(asked.request)

    async def ice(self, lease: str, peer: str, *, anew: bool) -> Answer:
        """How this peer, a session under `lease`, reaches the media side; `anew` with new credentials.

        Raises `Refused`: REMOVED when the media side does not have it any more, UNAVAILABLE.
        """
        asked = Ice(media.new_peer(), peer, anew)
        self.media.expect(asked.request)
        try:
            await self.in_thread(peers.ice, lease, asked)
            return await self.media.answer(asked.request)
        finally:
            self.media.forget(asked.request)

    def lose(self, seat: Seat) -> None:
        """Note within a second, or when the database is back, that this connection is gone."""
        self._lost.append(seat)

    async def _count(self, room: str) -> int:
        return await self.in_thread(listening, room)

    async def _seqs(self, rooms: list[str]) -> dict[str, int]:
        try:
            return await self.in_thread(_numbers, rooms)
        except DatabaseError as error:
            _log.warning("away", error=type(error).__name__)
            return {}  # a ping without a number still keeps the socket

    def _keep(self, job: Coroutine[Any, Any, None]) -> None:
        """Run it; it belongs to no request or socket, whichever it was that began it."""
        task = asyncio.get_running_loop().create_task(job, context=Context())
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    async def _hear(self) -> None:
        await self.bus.subscribe(REPORTS, self.media.take)
        await self.bus.subscribe(sessions.CHANNEL, self._session_ended)
        await self.bus.subscribe(CHANNEL, self.hub.reactions.hear)

    async def _every_second(self) -> None:
        second = 0
        while True:
            await self._try(self._note_losses)
            await self._try(self._tell_reactions)
            await self._try(self.hub.tick)
            if second % SESSIONS_EVERY == 0:
                await self._try(self._sign_out, self.hub.sockets)
            second += 1
            await asyncio.sleep(1)

    async def _hold_leases(self) -> None:
        """Hold them whatever else takes long, in no thread that others wait for: without, all here would be lost."""
        while True:
            await self._try(lambda: asyncio.to_thread(leases.renew, self.id, *self.media.leases()))
            await asyncio.sleep(leases.RENEW_EVERY)

    async def _note_connections(self) -> None:
        while True:
            await asyncio.sleep(1)
            await self._try(self._offered.note, lambda some: self.in_thread(peers.note, some))

    async def _look_for_the_dead(self) -> None:
        """Find at once a media process that was killed, and that nobody may start again: Redis knows who left."""
        since: float | None = None
        while True:
            await asyncio.sleep(LOOK_EVERY)
            since = await self._look(since)

    async def _look(self, since: float | None) -> float | None:
        """Since when (loop time) Redis answers; None while it does not, gone or only slow: then nobody is dead."""
        channels = {orders_channel(sfu): sfu for sfu in self.media.known}
        try:
            read = await self.in_thread(bus.readers, list(channels))
        except AWAY as error:
            _log.warning("away", error=type(error).__name__)
            return None
        now = asyncio.get_running_loop().time()
        since = max(since or now, self.bus.open_since or now)
        self.media.tick(since)
        self.media.look({channels[channel] for channel in read}, since)
        return since

    async def _try(self, do: Callable[..., Awaitable[object]], *args: object) -> None:
        """Do it; if Redis or the database is away, say so and go on: it is done again."""
        try:
            await do(*args)
        except AWAY as error:
            _log.warning("away", error=type(error).__name__)

    async def _tell_reactions(self) -> None:
        """Tell the other processes of the reactions made here; what is lost on the road is not missed."""
        told = self.hub.reactions.tell()
        if told:
            await self.in_thread(bus.publish, [(CHANNEL, told)])

    async def _note_losses(self) -> None:
        while self._lost:
            await self.in_thread(presence.lose, self._lost[0], now=timezone.now())
            self._lost.popleft()

    def _session_ended(self, uid: str) -> None:
        self._keep(self._try(self._sign_out, [socket for socket in self.hub.sockets if socket.uid == uid]))

    async def _sign_out(self, sockets: list[Socket]) -> None:
        """Close those of the sockets whose sessions sign nobody in any more."""
        if sockets:
            living = await self.in_thread(sessions.living, {socket.session for socket in sockets})
            await each([socket for socket in sockets if socket.session not in living], lambda one: one.sign_out())

    def _reconnected(self) -> None:
        """Sockets learn at once what they missed."""
        self.hub.look_again()
        self._keep(self._try(self.hub.ping, self.hub.rooms))

    def _arrived(self, alive: Alive) -> None:
        self._keep(self._try(self.in_thread, _catch_up, alive))

    def _media_lost(self, sfu: str, epoch: str) -> None:
        self._offered.lose(sfu)
        self._keep(each(self._heard_from(sfu), lambda one: one.move_sound()))
        self._keep(self._try(self.in_thread, carriers.lose, sfu, epoch))

    def _media_leaves(self, sfu: str) -> None:
        self._keep(self._move_out(sfu))

    async def _move_out(self, sfu: str) -> None:
        """Tell those who are still there, one after the other."""
        sockets = self._heard_from(sfu)
        for socket in sockets:
            if socket.sfu == sfu:
                await each([socket], lambda one: one.move_sound())
            await asyncio.sleep(min(MOVE_EVERY, MOVE_WITHIN / len(sockets)))

    def _heard_from(self, sfu: str) -> list[Socket]:
        return [socket for socket in self.hub.sockets if socket.sfu == sfu]

    def _told(self, report: Connected | Gone | Present | Line | Sealed) -> None:
        match report:
            case Connected() if report.peer in self._offered:
                if self._offered.connected(report, timezone.now()):
                    self._keep(self._try(self._moved, report))
            case Gone():
                self._offered.forget(report.peer)
                if report.peer.startswith(media.SESSION):
                    self._keep(self._session_gone(report))
            case Present():
                cut = partial(unseen.cut, report, source=Source.internal("media"), now=timezone.now())
                self._keep(self._try(self.in_thread, cut))
            case Line() if report.room in self.hub.rooms:
                self._keep(self._try(self._tell_line, report))
            case Sealed():
                about = {"room": report.room, "freeze": report.freeze, "sfu": report.sfu, "tracks": report.tracks}
                self._keep(self._try(self.in_thread, partial(sealed.send, Process, **about)))

    async def _session_gone(self, report: Gone) -> None:
        """Have its member leave, as soon as the database is there: nobody says it again."""
        whose = report.room, report.member, report.peer
        while True:
            try:
                await self.in_thread(presence.leave_session, *whose, now=timezone.now())
            except AWAY as error:
                _log.warning("away", error=type(error).__name__)
                await asyncio.sleep(1)
            else:
                return

    async def _tell_line(self, report: Line) -> None:
        """Tell those who run the room, and nobody else."""
        event = protocol.line(report.member, report.sending, report.weak, report.lost, report.jitter, report.trip)
        for connection in await self.in_thread(_hosts, report.room):
            self.hub.post(report.room, event, connection)

    async def _moved(self, report: Connected) -> None:
        await asyncio.sleep(OVERLAP)
        await self.in_thread(peers.moved, report)


_processes: "WeakKeyDictionary[asyncio.AbstractEventLoop, Process]" = WeakKeyDictionary()


def here() -> Process:
    """The process's parts, started when they are first needed in the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _processes:
        _processes[loop] = Process()
        _processes[loop].start()
    return _processes[loop]


def media_figures() -> list[Figures]:
    """The last figures of every media process that is heard of here."""
    found = {one.sfu: one for process in list(_processes.values()) for one in list(process.media.figures.values())}
    return [found[sfu] for sfu in sorted(found)]


def talking() -> dict[str, frozenset[int]]:
    """Who talks in which room, as the media processes that are heard of here said it within the last two seconds."""
    found: dict[str, frozenset[int]] = {}
    for process in list(_processes.values()):
        for room, members in process.media.talking():
            found[room] = found.get(room, frozenset()).union(members)
    return found


def _numbers(rooms: list[str]) -> dict[str, int]:
    return dict(Room.objects.filter(pk__in=rooms).values_list("pk", "seq"))


def _hosts(room: str) -> list[str]:
    """The connections of the room's host and moderators."""
    present = Member.objects.filter(room_id=room, present=True, rank__gte=Rank.MODERATOR)
    return list(present.exclude(connection="").values_list("connection", flat=True))


def _catch_up(alive: Alive) -> None:
    orders = carriers.reconcile(alive, timezone.now())
    if orders:
        bus.publish(media.parcel(alive.sfu, order) for order in orders)
