"""A room on two media processes, over real Valkey, ICE, DTLS and SRTP: everybody hears the same, from either."""

import asyncio
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from redis.asyncio import Redis

from benchmarks import packets
from benchmarks.room import background
from rooms.sfu.messages import Alive, Figures, Gone
from tests.canary import SONG, WORDS, Singer, found_on, overheard, sings
from tests.rooms.sfu import harness
from tests.rooms.sfu.fleet import A, B, Fleet, across, duet, fleet, room, want
from tests.rooms.sfu.harness import ALICE, BOB, Speaker, ear, hears, until

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Two media processes for all tests that leave them as they are."""
    with fleet(tmp_path_factory.mktemp("fleet")) as it:
        yield it


async def test_a_speaker_is_heard_packet_for_packet_by_both_processes(both: Fleet) -> None:
    async with room(both) as made:
        speaker, carol, dave = await duet(made)
        await across(speaker, dave)
        carol.clear()
        await speaker.say(50)
        await until(lambda: len(carol) == len(dave) == 50)
        assert packets.breaks(dave) == packets.breaks(carol) == []
        assert [one.payload for one in dave] == [one.payload for one in carol]
        assert {one.csrcs for one in dave} == {(ALICE,)}


async def test_copies_come_along(both: Fleet) -> None:
    async with room(both) as made:
        speaker, _, dave = await duet(made)
        speaker.voice.red = True
        await across(speaker, dave)
        await speaker.say(10)
        await until(lambda: len(dave) == 10)
        frames = [one.payload for one in dave]
        assert [one.copies for one in dave][2:] == [tuple(frames[at - 2 : at]) for at in range(2, 10)]


async def test_two_who_talk_by_different_processes_hear_each_other_and_nobody_hears_himself(both: Fleet) -> None:
    async with room(both) as made:
        alice, bob = Speaker(await made.join(A, ALICE)), Speaker(await made.join(B, BOB), 2)
        heard = {ALICE: ear(alice.client), BOB: ear(bob.client)}
        await want(made, speak=(ALICE, BOB))
        await across(alice, heard[BOB])
        await across(bob, heard[ALICE])
        heard[BOB].clear()
        await asyncio.gather(alice.say(50), bob.say(50))
        await until(lambda: len(heard[ALICE]) == len(heard[BOB]) == 50)
        assert {one.csrcs for one in heard[ALICE]} == {(BOB,)}
        assert {one.csrcs for one in heard[BOB]} == {(ALICE,)}
        assert packets.breaks(heard[ALICE]) == packets.breaks(heard[BOB]) == []


async def test_mute_is_silence_at_both(both: Fleet) -> None:
    async with room(both) as made:
        speaker, carol, dave = await duet(made)
        async with speaker.on():
            await until(lambda: len(carol) > 10 and len(dave) > 10)
            muted = time.time_ns()
            await made.want(speak=())
            await asyncio.sleep(0.6)
        assert max(one.arrived for one in carol + dave) < muted + 500e6


async def test_who_may_not_speak_is_not_relayed_from_the_other_process_either(both: Fleet) -> None:
    async with room(both) as made:
        speaker, carol, dave = await duet(made)
        bob = Speaker(await made.join(A, BOB), 2)
        await across(speaker, dave)
        await harness.want(made.parts[B], speak=(BOB,))  # the first has not heard of it
        dave.clear()
        carol.clear()
        await speaker.say(20)
        await until(lambda: len(carol) == 20)
        await harness.want(made.parts[A], speak=(BOB,))
        await hears(bob, dave)
        assert {one.csrcs for one in dave} == {(BOB,)}


async def test_the_loudest_three_of_all_are_heard_by_both(both: Fleet) -> None:
    async with room(both) as made:
        by = {1: A, 2: B, 3: A, 4: B}
        talkers = {member: Speaker(await made.join(sfu, member), member) for member, sfu in by.items()}
        ears = [ear(await made.join(sfu, 10 + place)) for place, sfu in enumerate((A, B))]
        await want(made, speak=(1, 2, 3, 4))
        await across(talkers[1], ears[1])
        await across(talkers[2], ears[0])
        await asyncio.gather(*(talkers[member].say(20, level=20) for member in (1, 2, 3)))
        for heard in ears:
            heard.clear()
        await asyncio.gather(*(one.say(40, level=60 if member == 4 else 20) for member, one in talkers.items()))
        await until(lambda: all(len(heard) >= 120 for heard in ears))
        assert [{one.csrcs for one in heard} for heard in ears] == [{(1,), (2,), (3,)}] * 2


async def test_one_who_moves_to_the_other_process_while_he_talks_is_heard_without_a_gap(both: Fleet) -> None:
    async with room(both) as made:
        old, carol, dave = await duet(made)
        await across(old, dave)
        async with old.on():
            await until(lambda: len(dave) > 10)
            new = Speaker(await made.join(B, ALICE), 2)
            async with new.on():  # as a browser does, he speaks by both for a moment
                await asyncio.sleep(0.2)
                await made.elsewhere(ALICE, A, B)
                gone = await made.parts[A].desk.report(Gone, reason="replaced")
                await asyncio.sleep(0.5)
        assert gone.member == ALICE
        for heard in (carol, dave):
            times = sorted(one.arrived for one in heard)
            assert max(after - before for before, after in pairwise(times)) < 500e6
            assert packets.breaks(heard) == []


async def test_nothing_that_was_said_and_no_key_can_be_read_in_redis(both: Fleet) -> None:
    said: list[bytes] = []

    async def listen(redis: Redis) -> None:
        async with redis.pubsub() as pubsub:
            await pubsub.psubscribe("*")
            async for message in pubsub.listen():
                said.append(message["channel"] + (message["data"] if message["type"] == "pmessage" else b""))  # noqa: PERF401  # it never ends

    async with Redis.from_url(both.url) as redis, background(listen(redis)):
        await until(lambda: said)
        async with overheard(both.url) as commands, room(both) as made:
            _, _, dave = await duet(made)
            singer = Singer(made.parts[A].clients[ALICE])
            singer.voice.red = True
            await across(singer, dave)
            said.clear()
            await singer.say(50)
            await until(lambda: len(dave) >= 50)
            await until(lambda: sum(b"stoa:audio" in one for one in said) >= 50)
            assert WORDS[:40] in dave[-1].payload
            held = [
                found_on(both.folder, one.pid, words) for one in both.servers.values() for words in (SONG, made.key)
            ]
    assert not [one for one in said if any(sings(one, words) for words in (SONG, made.key, *singer.sent))]
    assert not [one for one in commands if any(sings(one.encode(), words) for words in (SONG, made.key))]
    assert held == [[]] * 2 * len(both.servers)


async def test_what_went_across_is_told_in_the_figures(both: Fleet) -> None:
    async with room(both) as made:
        speaker, _, dave = await duet(made)
        await across(speaker, dave)
        for part in made.parts.values():
            part.desk.reports.clear()
        before = [await part.desk.report(Figures) for part in made.parts.values()]
        await speaker.say(50)
        await until(lambda: len(dave) == 50)
        for part in made.parts.values():
            part.desk.reports.clear()
        after = [await part.desk.report(Figures) for part in made.parts.values()]
        assert after[0].counts["bridge_published"] - before[0].counts["bridge_published"] == 50
        assert after[1].counts["bridge_received"] - before[1].counts["bridge_received"] == 50
        assert [one.drops.get("bridge_refused", 0) for one in after] == [0, 0]


async def test_it_tells_which_turn_it_knows_and_forgets_a_room_that_ended(both: Fleet) -> None:
    async with room(both) as made:
        speaker, _, dave = await duet(made)
        await across(speaker, dave)
        desk = made.parts[B].desk
        desk.reports.clear()
        assert (await desk.report(Alive)).spreads == {made.name: 1}
        await want(made, live=False)
        desk.reports.clear()
        assert (await desk.report(Alive)).spreads == {}
