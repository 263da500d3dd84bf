"""What a web process does about what the media processes report."""

import asyncio
from functools import partial

from django.utils import timezone

from moderation.audit.source import Source
from rooms import bus, media, protocol
from rooms.actions import carriers, peers, presence, unseen
from rooms.evidence import sealed
from rooms.hub import Hub, Socket, each
from rooms.jobs import AWAY, Jobs, attempt, tell_away
from rooms.models import Member
from rooms.offered import Offered
from rooms.roles import Rank
from rooms.sfu.messages import Alive, Connected, Gone, Line, Present, Sealed
from rooms.threads import Threads

MOVE_WITHIN = 5.0  # seconds in which all go who are told to: each joins anew, and the others want to be heard meanwhile
MOVE_EVERY = 0.01  # seconds between two of them, if there are few
OVERLAP = 1.0  # seconds that somebody's last connection is left open beside their new one, to be changed without a gap


class Reports:
    """What `Media` calls: each of these returns at once, and goes on as a job."""

    def __init__(self, hub: Hub, offered: Offered, jobs: Jobs, threads: Threads) -> None:
        self._hub, self._offered, self._jobs, self._threads = hub, offered, jobs, threads

    def arrived(self, alive: Alive) -> None:
        """Tell this media process what it is to want."""
        self._jobs.once(attempt(self._threads.run, _catch_up, alive))

    def lost(self, sfu: str, epoch: str) -> None:
        """Have those whose sound came from there come in elsewhere."""
        self._offered.lose(sfu)
        self._jobs.once(each(self._heard_from(sfu), lambda one: one.move_sound()))
        self._jobs.once(attempt(self._threads.run, carriers.lose, sfu, epoch))

    def leaving(self, sfu: str) -> None:
        """Have those whose sound comes from there go elsewhere, one after the other."""
        self._jobs.once(self._move_out(sfu))

    def told(self, report: Connected | Gone | Present | Line | Sealed) -> None:
        """Do what is due about one connection, or one freeze."""
        match report:
            case Connected() if report.peer in self._offered:
                if self._offered.connected(report, timezone.now()):
                    self._jobs.once(attempt(self._moved, report))
            case Gone():
                self._offered.forget(report.peer)
                if report.peer.startswith(media.SESSION):
                    self._jobs.once(self._session_gone(report))
            case Present():
                cut = partial(unseen.cut, report, source=Source.internal("media"), now=timezone.now())
                self._jobs.once(attempt(self._threads.run, cut))
            case Line() if report.room in self._hub.rooms:
                self._jobs.once(attempt(self._tell_line, report))
            case Sealed():
                about = {"room": report.room, "freeze": report.freeze, "sfu": report.sfu, "tracks": report.tracks}
                self._jobs.once(attempt(self._threads.run, partial(sealed.send, Reports, **about)))

    async def _move_out(self, sfu: str) -> None:
        """Tell those who are still there."""
        sockets = self._heard_from(sfu)
        for socket in sockets:
            if socket.sfu == sfu:
                await each([socket], lambda one: one.move_sound())
            await asyncio.sleep(min(MOVE_EVERY, MOVE_WITHIN / len(sockets)))

    def _heard_from(self, sfu: str) -> list[Socket]:
        return [socket for socket in self._hub.sockets if socket.sfu == sfu]

    async def _moved(self, report: Connected) -> None:
        await asyncio.sleep(OVERLAP)
        await self._threads.run(peers.moved, report)

    async def _session_gone(self, report: Gone) -> None:
        """Have its member leave, as soon as the database is there: nobody says it again."""
        whose = report.room, report.member, report.peer
        while True:
            try:
                await self._threads.run(presence.leave_session, *whose, now=timezone.now())
            except AWAY as error:
                tell_away(error)
                await asyncio.sleep(1)
            else:
                return

    async def _tell_line(self, report: Line) -> None:
        """Tell those who run the room, and nobody else."""
        event = protocol.line(report.member, report.sending, report.weak, report.lost, report.jitter, report.trip)
        for connection in await self._threads.run(_hosts, report.room):
            self._hub.post(report.room, event, connection)


def _hosts(room: str) -> list[str]:
    """The connections of the room's host and moderators."""
    present = Member.objects.filter(room_id=room, present=True, rank__gte=Rank.MODERATOR)
    return list(present.exclude(connection="").values_list("connection", flat=True))


def _catch_up(alive: Alive) -> None:
    orders = carriers.reconcile(alive, timezone.now())
    if orders:
        bus.publish(media.parcel(alive.sfu, order) for order in orders)
