"""The running relay and its paths: addresses that move, DTLS roles, IPv6, one connection after the other."""

import socket
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from OpenSSL import SSL

from benchmarks.light import Client, check
from rooms.sfu.messages import Connected, Gone
from tests.rooms.sfu.harness import (
    ALICE,
    CAROL,
    DAVE,
    MALLORY,
    Media,
    Speaker,
    duet,
    ear,
    hears,
    identity,
    room,
    until,
    want,
)

pytestmark = pytest.mark.server


async def test_who_offers_passive_is_called_by_the_server_and_heard(relay: Media) -> None:
    async with room(relay) as made:
        alice = await made.join(ALICE, setup="passive", level=False)
        carol = await made.join(CAROL, setup="active")
        await want(made, speak=(ALICE,))
        await hears(Speaker(alice), ear(carol))
        assert (alice.remote.setup, carol.remote.setup) == ("active", "passive")


async def test_an_address_move_is_followed_after_a_checked_request_and_not_before(relay: Media) -> None:
    async with room(relay) as made:
        speaker, carol, heard = await duet(made)
        await hears(speaker, heard)
        carol.move()
        heard.clear()
        dave = ear(await made.join(DAVE))
        await hears(speaker, dave)
        assert heard == []
        carol.check()
        await until(lambda: carol.answered >= 2)
        await hears(speaker, heard)


async def test_a_speaker_on_an_unchecked_address_is_not_heard(relay: Media) -> None:
    async with room(relay) as made:
        speaker, _, heard = await duet(made)
        await hears(speaker, heard)
        speaker.client.move()
        heard.clear()
        await speaker.say(5)
        checked = time.time_ns()
        speaker.client.check()
        await hears(speaker, heard)
        assert all(packet.sent >= checked for packet in heard)


async def test_a_client_hello_from_where_no_check_came_from_takes_nobodys_handshake(relay: Media) -> None:
    async with room(relay) as made:
        alice, carol = await made.answered(ALICE), await made.join(CAROL)
        assert alice.remote.setup == "passive"  # it waits for a client hello, whoever is first
        with socket.socket(alice.socket.family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as thief:
            thief.sendto(_client_hello(), alice.remote.address)
            alice.check()
            await until(lambda: alice.answered)
            thief.sendto(_client_hello(), alice.remote.address)
            await alice.connect()
            await want(made, speak=(ALICE,))
            await hears(Speaker(alice), ear(carol))
            with pytest.raises(BlockingIOError):
                thief.recv(2048)


def _client_hello() -> bytes:
    mallory = SSL.Connection(identity().context)
    mallory.set_connect_state()
    with suppress(SSL.WantReadError):
        mallory.do_handshake()
    return mallory.bio_read(4096)


async def test_a_forged_check_moves_nobody(relay: Media) -> None:
    async with room(relay) as made:
        speaker, carol, heard = await duet(made)
        thief = Client(made.identity, carol.local, replace(carol.remote, password="guess" * 6))
        thief.check()
        await want(made)
        await hears(speaker, heard)
        with pytest.raises(BlockingIOError):
            thief.socket.recv(2048)
        thief.abandon()


async def test_a_new_connection_of_a_member_closes_the_old_one_once_it_stands(relay: Media) -> None:
    async with room(relay) as made:
        speaker, old, heard = await duet(made)
        before = made.peers[CAROL]
        new = await made.answered(CAROL)
        await hears(speaker, heard)
        again = ear(new)
        await new.connect()
        await made.desk.report(Connected, peer=made.peers[CAROL])
        assert (await made.desk.report(Gone, peer=before)).reason == "replaced"
        await until(lambda: old.closed)
        heard.clear()
        await hears(speaker, again)
        assert heard == []


async def test_ipv6_carries_as_ipv4_does(relay: Media) -> None:
    async with room(relay) as made:
        alice, carol = await made.join(ALICE, ipv6=True), await made.join(CAROL)
        await want(made, speak=(ALICE, CAROL))
        await hears(Speaker(alice), ear(carol))
        await hears(Speaker(carol), ear(alice))


async def test_nobody_takes_over_an_address_that_is_in_use(relay: Media) -> None:
    async with room(relay) as made:
        speaker, carol, heard = await duet(made)
        mallory = await made.join(MALLORY)
        for victim in (speaker.client, carol):
            victim.send(check(mallory.local, mallory.remote))
        await want(made)
        await hears(speaker, heard)
        assert carol.unopened == 0
