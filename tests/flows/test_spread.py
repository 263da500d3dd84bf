"""One room on three media processes: everybody hears everybody, and whatever becomes of a process, a talk goes on."""

import asyncio
import os
import signal
import socket
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest
from redis import Redis

from benchmarks import packets
from benchmarks.packets import Packet
from benchmarks.room import background, keep
from config.folder import valkey_socket
from rooms.sfu.messages import orders_channel
from tests.flows import stack
from tests.flows.light import Person
from tests.flows.stack import Stoa, free_ports

pytestmark = [pytest.mark.server, pytest.mark.timeout(180)]

PROCESSES, TOGETHER = 3, 2
NAMES = ("alice", "bob", "carol", "dana", "erin", "frank")
LOSS = 0.1  # seconds of sound that nobody may lose more of
BACK = 10.0  # seconds; 2 are to be reached on a quiet machine, a busy one must not fail a change
Figure = Callable[[str], None]


@dataclass(slots=True)
class Talk:
    """Alice, who talks, and five who listen: two people on each media process."""

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


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa of three media processes that a room spreads over by twos."""
    with stack.running(
        tmp_path_factory.mktemp("wide"),
        STOA_SFU_PROCESSES=str(PROCESSES),
        STOA_SFU_PEERS=str(TOGETHER),
        STOA_UDP_PORT=str(free_ports(socket.SOCK_DGRAM, PROCESSES)),
        STOA_TCP_PORT=str(free_ports(socket.SOCK_STREAM, PROCESSES)),
    ) as running:
        running.sign_in(*NAMES)
        yield running


@asynccontextmanager
async def talk(stoa: Stoa) -> AsyncIterator[Talk]:
    """A talk that everybody hears, on all three."""
    await asyncio.to_thread(stack.until, "all media processes are there", partial(complete, stoa), 20)
    room = await asyncio.to_thread(stoa.room, "alice", "Wide Sunday")
    it = Talk(stoa, room, {name: Person(stoa, name, room) for name in NAMES})
    visits = []
    async with background(*(keep(person.clients) for person in it.people.values())):
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


async def heard_after(moment: int, listeners: Iterable[Person], seconds: float = 20) -> None:
    """Nothing, once each of them heard something that was said after this moment (ns)."""
    async with asyncio.timeout(seconds):
        for listener in listeners:
            while first_after(moment, listener) is None:  # noqa: ASYNC110  # packets come when they come
                await asyncio.sleep(0.01)


def first_after(moment: int, listener: Person) -> Packet | None:
    """The first packet that the listener heard of what was said after this moment (ns)."""
    return next((packet for packet in listener.heard if packet.sent > moment), None)


def lost(speaker: Person, listener: Person, since: int) -> float:
    """Seconds of what was said from this moment (ns) on that the listener did not hear, up to what they heard last."""
    heard = {packet.sent for packet in listener.heard}
    last = max(heard)
    return sum(since < said < last and said not in heard for said in speaker.said) * packets.INTERVAL


def complete(stoa: Stoa) -> bool:
    """Whether every media process takes orders."""
    with Redis(unix_socket_path=str(valkey_socket(stoa.folder / "data"))) as asked:
        return len(asked.pubsub_channels(orders_channel("*"))) == PROCESSES


async def end(stoa: Stoa, port: int, how: signal.Signals) -> None:
    """The media process at this port was told so, is gone, and another one is there."""
    pid = stoa.media()[port]
    os.kill(pid, how)
    await asyncio.to_thread(stack.until, "it is gone", lambda: stoa.media().get(port) != pid, 40)
    await asyncio.to_thread(stack.until, "another one is there", lambda: port in stoa.media() and complete(stoa), 40)


async def test_a_room_spreads_and_everybody_hears_whoever_talks_on_whichever_process(
    wide: Stoa, figure: Figure
) -> None:
    async with talk(wide) as it:
        ports = sorted(person.port for person in it.people.values())
        assert ports == sorted([*wide.media()] * TOGETHER), "two on each"
        carol = it.people["carol"]
        await carol.move("raise_hand")
        await it.alice.move("invite", member=3)
        await carol.move("accept")
        since = time.time_ns()
        async with background(carol.talk()):
            await asyncio.sleep(2)
        for listener in it.listeners:
            assert lost(it.alice, listener, since) == 0
        for person in it.people.values():
            if person is not carol:
                assert lost(carol, person, since) == 0
        said = set(it.alice.said)
        near, far = (delay(it.on(port), said) for port in (it.alice.port, it.elsewhere))
        figure(f"delay p50 in one media process / over two: {near:.1f} / {far:.1f} ms")
        await sealed_on_both(it)


def delay(listeners: Iterable[Person], said: set[int]) -> float:
    """The median of the delays of these packets, in milliseconds."""
    return statistics.median(packet.delay for one in listeners for packet in one.heard if packet.sent in said)


async def sealed_on_both(it: Talk) -> None:
    """Who is reported in a room on several processes is heard of on each: a file of every speaker."""
    body = {"policy": "spam", "member": 3}
    status, _ = await asyncio.to_thread(it.stoa.ask, "bob", "POST", f"/api/v1/rooms/{it.room}/reports/", body)
    assert status == 201
    folder = it.stoa.folder / "data" / "evidence"

    def members() -> bool:
        return sorted(file.stem.rpartition("-")[2] for file in folder.glob("*.sealed")) == ["1", "3"]

    await asyncio.to_thread(stack.until, "what both said is sealed", members)
    assert len({file.stem.split("-")[1] for file in folder.glob("*.sealed")}) == 2, "by two processes"


async def test_who_listened_to_a_killed_process_is_back_by_themselves_and_nobody_else_hears_a_gap(
    wide: Stoa, figure: Figure
) -> None:
    async with talk(wide) as it:
        port = it.elsewhere
        hit, others = it.on(port), [one for one in it.listeners if one.port != port]
        killed = time.time_ns()
        os.kill(wide.media()[port], signal.SIGKILL)
        await heard_after(killed + 1_000_000_000, others)
        await back_after(killed, hit, figure, "a media process killed to its listeners hearing again")
        assert [lost(it.alice, one, killed) for one in others] == [0.0] * len(others)
        assert [one.connections for one in others] == [1] * len(others)
        assert all(one.connections == 2 for one in hit)


async def test_who_talked_by_a_killed_process_is_heard_again_by_all(wide: Stoa, figure: Figure) -> None:
    async with talk(wide) as it:
        killed = time.time_ns()
        os.kill(wide.media()[it.alice.port], signal.SIGKILL)
        await back_after(killed, it.listeners, figure, "her own media process killed to everybody hearing her again")


async def back_after(killed: int, hit: Iterable[Person], figure: Figure, what: str) -> None:
    """Each of them hears of what was said after the kill; of the old process nothing is on its way after 50 ms."""
    moment = killed + 50_000_000
    await heard_after(moment, hit)
    seconds = max((packet.arrived - killed) / 1e9 for one in hit if (packet := first_after(moment, one)))
    figure(f"{what}: {seconds:.1f} s")
    assert seconds < BACK


async def test_told_to_go_a_process_hands_everybody_over_and_a_rolling_restart_costs_nobody_a_tenth_of_a_second(
    wide: Stoa, figure: Figure
) -> None:
    async with talk(wide) as it:
        since = time.time_ns()
        for port in sorted(wide.media()):
            began = time.monotonic()
            await end(wide, port, signal.SIGTERM)
            figure(f"a media process told to go to its successor ready: {time.monotonic() - began:.1f} s")
            assert not [person for person in it.people.values() if person.port == port and person.connections == 1]
        await heard_after(time.time_ns(), it.listeners)
        losses = [lost(it.alice, listener, since) for listener in it.listeners]
        figure(f"sound lost to a rolling restart, most: {max(losses) * 1000:.0f} ms")
        assert max(losses) <= LOSS


async def test_redis_away_costs_nobody_on_the_speakers_process_anything_and_comes_back_for_the_others(
    wide: Stoa, figure: Figure
) -> None:
    async with talk(wide) as it:
        near = it.on(it.alice.port)
        before = {name: person.connections for name, person in it.people.items()}
        serving = wide.children("rooms.sfu"), wide.children("daphne")
        since = time.time_ns()
        pid = redis(wide)
        for _ in range(3):  # the supervisor waits a little longer each time
            os.kill(pid, signal.SIGKILL)
            pid = await asyncio.to_thread(stack.until, "Redis is back", partial(redis, wide, pid), 20)
        back = time.time_ns()
        await heard_after(back, it.listeners)
        seconds = max((packet.arrived - back) / 1e9 for one in it.listeners if (packet := first_after(back, one)))
        figure(f"Redis back to sound between media processes: {seconds:.1f} s")
        assert [lost(it.alice, one, since) for one in near] == [0.0] * len(near)
        assert {name: person.connections for name, person in it.people.items()} == before, "nobody was declared dead"
        assert (wide.children("rooms.sfu"), wide.children("daphne")) == serving, "and nothing else was started anew"
        assert seconds < BACK


def redis(stoa: Stoa, old: int = 0) -> int:
    """The process id of its Valkey, which is another one than `old`; 0 while there is none."""
    found = [pid for pid in stoa.children("valkey-server") if pid != old]
    return found[0] if found else 0
