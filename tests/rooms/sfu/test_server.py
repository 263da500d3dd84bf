"""The running relay, over real Valkey, ICE, DTLS and SRTP: who is heard, by whom, from when to when."""

import asyncio
import struct
import time
from collections.abc import Awaitable

import pytest

from benchmarks import packets, sdp
from benchmarks.light import Client
from benchmarks.room import Room
from rooms.sfu.messages import Drop, Figures, Gone, Line, Present
from rooms.sfu.quality import EVERY, TIMES_WEAK
from rooms.sfu.rtcp import Reception, receiver_report
from tests.rooms.sfu.harness import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    Media,
    Speaker,
    duet,
    ear,
    hears,
    room,
    rooms,
    until,
    want,
)

pytestmark = pytest.mark.server

MUTED_WITHIN = 500e6  # nanoseconds; the figures are measured in benchmarks and tests/flows/test_latency.py
HEARD_WITHIN = 1000e6


async def test_a_wanted_speaker_is_heard_packet_for_packet(relay: Media) -> None:
    async with room(relay) as made:
        speaker, _, heard = await duet(made)
        await speaker.say(25)
        await until(lambda: len(heard) == 25)
        assert packets.breaks(heard) == []
        assert [packet.payload_type for packet in heard] == [sdp.OPUS, *[sdp.RED] * 24]  # a first one has no copies yet
        assert sorted(packet.sent for packet in heard) == [packet.sent for packet in heard]


async def test_the_csrc_tells_who_speaks_and_the_ssrc_is_an_announced_slot(relay: Media) -> None:
    async with room(relay) as made:
        speaker, carol, heard = await duet(made)
        await hears(speaker, heard)
        assert {packet.csrcs for packet in heard} == {(ALICE,)}
        assert {packet.ssrc for packet in heard} <= set(carol.remote.ssrcs) or not carol.remote.ssrcs


async def test_copies_reach_who_takes_red_and_the_frame_alone_the_others(relay: Media) -> None:
    async with room(relay) as made:
        speaker, _, carol = await duet(made)
        dave = ear(await made.join(DAVE, red=False))
        speaker.voice.red = True
        await speaker.say(25)
        await until(lambda: len(carol) == len(dave) == 25)
        assert [packet.payload_type for packet in carol] == [sdp.OPUS, *[sdp.RED] * 24]
        frames = [packet.payload for packet in carol]
        assert [packet.copies for packet in carol] == [tuple(frames[max(0, at - 2) : at]) for at in range(25)]
        assert {packet.payload_type for packet in dave} == {sdp.OPUS}
        assert [packet.payload for packet in dave] == [packet.payload for packet in carol]


@pytest.mark.timeout(60)
async def test_whom_it_holds_is_told_within_ten_seconds_and_a_ghost_is_cut_by_the_order_that_follows(
    relay: Media,
) -> None:
    async with room(relay) as made:
        await made.join(CAROL)
        name = made.wanted.room
        async with asyncio.timeout(12):
            while not (report := await made.desk.report(Present, seconds=12)).rooms.get(name):
                made.desk.reports.clear()
        assert report.rooms[name] == (CAROL,)
        await made.desk.order(Drop(name, CAROL, 0))
        gone = await made.desk.report(Gone, peer=made.peers[CAROL])
        assert (gone.member, gone.reason) == (CAROL, "dropped")


async def test_it_tells_what_it_counted(relay: Media) -> None:
    async with room(relay) as made:
        speaker, _, heard = await duet(made)
        before = await made.desk.report(Figures)
        await hears(speaker, heard, 25)
        made.desk.reports.clear()
        after = await made.desk.report(Figures)
        assert after.counts["relayed"] - before.counts["relayed"] == 25
        assert after.counts["sent_bytes"] - before.counts["sent_bytes"] > 25 * 80
        assert after.counts["peers"] == 2
        assert sum(after.relay[:-1]) - sum(before.relay[:-1]) == 25
        assert sum(after.joins[:-1]) >= 2
        assert after.lag[-1] > 0


async def test_nobody_hears_who_may_not_speak(relay: Media) -> None:
    async with room(relay) as made:
        speaker, _, heard = await duet(made)
        await want(made, speak=(BOB,))
        await speaker.say(15)
        await want(made, speak=(ALICE,))
        granted = time.time_ns()
        await hears(speaker, heard)
        assert all(packet.sent >= granted for packet in heard)


