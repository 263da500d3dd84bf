"""Attack 7: a listener speaks: renegotiates for both ways, sends a stream nobody announced, races, comes back muted.

What she sends carries a canary: nobody hears it, and no report finds it in the ring.
"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchmarks import sdp, servers
from benchmarks.light import Client
from benchmarks.packets import Packet
from benchmarks.room import Room
from moderation.evidence import sealed
from rooms.sfu.messages import Connected, Freeze, Sealed
from rooms.sfu.vault import file_name
from tests.canary import SONG, Singer, found_in
from tests.rooms.sfu.harness import ALICE, MALLORY, Media, duet, ear, hears, media, room, until, want

pytestmark = pytest.mark.server

CASE = X25519PrivateKey.generate()
FREEZE = "0123456789abcdef"


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Media]:
    with media(tmp_path, STOA_DATA=str(tmp_path / "data")) as it:
        yield it


async def kept(made: Room) -> tuple[str, ...]:
    """The files that a report has sealed now."""
    key = CASE.public_key().public_bytes_raw().hex()
    await made.desk.order(Freeze(made.wanted.room, FREEZE, key, time.time_ns() // 1_000_000))
    report: Sealed = await made.desk.report(Sealed, seconds=2)
    return report.tracks


async def for_both_ways(made: Room, member: int) -> Client:
    """A new connection, whose offer wants to send on every line."""
    local = made.identity.local()
    offer = sdp.offer(local).replace("a=sendonly", "a=sendrecv").replace("a=recvonly", "a=sendrecv")
    order = made.offer(member, offer)
    client = Client(made.identity, local, sdp.answer(await made.desk.answer(order)))
    made.clients[member], made.peers[member] = client, order.peer
    await client.connect()
    await made.desk.report(Connected, peer=order.peer)
    return client


def of_the_canary(heard: list[Packet]) -> list[Packet]:
    return [packet for packet in heard if SONG in packet.payload or any(SONG in copy for copy in packet.copies)]


@pytest.mark.parametrize("ssrc", [None, 0x0BADCAFE], ids=["announced", "unknown"])
async def test_a_listener_who_offers_every_line_for_both_ways_is_heard_by_nobody(
    relay: Media, ssrc: int | None
) -> None:
    async with room(relay) as made:
        alice, _, heard = await duet(made)
        await made.join(MALLORY)
        mallory = Singer(await for_both_ways(made, MALLORY))
        if ssrc is not None:
            mallory.voice.ssrc = ssrc
        async with mallory.on(level=0):
            await hears(alice, heard, 40)
        assert len(mallory.sent) >= 30
        assert of_the_canary(heard) == []
        assert await kept(made) == (file_name(servers.SFU, FREEZE, ALICE),)
    assert found_in(relay.folder) == []


async def test_one_who_is_muted_and_comes_back_is_muted_still(relay: Media) -> None:
    async with room(relay) as made:
        alice, _, heard = await duet(made)
        await made.join(MALLORY)
        await want(made, speak=(ALICE, MALLORY))
        await want(made, speak=(ALICE,))
        mallory = Singer(await made.join(MALLORY))
        async with mallory.on(level=0):
            await hears(alice, heard, 40)
        assert of_the_canary(heard) == []
        assert await kept(made) == (file_name(servers.SFU, FREEZE, ALICE),)


async def test_an_old_order_that_comes_late_gives_nobody_the_floor_again(relay: Media) -> None:
    async with room(relay) as made:
        alice, _, heard = await duet(made)
        mallory = Singer(await made.join(MALLORY))
        await want(made, speak=(ALICE, MALLORY))
        old = made.wanted
        await want(made, speak=(ALICE,))
        await made.desk.order(old)
        async with mallory.on(level=0):
            await hears(alice, heard, 40)
        assert of_the_canary(heard) == []


async def test_of_one_who_races_with_the_order_that_mutes_her_only_what_was_allowed_is_kept(relay: Media) -> None:
    async with room(relay) as made:
        alice, _, heard = await duet(made)
        mallory = Singer(await made.join(MALLORY))
        await want(made, speak=(ALICE, MALLORY))
        async with mallory.on(level=0):
            await until(lambda: of_the_canary(heard))
            await want(made, speak=(ALICE,))
            allowed = len(mallory.sent)
            await hears(alice, heard, 40)
        assert len(mallory.sent) > allowed + 20
        tracks = await kept(made)
    assert tracks == (file_name(servers.SFU, FREEZE, ALICE), file_name(servers.SFU, FREEZE, MALLORY))
    file = sealed.read((relay.folder / "data" / "evidence" / tracks[1]).read_bytes())
    records = sealed.unseal(file, CASE, file.hashes, (made.wanted.room, MALLORY, FREEZE))
    assert 0 < len(records) <= allowed
    assert [record.payload for record in records] == mallory.sent[: len(records)]


async def test_two_promotions_in_a_row_leave_the_last_word_to_the_server(relay: Media) -> None:
    async with room(relay) as made:
        alice, _, heard = await duet(made)
        mallory = Singer(await made.join(MALLORY))
        async with mallory.on(level=0):
            for _ in range(10):
                await made.want(speak=(ALICE, MALLORY))
                await made.want(speak=(ALICE,))
            await want(made, speak=(ALICE,))
            await asyncio.sleep(0.05)
            heard.clear()
            await hears(alice, heard, 40)
        assert of_the_canary(heard) == []


async def test_a_listener_hears_herself_from_nobody(relay: Media) -> None:
    async with room(relay) as made:
        alice, _, heard = await duet(made)
        mallory = Singer(await for_both_ways(made, MALLORY))
        own = ear(mallory.client)
        async with mallory.on(level=0):
            await hears(alice, heard, 20)
        assert own
        assert of_the_canary(own) == []
