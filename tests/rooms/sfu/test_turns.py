"""Tests of rooms.sfu.turns. Handshakes wait their turn: whoever talks goes before those who come in."""

import asyncio

import pytest

from rooms.sfu import turns
from rooms.sfu.counters import Count
from rooms.sfu.peer import Peer
from tests.rooms.sfu.test_server_fuzz import Browser, room

RECORDS = [bytes([22, number]) for number in range(3)]


def watch(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What peers are fed from now on."""
    taken: list[bytes] = []

    def feed(peer: Peer, data: bytes) -> bool:
        taken.append(data)
        return True

    monkeypatch.setattr(Peer, "feed", feed)
    return taken


def arrive(browser: Browser) -> None:
    for record in RECORDS:
        browser.send(record)


def test_records_are_taken_one_in_a_turn_of_the_loop_and_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with room() as (_, mallory):
            taken = watch(monkeypatch)
            arrive(mallory)
            for turn in range(len(RECORDS)):
                assert taken == RECORDS[:turn]
                await asyncio.sleep(0)
            assert taken == RECORDS

    asyncio.run(story())


def test_a_voice_is_relayed_before_the_records_that_came_first(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with room() as (alice, mallory):
            taken = watch(monkeypatch)
            arrive(mallory)
            alice.talk(0)
            assert alice.server.counters[Count.RELAYED] == 1
            assert taken == []

    asyncio.run(story())


def test_a_record_too_many_is_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with room() as (alice, mallory):
            monkeypatch.setattr(turns, "MOST", 2)
            arrive(mallory)
            assert alice.server.counters[Count.DTLS_OVERFLOW] == 1

    asyncio.run(story())
