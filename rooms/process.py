"""What a web process keeps running for its rooms: its ear, its sockets, its view of the media side, its lease."""

import asyncio
import secrets
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from django.db import DatabaseError
from django.utils import timezone

from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from rooms import bus, leases, media, sessions
from rooms.actions import peers, presence
from rooms.actions.base import listening
from rooms.actions.peers import Connection, Placed
from rooms.actions.presence import Seat
from rooms.hub import Hub, Socket, each
from rooms.jobs import AWAY, Jobs, attempt, every, tell_away
from rooms.models import Room
from rooms.offered import Offered
from rooms.placement import Taker
from rooms.reactions import CHANNEL, Coalescer
from rooms.reports import Reports
from rooms.roles import Code, Refused
from rooms.sfu.messages import REPORTS, Answer, Figures, Ice, orders_channel
from rooms.threads import Threads

SESSIONS_EVERY = 15  # seconds between two looks at everybody's; a letter has us look at once
GHOSTS_EVERY = 15  # seconds between two looks for connections that nobody serves; longer than a WHIP offer takes
LOST_AT_ONCE = 100  # connections that are noted by one call
LOOK_EVERY = 0.4  # seconds between two looks for media processes that were killed; after two in vain they were

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Process:
    """One per event loop; `here()` is the one that runs."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(6)
        self.bus = bus.Bus(self._reconnected)
        self.hub = Hub(self.bus, self._count, self._seqs, Coalescer(self.id))
        self.jobs = Jobs()
        self._threads = Threads()
        self._lost: deque[Seat] = deque()
        self._suspects: set[str] = set()
        self._offered = Offered()
        reports = Reports(self.hub, self._offered, self.jobs, self._threads)
        self.media = media.Media(reports.arrived, reports.lost, reports.leaving, reports.told)

    def start(self) -> None:
        """Start everything, in the running loop."""
        for name, job in self._kept().items():
            self.jobs.keep(name, job)

    async def stop(self) -> None:
        """Stop everything."""
        await self.jobs.stop()
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
            tell_away(error)
            return {}  # a ping without a number still keeps the socket

    def _kept(self) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
        """What runs until the process stops, each without waiting for another."""
        return {
            "bus": self.bus.run,
            "hub": self.hub.run,
            "ears": self._hear,
            "losses": lambda: every(1, self._note_losses),
            "ghosts": lambda: every(GHOSTS_EVERY, self._lose_ghosts),
            "reactions": lambda: every(1, self._tell_reactions),
            "ticks": lambda: every(1, self.hub.tick),
            "sessions": lambda: every(SESSIONS_EVERY, lambda: self._sign_out(self.hub.sockets)),
            "leases": lambda: every(leases.RENEW_EVERY, self._hold_leases),
            "connections": lambda: every(1, self._note_connections),
            "media": self._look_for_the_dead,
        }

    async def _hear(self) -> None:
        await self.bus.subscribe(REPORTS, self.media.take)
        await self.bus.subscribe(sessions.CHANNEL, self._session_ended)
        await self.bus.subscribe(CHANNEL, self.hub.reactions.hear)

    async def _hold_leases(self) -> None:
        """Hold them whatever else takes long, in no thread that others wait for: without, all here would be lost."""
        await asyncio.to_thread(leases.renew, self.id, *self.media.leases())

    async def _note_connections(self) -> None:
        await self._offered.note(lambda some: self.in_thread(peers.note, some))

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
            tell_away(error)
            return None
        now = asyncio.get_running_loop().time()
        since = max(since or now, self.bus.open_since or now)
        self.media.tick(since)
        self.media.look({channels[channel] for channel in read}, since)
        return since

    async def _tell_reactions(self) -> None:
        """Tell the other processes of the reactions made here; what is lost on the road is not missed."""
        told = self.hub.reactions.tell()
        if told:
            await self.in_thread(bus.publish, [(CHANNEL, told)])

    async def _note_losses(self) -> None:
        while self._lost:
            some = list(islice(self._lost, LOST_AT_ONCE))
            await self.in_thread(presence.lose, *some, now=timezone.now())
            for _ in some:
                self._lost.popleft()

    async def _lose_ghosts(self) -> None:
        """Lose who came in by a commit whose answer was lost, or was gone before it: no socket knows of them.

        Nor does one of somebody who is just coming in by WHIP: it takes two looks.
        """
        served = {socket.connection for socket in self.hub.sockets}
        lose = partial(presence.lose_ghosts, self.id, served, self._suspects, now=timezone.now())
        self._suspects = await self.in_thread(lose)

    def _session_ended(self, uid: str) -> None:
        self.jobs.once(attempt(self._sign_out, [socket for socket in self.hub.sockets if socket.uid == uid]))

    async def _sign_out(self, sockets: list[Socket]) -> None:
        """Close those of the sockets whose sessions sign nobody in any more."""
        if sockets:
            living = await self.in_thread(sessions.living, {socket.session for socket in sockets})
            await each([socket for socket in sockets if socket.session not in living], lambda one: one.sign_out())

    def _reconnected(self) -> None:
        """Sockets learn at once what they missed."""
        self.hub.look_again()
        self.jobs.once(attempt(self.hub.ping, self.hub.rooms))


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


def falls() -> Mapping[str, int]:
    """How often each job that is kept running here fell."""
    found: Counter[str] = Counter()
    for process in list(_processes.values()):
        found.update(process.jobs.falls)
    return found


def _numbers(rooms: list[str]) -> dict[str, int]:
    return dict(Room.objects.filter(pk__in=rooms).values_list("pk", "seq"))
