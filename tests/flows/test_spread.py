"""One room on three media processes: everybody hears everybody, and whatever becomes of a process, a talk goes on."""

import asyncio
import os
import signal
import statistics
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

import pytest
from aiortc.rtp import RtcpByePacket, RtcpPacket

from benchmarks.packets import Voice
from benchmarks.room import background, keep
from benchmarks.room import talk as speak
from tests.flows import stack, wide
from tests.flows.light import Person, publish
from tests.flows.stack import Stoa
from tests.flows.wide import BACK, Talk, complete, heard_after, lost, waited
from tests.rooms.sfu.harness import until

pytestmark = [pytest.mark.server, pytest.mark.timeout(180)]

TOGETHER = 2
NAMES = ("alice", "bob", "carol", "dana", "erin", "frank")
GRACE = 7  # the number of who comes next
LOSS = 0.1  # seconds of sound that nobody may lose more of
Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def stoa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa of three media processes that a room spreads over by twos."""
    with wide.running(tmp_path_factory.mktemp("wide"), NAMES) as running:
        yield running


async def end(stoa: Stoa, port: int, how: signal.Signals) -> None:
    """The media process at this port was told so, is gone, and another one is there."""
    pid = stoa.media()[port]
    os.kill(pid, how)
    await asyncio.to_thread(stack.until, "it is gone", lambda: stoa.media().get(port) != pid, 40)
    await asyncio.to_thread(stack.until, "another one is there", lambda: port in stoa.media() and complete(stoa), 40)


async def test_a_room_spreads_and_everybody_hears_whoever_talks_on_whichever_process(
    stoa: Stoa, figure: Figure
) -> None:
    async with wide.talk(stoa, NAMES) as it:
        ports = sorted(person.port for person in it.people.values())
        assert ports == sorted([*stoa.media()] * TOGETHER), "two on each"
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
    stoa: Stoa, figure: Figure
) -> None:
    async with wide.talk(stoa, NAMES) as it:
        port = it.elsewhere
        hit, others = it.on(port), [one for one in it.listeners if one.port != port]
        killed = time.time_ns()
        os.kill(stoa.media()[port], signal.SIGKILL)
        await heard_after(killed + 1_000_000_000, others)
        await back_after(killed, hit, figure, "a media process killed to its listeners hearing again")
        assert [lost(it.alice, one, killed) for one in others] == [0.0] * len(others)
        assert [one.connections for one in others] == [1] * len(others)
        assert all(one.connections == 2 for one in hit)


async def test_who_talked_by_a_killed_process_is_heard_again_by_all(stoa: Stoa, figure: Figure) -> None:
    async with wide.talk(stoa, NAMES) as it:
        killed = time.time_ns()
        os.kill(stoa.media()[it.alice.port], signal.SIGKILL)
        await back_after(killed, it.listeners, figure, "her own media process killed to everybody hearing her again")


async def back_after(killed: int, hit: Collection[Person], figure: Figure, what: str) -> None:
    """Each of them hears of what was said after the kill; of the old process nothing is on its way after 50 ms."""
    moment = killed + 50_000_000
    await heard_after(moment, hit)
    seconds = waited(moment, hit, killed)[-1]
    figure(f"{what}: {seconds:.1f} s")
    assert seconds < BACK


async def test_told_to_go_a_process_hands_everybody_over_and_a_rolling_restart_costs_nobody_a_tenth_of_a_second(
    stoa: Stoa, figure: Figure
) -> None:
    async with wide.talk(stoa, NAMES) as it:
        since = time.time_ns()
        for port in sorted(stoa.media()):
            began = time.monotonic()
            await end(stoa, port, signal.SIGTERM)
            figure(f"a media process told to go to its successor ready: {time.monotonic() - began:.1f} s")
            assert not [person for person in it.people.values() if person.port == port and person.connections == 1]
        await heard_after(time.time_ns(), it.listeners)
        losses = [lost(it.alice, listener, since) for listener in it.listeners]
        figure(f"sound lost to a rolling restart, most: {max(losses) * 1000:.0f} ms")
        assert max(losses) <= LOSS


async def test_an_encoder_is_heard_until_all_others_have_moved_and_told_so_that_it_may_come_back_elsewhere(
    stoa: Stoa, figure: Figure
) -> None:
    async with wide.talk(stoa, NAMES) as it:
        stoa.sign_in("grace")
        token = (await asyncio.to_thread(stoa.manage, "room_token", it.room, "--as", "grace", "--speak")).strip()
        encoder = await publish(stoa, it.room, token)
        port, listener = encoder.remote.address[1], it.listeners[0]
        async with background(speak(encoder, Voice(encoder.local.ssrc, encoder.remote)), keep({0: encoder})):
            await heard(listener, time.time_ns())
            told = time.time_ns()
            os.kill(stoa.media()[port], signal.SIGTERM)
            await until(lambda: all(person.port != port for person in it.people.values()), 20)
            await heard(listener, time.time_ns())
            await until(lambda: encoder.closed, 30)
            figure(f"an encoder's media process told to go to its end told: {(time.time_ns() - told) / 1e9:.1f} s")
        assert isinstance(RtcpPacket.parse(encoder.reports[-1])[-1], RtcpByePacket)
        encoder = await publish(stoa, it.room, token)
        async with background(speak(encoder, Voice(encoder.local.ssrc, encoder.remote)), keep({0: encoder})):
            await heard(listener, time.time_ns())
        encoder.close()
        await asyncio.to_thread(stack.until, "all media processes are there", partial(complete, stoa), 40)


async def heard(listener: Person, moment: int) -> None:
    """Nothing, once the listener heard something that the encoder said after this moment (ns)."""
    await until(lambda: any(GRACE in one.csrcs and one.sent > moment for one in listener.heard[-50:]), 10)
