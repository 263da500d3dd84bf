"""A room on three media processes: a Stoa that spreads it, people on each of them, and what they heard and missed."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import packets
from benchmarks.packets import Packet
from benchmarks.room import CHECK_INTERVAL, background
from rooms.sfu.messages import REPORTS, Alive, load, orders_channel
from tests.flows import stack
from tests.flows.light import Person
from tests.flows.stack import Stoa, free_ports

PROCESSES = 3
BACK = 10.0
"""Seconds to be heard again; 2 are to be reached on a quiet machine, a busy one must not fail a change."""


@dataclass(slots=True)
class Talk:
    """Alice, who talks, and everybody else, who listens: as many on each media process."""

    stoa: Stoa
    room: str
    people: dict[str, Person]

    @property
    def alice(self) -> Person:
        """Who talks."""
        return self.people["alice"]

    @property
    def listeners(self) -> list[Person]:
        """Everybody else."""
        return [person for name, person in self.people.items() if name != "alice"]

    def on(self, port: int) -> list[Person]:
        """The listeners of one media process."""
        return [person for person in self.listeners if person.port == port]

    @property
    def elsewhere(self) -> int:
        """The port of a media process that Alice is not on."""
        return next(person.port for person in self.listeners if person.port != self.alice.port)


@contextmanager
def running(folder: Path, names: Sequence[str], **extra: str) -> Iterator[Stoa]:
    """A Stoa of three media processes that a room of these people spreads over."""
    with stack.running(
        folder,
        STOA_SFU_PROCESSES=str(PROCESSES),
        STOA_SFU_PEERS=str(len(names) // PROCESSES),
        STOA_UDP_PORT=str(free_ports(socket.SOCK_DGRAM, PROCESSES)),
        STOA_TCP_PORT=str(free_ports(socket.SOCK_STREAM, PROCESSES)),
        **extra,
    ) as stoa:
        stoa.sign_in(*names)
        yield stoa


@asynccontextmanager
async def talk(stoa: Stoa, names: Sequence[str], processes: int = PROCESSES) -> AsyncIterator[Talk]:
    """A talk of Alice's that everybody else of these people hears, on all of so many media processes."""
    await asyncio.to_thread(empty, stoa, processes)
    room = await asyncio.to_thread(stoa.room, "alice", "Wide Sunday")
    it = Talk(stoa, room, {name: Person(stoa, name, room) for name in names})
    visits = []
    async with background(_keep(list(it.people.values()))):
        try:
            for person in it.people.values():
                visits.append(asyncio.create_task(person.live()))
                await person.connected()
            await it.alice.move("unmute")
            async with background(it.alice.talk()):
                await heard_after(time.time_ns(), it.listeners)
                yield it
        finally:
            for visit in visits:
                visit.cancel()
            await asyncio.gather(*visits, return_exceptions=True)
            for person in it.people.values():
                person.leave()


async def _keep(people: Sequence[Person]) -> None:
    """Nothing, ever: everybody gives signs of life, as browsers do."""
    while True:
        for person in people:
            client = person.clients.get(0)
            if client and client.connected and not client.closed:
                client.check()
                client.report()
            await asyncio.sleep(CHECK_INTERVAL / len(people))


async def heard_after(moment: int, listeners: Iterable[Person], seconds: float = 20) -> None:
    """Nothing, once each of them heard something that was said after this moment (ns)."""
    async with asyncio.timeout(seconds):
        for listener in listeners:
            while not (listener.heard and listener.heard[-1].sent > moment):  # noqa: ASYNC110  # packets come when they come
                await asyncio.sleep(0.01)


def first_after(moment: int, listener: Person) -> Packet:
    """The first packet that the listener heard of what was said after this moment (ns); there is one."""
    return next(packet for packet in listener.heard if packet.sent > moment)


def waited(moment: int, listeners: Iterable[Person], since: int) -> list[float]:
    """Seconds from `since` (ns) until each of them heard of what was said after this moment (ns), shortest first."""
    return sorted((first_after(moment, listener).arrived - since) / 1e9 for listener in listeners)


def lost(speaker: Person, listener: Person, since: int) -> float:
    """Seconds of what was said from this moment (ns) on that the listener did not hear, up to what they heard last."""
    heard = {packet.sent for packet in listener.heard}
    last = max(heard)
    return sum(since < said < last and said not in heard for said in speaker.said) * packets.INTERVAL


def empty(stoa: Stoa, processes: int = PROCESSES) -> None:
    """Nothing, once each of so many media processes said that it holds nobody, and the web heard it."""
    peers: dict[str, int] = {}
    with stoa.redis() as asked, asked.pubsub(ignore_subscribe_messages=True) as reports:
        reports.subscribe(REPORTS)

        def said() -> bool:
            report = reports.get_message(timeout=1)
            alive = load(report["data"]) if report else None
            if isinstance(alive, Alive) and not alive.draining:
                peers[alive.sfu] = alive.peers
            return len(peers) == processes and not any(peers.values())

        stack.until("all media processes are there, and empty", said, 60)


def complete(stoa: Stoa, processes: int = PROCESSES) -> bool:
    """Whether every media process takes orders."""
    with stoa.redis() as asked:
        return len(asked.pubsub_channels(orders_channel("*"))) == processes