async def test_mute_is_silence_at_once(relay: Media) -> None:
    async with room(relay) as made:
        speaker, _, heard = await duet(made)
        async with speaker.on():
            await until(lambda: len(heard) > 10)
            muted = time.time_ns()
            await made.want(speak=())
            await asyncio.sleep(0.6)
        assert max(packet.arrived for packet in heard) < muted + MUTED_WITHIN


async def test_promotion_is_sound_at_once(relay: Media) -> None:
    async with room(relay) as made:
        speaker, _, heard = await duet(made)
        await want(made, speak=())
        async with speaker.on():
            waits = [await _promoted(made, heard) for _ in range(10)]
        assert max(waits) < HEARD_WITHIN


async def _promoted(made: Room, heard: list[packets.Packet]) -> int:
    await asyncio.sleep(0.1)
    heard.clear()
    granted = time.time_ns()
    await made.want(speak=(ALICE,))
    await until(lambda: heard)
    wait = heard[0].arrived - granted
    await made.want(speak=())
    return wait


async def test_a_removed_member_is_closed_and_never_heard_again(relay: Media) -> None:
    async with room(relay) as made:
        speaker, _, heard = await duet(made)
        bob = Speaker(await made.join(BOB))
        await want(made, speak=(BOB,), absent=(ALICE,))
        gone = await made.desk.report(Gone, peer=made.peers[ALICE])
        await until(lambda: speaker.client.closed)
        heard.clear()
        await speaker.say(10)
        await hears(bob, heard)
        assert (gone.member, gone.reason, gone.room) == (ALICE, "removed", made.wanted.room)
        assert {packet.csrcs for packet in heard} == {(BOB,)}


async def test_a_removed_listener_gets_no_more_media(relay: Media) -> None:
    async with room(relay) as made:
        speaker, carol, heard = await duet(made)
        await hears(speaker, heard)
        await want(made, absent=(CAROL,))
        await made.desk.report(Gone, peer=made.peers[CAROL], reason="removed")
        heard.clear()
        dave = ear(await made.join(DAVE))
        await hears(speaker, dave)
        assert heard == []
        assert carol.closed


async def test_the_end_of_a_room_closes_everybody(relay: Media) -> None:
    async with room(relay) as made:
        speaker, carol, _ = await duet(made)
        await want(made, live=False)
        reasons = {(await made.desk.report(Gone, peer=peer)).reason for peer in made.peers.values()}
        await until(lambda: speaker.client.closed and carol.closed)
        assert reasons == {"ended"}


async def test_who_leaves_is_reported_gone(relay: Media) -> None:
    async with room(relay) as made:
        _, carol, _ = await duet(made)
        carol.close()
        assert (await made.desk.report(Gone, peer=made.peers[CAROL])).reason == "left"


async def test_drop_closes_one_connection_and_no_other(relay: Media) -> None:
    async with room(relay) as made:
        speaker, carol, heard = await duet(made)
        dave = ear(await made.join(DAVE))
        await made.drop(CAROL)
        await made.desk.report(Gone, peer=made.peers[CAROL], reason="dropped")
        await hears(speaker, dave)
        assert carol.closed
        assert heard == []


async def test_every_listener_and_slot_is_continuous_while_speakers_come_and_go(relay: Media) -> None:
    async with room(relay) as made:
        everybody = range(1, 6)
        speakers = {member: Speaker(await made.join(member), member) for member in everybody}
        ears = {member: ear(speakers[member].client) for member in everybody}
        late = {}
        for first, second in ((1, 2), (2, 3), (4, 1), (5, 4), (3, 5), (1, 3)):
            await want(made, speak=(first, second))
            await asyncio.gather(speakers[first].say(12), speakers[second].say(9, level=20))
            late[10 * first + second] = ear(await made.join(10 * first + second))
        ears |= late
        await want(made, speak=(1,))
        await speakers[1].say(5)
        await until(lambda: all(len(heard) >= 5 for member, heard in ears.items() if member != 1))
        assert {member: packets.breaks(heard) for member, heard in ears.items() if packets.breaks(heard)} == {}
        assert not [member for member, heard in ears.items() if any(packet.csrcs == (member,) for packet in heard)]
        assert sum(speaker.client.unopened for speaker in speakers.values()) == 0
        firsts = [track[0].sequence for heard in ears.values() for track in packets.by_slot(heard).values()]
        assert max(firsts) < 1 << 15


