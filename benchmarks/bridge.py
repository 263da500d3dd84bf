"""A room on two media processes: how much later the second one's listeners hear, and how many more two cores hold.

Each process is pinned to a core of its own; the clients, whose packets the kernel drops as they arrive, and Valkey take
what is left. How many listeners fit is told by CPU: what one process needs for so many, against what each of two needs
for as many of its own at the same time.
"""

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import meters, packets, relay, servers
from benchmarks.figures import Figure
from benchmarks.light import Client, Identity
from benchmarks.media import folder
from benchmarks.room import background, keep, talk
from benchmarks.wide import Wide, names, wide

STEP = 900
TALK = 10
FIRST, SECOND = names(2)
_SPEAKER = 1_000_000
_AT_ONCE = 10


class Spent(NamedTuple):
    """CPU seconds of a process, and how many packets reached those of its listeners that count, `ears` of them."""

    cpu: float
    packets: int
    ears: int

    @property
    def cost(self) -> float:
        """CPU us per packet that reached a listener."""
        return self.cpu / max(1, self.packets) * 1e6

    @property
    def lost(self) -> float:
        """The share of the packets that did not reach them, in %."""
        return 100 - 100 * self.packets / (self.ears * TALK * 50)


class Crowd:
    """The listeners of one process; those in `sample` open what they get, the first of all is one."""

    def __init__(self, room: Wide, sfu: str, start: int) -> None:
        self.listeners: list[Client] = []
        self.sample: list[Client] = []
        self._room, self._sfu, self._start = room, sfu, start

    async def fill(self, size: int) -> None:
        """Nothing, once there are `size` listeners."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def enter(number: int) -> None:
            async with gate:
                client = await self._room.join(self._sfu, self._start + number)
            self.listeners.append(client)
            if number % relay.SAMPLE_EVERY == 0:
                self.sample.append(client)
            else:
                client.drop_rtp()

        await asyncio.gather(*(enter(number) for number in range(len(self.listeners), size)))

    def delivered(self) -> int:
        """How many packets have reached those who let the kernel drop and count them."""
        return sum(meters.dropped(one.socket for one in self.listeners if one not in self.sample))

    def deaf(self) -> int:
        """How many those are."""
        return len(self.listeners) - len(self.sample)


class Bench:
    """One talker by the first process, and a crowd at each."""

    def __init__(self, room: Wide, speaker: Client, pids: dict[str, int]) -> None:
        self.room, self.pids = room, pids
        self.crowds = {sfu: Crowd(room, sfu, place * 100_000) for place, sfu in enumerate(room.parts)}
        self._speakers = [(speaker, packets.Voice(speaker.local.ssrc, speaker.remote))]

    async def talk(self) -> dict[str, Spent]:
        """What each process took for some seconds of talk, and how much of it reached its listeners."""
        await asyncio.gather(*(talk(client, voice, range(50)) for client, voice in self._speakers))
        await asyncio.sleep(0.2)
        before = {sfu: (meters.cpu(self.pids[sfu]), crowd.delivered()) for sfu, crowd in self.crowds.items()}
        await asyncio.gather(*(talk(client, voice, range(TALK * 50)) for client, voice in self._speakers))
        await asyncio.sleep(0.2)
        return {
            sfu: Spent(meters.cpu(self.pids[sfu]) - before[sfu][0], crowd.delivered() - before[sfu][1], crowd.deaf())
            for sfu, crowd in self.crowds.items()
        }

    async def added(self) -> list[float]:
        """Milliseconds by which those of the second process heard each packet later than those of the first."""
        heard: dict[str, list[list[packets.Packet]]] = {sfu: [] for sfu in self.crowds}
        for sfu, crowd in self.crowds.items():
            for client in crowd.sample:
                heard[sfu].append([])
                client.heard = heard[sfu][-1].append
        await asyncio.gather(*(talk(client, voice, range(TALK * 50)) for client, voice in self._speakers))
        await asyncio.sleep(0.2)
        arrivals = [[{one.sent: one.arrived for one in ear} for ear in heard[sfu]] for sfu in (FIRST, SECOND)]
        pairs = zip(*arrivals, strict=False)
        return [(later[sent] - first[sent]) / 1e6 for first, later in pairs for sent in first.keys() & later.keys()]


async def measure(listeners: int) -> AsyncIterator[Figure]:
    """The added delay with one listener each and with many, and how many times the listeners of one process fit."""
    with folder() as here, servers.valkey(here) as valkey, _pair(here) as pids:
        others = meters.Others(valkey.pid, *pids.values())
        url, key = servers.redis_url(here), secrets.token_bytes(32)
        async with wide(url, (FIRST, SECOND), Identity(), "bench", key) as room, _alive(room):
            speaker = await room.join(FIRST, _SPEAKER)
            await room.want(speak=(_SPEAKER,))
            async for figure in _figures(Bench(room, speaker, pids), min(listeners, STEP)):
                yield figure
        yield Figure("cores that others kept busy meanwhile", others.cores(), "cores")


def _alive(room: Wide) -> contextlib.AbstractAsyncContextManager[None]:
    return background(*(keep(part.clients) for part in room.parts.values()))


@contextlib.contextmanager
def _pair(here: Path) -> Iterator[dict[str, int]]:
    """The ids of two media processes, each on a core of its own where there are as many."""
    with contextlib.ExitStack() as stack:
        pids = {}
        for sfu in (FIRST, SECOND):
            node = sfu.rpartition("-")[0]
            pids[sfu] = stack.enter_context(servers.sfu(here, servers.free_port(), STOA_NODE=node)).pid
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) > 1:
            for pid, core in zip(pids.values(), cores, strict=False):
                os.sched_setaffinity(pid, {core})
        yield pids


async def _figures(bench: Bench, size: int) -> AsyncIterator[Figure]:
    first, second = bench.crowds.values()
    await asyncio.gather(first.fill(1), second.fill(1))
    await bench.talk()
    for figure in _delays("1 listener each", await bench.added(), goal=True):
        yield figure
    await bench.room.spread(FIRST, tell=(FIRST, SECOND))
    await first.fill(size)
    alone = (await bench.talk())[FIRST]
    await bench.room.spread(FIRST, SECOND)
    await second.fill(size)
    both = await bench.talk()
    yield Figure(f"one process, {size} listeners, CPU per relayed packet", alone.cost, "us")
    yield Figure(f"two processes, {size} listeners each, the talker's, CPU per relayed packet", both[FIRST].cost, "us")
    yield Figure(f"two processes, {size} listeners each, the other, CPU per relayed packet", both[SECOND].cost, "us")
    yield Figure("packets lost by one process", alone.lost, "%", 0)
    yield Figure("packets lost by two processes", max(one.lost for one in both.values()), "%", 0)
    held = 2 * alone.cost / max(one.cost for one in both.values())
    yield Figure("listeners of two processes on two cores / of one on one", held, "x", 1.7, at_least=True)
    for figure in _delays(f"{size} listeners each", await bench.added(), goal=False):
        yield figure


def _delays(name: str, added: list[float], *, goal: bool) -> list[Figure]:
    p50, p99 = (meters.percentile(added, share) for share in (0.5, 0.99))
    return [
        Figure(f"delay added between two processes, {name}, p50", p50, "ms", 2 if goal else None),
        Figure(f"delay added between two processes, {name}, p99", p99, "ms", 10 if goal else None),
    ]
