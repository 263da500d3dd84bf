"""A room on several media processes when Redis goes away, a process is killed, or one is told to leave."""

import asyncio
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks import packets, servers
from benchmarks.room import background, keep
from rooms.sfu.messages import Alive, Gone
from rooms.sfu.refusals import Refused
from rooms.sfu.server import STALLED
from tests.rooms.sfu.fleet import A, B, C, Fleet, across, duet, fleet, processes, room, want
from tests.rooms.sfu.harness import ALICE, BOB, CAROL, DAVE, Speaker, ear, until

pytestmark = pytest.mark.server


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path) as it:
        yield it


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path, 3) as it:
        yield it


GAP = 0.5
"""Seconds between two packets that a busy machine may take; whoever is silent until somebody acts takes longer."""


def gap(heard: list[packets.Packet], since: int = 0) -> float:
    """The longest time in seconds between two packets that arrived, from `since` (ns) on."""
    times = sorted(one.arrived for one in heard if one.arrived >= since)
    return max(after - before for before, after in pairwise(times)) / 1e9


async def test_without_redis_a_process_goes_on_and_both_are_back_within_two_seconds_of_its_return(
    tmp_path: Path,
) -> None:
    with processes(tmp_path, 2) as it, servers.valkey(tmp_path) as valkey:
        async with room(it) as made:
            speaker, carol, dave = await duet(made)
            await across(speaker, dave)
            carol.clear()
            spoken = speaker.voice.sequence
            async with speaker.on(), background(*(keep(part.clients) for part in made.parts.values())):
                await until(lambda: len(dave) > 20)
                valkey.kill()
                await asyncio.sleep(4)
                away = time.time_ns()
                assert not [one for one in dave if one.arrived > away - 2_000_000_000]
                with servers.valkey(tmp_path):
                    back = time.time_ns()
                    await until(lambda: any(one.arrived > back for one in dave), 5)
                    await asyncio.sleep(1)
            first = min(one.arrived for one in dave if one.arrived > back)
            assert (first - back) / 1e9 < 2
            assert min(one.sent for one in dave if one.arrived > back) > back - 200_000_000
            await until(lambda: len(carol) == speaker.voice.sequence - spoken)
            assert packets.breaks(carol) == packets.breaks(dave) == []


async def test_one_that_is_killed_leaves_no_gap_to_the_others_and_who_comes_back_is_heard_at_once(three: Fleet) -> None:
    async with room(three) as made:
        alice, bob = Speaker(await made.join(A, ALICE)), Speaker(await made.join(B, BOB), 2)
        carol, dave = ear(await made.join(A, CAROL)), ear(await made.join(C, DAVE))
        await want(made, speak=(ALICE, BOB))
        await across(alice, dave)
        await across(bob, dave)
        async with alice.on():
            async with bob.on():
                await until(lambda: sum(one.csrcs == (BOB,) for one in carol) > 20)
                killed = time.time_ns()
                three.servers[B].kill()
            await asyncio.sleep(0.3)
            again = Speaker(await made.join(C, BOB), 3)
            back = time.time_ns()
            async with again.on():  # before anybody has told the others
                await until(lambda: any(one.csrcs == (BOB,) and one.arrived > back for one in carol), 2)
                await made.spread(A, C)
                await asyncio.sleep(0.5)
        for heard in (carol, dave):
            of = {member: [one for one in heard if one.csrcs == (member,)] for member in (ALICE, BOB)}
            assert gap(of[ALICE], killed - 500_000_000) < GAP
            assert min(one.arrived for one in of[BOB] if one.arrived > back) - back < 500e6
            assert gap(of[BOB], back) < GAP
            assert packets.breaks(heard) == []


async def test_a_voice_whose_process_was_killed_leaves_its_slot_when_the_set_changes(three: Fleet) -> None:
    async with room(three) as made:
        bob, carol = Speaker(await made.join(B, BOB)), ear(await made.join(A, CAROL))
        await want(made, speak=(BOB,))
        await across(bob, carol)
        await bob.say(10)
        await until(lambda: len(carol) >= 10)
        three.servers[B].kill()
        carol.clear()
        await made.spread(A, C)
        await until(lambda: carol)
        assert [(one.csrcs, one.payload) for one in carol] == [((), b"\xf8\xff\xfe")]


async def test_one_that_is_told_to_leave_takes_nobody_more_and_goes_when_the_last_has_moved(both: Fleet) -> None:
    async with room(both) as made:
        speaker, carol, dave = await duet(made)
        await across(speaker, carol)
        desk = made.parts[A].desk
        async with speaker.on(), background(*(keep(part.clients) for part in made.parts.values())):
            await until(lambda: len(dave) > 10)
            desk.reports.clear()
            both.servers[A].process.terminate()
            assert (await desk.report(Alive, draining=True, seconds=1)).peers == 2
            with pytest.raises(Refused, match="draining"):
                await made.join(A, BOB)
            moved = ear(await made.join(B, CAROL))
            await made.elsewhere(CAROL, A, B)
            await desk.report(Gone, reason="replaced")
            again = Speaker(await made.join(B, ALICE), 2)
            async with again.on():
                await asyncio.sleep(0.1)
                assert both.servers[A].process.poll() is None
                await made.elsewhere(ALICE, A, B)
                await until(lambda: both.servers[A].process.poll() is not None)
                await asyncio.sleep(0.3)
        assert both.servers[A].process.returncode == 0
        assert gap(dave) < GAP
        assert gap(moved) < GAP
        assert min(one.arrived for one in moved) < max(one.arrived for one in carol) + 200_000_000
        assert packets.breaks(dave) == packets.breaks(moved) == []


async def test_one_that_is_told_to_leave_goes_all_the_same_when_nobody_moves(both: Fleet) -> None:
    async with room(both) as made:
        await duet(made)
        began = time.monotonic()
        both.servers[A].process.terminate()
        await until(lambda: both.servers[A].process.poll() is not None, 10)
        assert STALLED - 0.1 < time.monotonic() - began < STALLED + 4
        assert {one.reason for one in made.parts[A].desk.pile(Gone)} == {"dropped"}


def test_one_that_is_told_to_leave_goes_at_once_when_nobody_could_move_them(both: Fleet) -> None:
    asyncio.run(_enter(both))
    began = time.monotonic()
    assert both.servers[A].stop() == 0
    assert time.monotonic() - began < STALLED


async def _enter(both: Fleet) -> None:
    async with room(both) as made:
        await duet(made)
        for client in made.parts[A].clients.values():
            client.abandon()
        made.parts[A].clients.clear()
