"""The running relay when what is around it, or it itself, dies: those who talk go on talking."""

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiortc.rtp import RtcpByePacket, RtcpPacket

from benchmarks import packets, servers
from benchmarks.room import Room, background, keep
from rooms.sfu.messages import Alive, Gone
from tests.rooms.sfu.harness import ALICE, BOB, CAROL, DAVE, Media, duet, ear, hears, media, room, until

pytestmark = pytest.mark.server


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Media]:
    """A media process that the test may do to what it wants."""
    with media(tmp_path) as it:
        yield it


async def test_talk_goes_on_while_valkey_is_dead_and_orders_work_after_its_return(relay: Media) -> None:
    async with room(relay) as made:
        speaker, _, heard = await duet(made)
        async with speaker.on():
            await until(lambda: heard)
            relay.valkey.kill()
            killed = time.time_ns()
            await asyncio.sleep(1.5)
            assert sum(packet.arrived > killed for packet in heard) > 60
            assert packets.breaks(heard) == []
            with servers.valkey(relay.folder):
                await made.desk.listening()
                await made.want(speak=())
                await _obeyed(made)
                muted = time.time_ns()
                await asyncio.sleep(0.6)
                await made.want(speak=(ALICE,))
                await until(lambda: heard[-1].sent > muted + 600e6)
                await made.join(DAVE)
        assert not [packet for packet in heard if 0 < packet.arrived - muted < 600e6]
        assert packets.breaks(heard) == []


async def _obeyed(made: Room) -> None:
    """Nothing, once the process knows the wanted version: as the web side does, what a report lacks is said again."""
    async with asyncio.timeout(10):
        while dict((await made.desk.report(Alive)).rooms).get(made.wanted.room) != made.wanted.version:
            await made.desk.order(made.wanted)


async def test_who_leaves_while_valkey_is_dead_is_reported_after_its_return(relay: Media) -> None:
    async with room(relay) as made:
        _, carol, _ = await duet(made)
        relay.valkey.kill()
        carol.close()
        with servers.valkey(relay.folder):
            made.desk.reports.clear()
            alive = await made.desk.report(Alive, seconds=10)
            assert alive.peers == 1


async def test_a_killed_media_process_comes_back_with_a_new_epoch_and_knows_nobody(relay: Media) -> None:
    async with room(relay) as made:
        speaker, _, heard = await duet(made)
        await hears(speaker, heard)
        before = await made.desk.report(Alive)
        relay.server.kill()
        made.desk.reports.clear()
        with servers.sfu(relay.folder, relay.port):
            after = await made.desk.report(Alive, seconds=10)
            assert (after.peers, dict(after.rooms)) == (0, {})
            assert after.epoch != before.epoch
            again, _, heard = await duet(made)
            await hears(again, heard)


async def test_alive_names_every_room_and_the_version_it_knows(relay: Media) -> None:
    async with room(relay) as made:
        await duet(made)
        made.desk.reports.clear()
        alive = await made.desk.report(Alive)
        assert dict(alive.rooms) == {made.wanted.room: made.wanted.version}
        assert alive.peers == 2
        assert not alive.draining


async def test_an_idle_process_still_signs_every_two_seconds(relay: Media) -> None:
    async with room(relay) as made:
        first = await made.desk.report(Alive)
        began = time.monotonic()
        made.desk.reports.clear()
        assert (await made.desk.report(Alive)).epoch == first.epoch
        assert (await made.desk.report(Alive)).epoch == first.epoch
        assert 1.5 < time.monotonic() - began < 5


async def test_sigterm_tells_everybody_by_both_goodbyes_and_ends_well(relay: Media) -> None:
    async with room(relay) as made:
        speaker, carol, heard = await duet(made)
        clients = speaker.client, carol, await made.join(BOB, listen=False, slots=0)
        for client in clients:
            client.heard = heard.append
        await hears(speaker, heard)
        relay.server.process.send_signal(signal.SIGTERM)
        await made.desk.report(Alive, draining=True)
        reasons = {(await made.desk.report(Gone, peer=peer)).reason for peer in made.peers.values()}
        await until(lambda: all(client.closed for client in clients))
        assert all(isinstance(RtcpPacket.parse(client.reports[-1])[-1], RtcpByePacket) for client in clients)
        assert reasons == {"dropped"}
        assert await asyncio.to_thread(relay.server.process.wait, 6) == 0
        assert b"Traceback" not in relay.server.log.read_bytes()


async def test_who_sends_no_check_for_30_s_is_gone_and_so_is_who_never_came(relay: Media) -> None:
    async with room(relay) as made:
        speaker, carol, _ = await duet(made)
        heard = ear(await made.join(DAVE))
        await made.answered(BOB)
        carol.abandon()
        began = time.monotonic()
        async with speaker.on(), background(keep({one: made.clients[one] for one in (ALICE, DAVE)})):
            gone = [await made.desk.report(Gone, peer=made.peers[who], seconds=40) for who in (BOB, CAROL)]
        assert [one.reason for one in gone] == ["timeout", "timeout"]
        assert 28 < time.monotonic() - began < 36
        assert packets.breaks(heard) == []