async def test_three_are_heard_at_once_and_the_fourth_and_quietest_is_not(relay: Media) -> None:
    async with room(relay) as made:
        speakers = {member: Speaker(await made.join(member), member) for member in range(1, 5)}
        heard = ear(await made.join(9))
        await want(made, speak=(1, 2, 3, 4))
        loud = [speakers[member].say(25, level=20) for member in (1, 2, 3)]
        await asyncio.gather(*loud, _later(speakers[4].say(20, level=60), 0.1))
        await until(lambda: len(heard) >= 75)
        assert {packet.csrcs for packet in heard} == {(1,), (2,), (3,)}
        assert len(packets.by_slot(heard)) == 3


async def _later(work: Awaitable[object], seconds: float) -> None:
    await asyncio.sleep(seconds)
    await work


async def test_who_publishes_without_listening_is_heard_and_sent_nothing(relay: Media) -> None:
    async with room(relay) as made:
        encoder = await made.join(ALICE, listen=False, slots=0)
        bob, carol = Speaker(await made.join(BOB)), await made.join(CAROL)
        own, heard = ear(encoder), ear(carol)
        await want(made, speak=(ALICE, BOB))
        await hears(bob, heard)
        await hears(Speaker(encoder), heard)
        assert own == []


async def test_a_stale_version_is_ignored(relay: Media) -> None:
    async with room(relay) as made:
        speaker, _, heard = await duet(made)
        stale = made.wanted
        await want(made, speak=(ALICE, BOB))
        await made.desk.order(stale.__class__(stale.room, 1, live=False, speak=(), absent=(ALICE, CAROL)))
        await hears(speaker, heard)


async def test_two_rooms_do_not_mix(relay: Media) -> None:
    async with rooms(relay, 2) as (one, other):
        speaker, _, heard = await duet(one)
        strange, _, there = await duet(other)
        await asyncio.gather(speaker.say(20), strange.say(10))
        await until(lambda: len(heard) >= 20 and len(there) >= 10)
        assert (len(heard), len(there)) == (20, 10)


def _kind(number: int, client: Client) -> list[bytes]:
    return [report for report in client.reports if report[1] == number]


async def test_listeners_get_sender_reports_and_speakers_receiver_reports(relay: Media) -> None:
    async with room(relay) as made:
        speaker, carol, heard = await duet(made)
        ear(speaker.client)
        async with speaker.on():
            await until(lambda: carol.reports and _kind(201, speaker.client), seconds=8)
        arrival = _kind(201, speaker.client)[0]
        assert struct.unpack_from("!IB", arrival, 8) == (speaker.client.local.ssrc, 0)
        report = _kind(200, carol)[0]
        ssrc, seconds, _, timestamp = struct.unpack_from("!IIII", report, 4)
        assert ssrc == heard[0].ssrc
        assert abs(seconds - 2_208_988_800 - time.time()) < 10
        assert min(abs(packet.timestamp - timestamp) for packet in heard) < sdp.OPUS_RATE


async def test_hosts_are_told_of_a_speaker_whose_packets_get_lost(relay: Media) -> None:
    async with room(relay) as made:
        speaker, _, _ = await duet(made)
        async with speaker.on():
            say = speaker.client.say
            speaker.client.say = lambda packet: say(packet) if packet[3] % 4 else None  # type: ignore[method-assign]
            line = await made.desk.report(Line)
        assert (line.room, line.member, line.sending, line.weak) == (made.wanted.room, ALICE, True, True)
        assert 15 <= line.lost <= 35


async def test_hosts_are_told_of_a_listener_who_reports_that_half_is_lost(relay: Media) -> None:
    async with room(relay) as made:
        speaker, carol, heard = await duet(made)
        await hears(speaker, heard)
        for _ in range(TIMES_WEAK):
            half = Reception(heard[0].ssrc, 1, 100, 0, packets=50)
            carol.send(carol.outbound.protect_rtcp(receiver_report(carol.local.ssrc, half)))
            await asyncio.sleep(1.5 * EVERY)  # what comes sooner is not read
        line = await made.desk.report(Line)
        assert (line.member, line.sending, line.weak, line.lost, line.trip) == (CAROL, False, True, 50, -1)
