"""Contract of `rooms.offered`: whose a connection is, until it is gone, and where it came from."""

from collections.abc import Sequence

import pytest
from django.db import DatabaseError

from moderation.audit.source import Source, correlation
from rooms import offered
from rooms.actions.peers import Placed, Reached
from rooms.actions.presence import Seat
from rooms.offered import Offered
from rooms.sfu.messages import Connected
from tests.rooms.scenes import NOON

SEAT = Seat("room", 1, 7, "b0b", "c1")
SOURCE = Source("192.0.2.7", 40000, "stoa.example:443", "tests", "websocket", "session", "password")
MEDIA = Source("198.51.100.7", 50000, "192.0.2.1:7882", "tests", "media", "session", "password")


def report(peer: str, address: str = "198.51.100.7") -> Connected:
    return Connected("a", "room", 7, peer, address, 50000, "192.0.2.1:7882", "udp")


@pytest.fixture
def of() -> Offered:
    made = Offered()
    before = correlation.set("5e1f00d5")
    made.add("p", SEAT, SOURCE, Placed("a", moved=True))
    correlation.reset(before)
    return made


async def noted(of: Offered) -> list[Reached]:
    found: list[Reached] = []

    async def write(some: Sequence[Reached]) -> None:
        found.extend(some)

    await of.note(write)
    return found


async def test_where_it_came_from_is_noted_with_what_asked_for_it(of: Offered) -> None:
    of.connected(report("p"), NOON)
    assert await noted(of) == [Reached(SEAT, MEDIA, "udp", NOON, "5e1f00d5")]
    assert await noted(of) == []


async def test_a_media_process_of_the_version_before_does_not_say_where(of: Offered) -> None:
    assert of.connected(report("p", address=""), NOON)
    assert await noted(of) == []


async def test_no_more_than_so_many_wait_for_a_database_that_is_away(
    of: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offered, "MOST", 2)
    assert [of.connected(report("p"), NOON) for _ in range(3)] == [True, False, False]
    assert len(await noted(of)) == 2


async def test_an_older_connection_is_closed_once(of: Offered) -> None:
    assert of.connected(report("p"), NOON)
    assert not of.connected(report("p", "198.51.100.8"), NOON)
    assert [one.source.address for one in await noted(of)] == ["198.51.100.7", "198.51.100.8"]


async def test_what_was_not_written_is_written_by_the_next_call(of: Offered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offered, "AT_ONCE", 2)
    for _ in range(5):
        of.connected(report("p"), NOON)
    sizes: list[int] = []

    async def write(some: Sequence[Reached]) -> None:
        sizes.append(len(some))
        if len(sizes) == 2:
            raise DatabaseError

    with pytest.raises(DatabaseError):
        await of.note(write)
    assert (sizes, len(await noted(of))) == ([2, 2], 3)


def test_one_that_is_gone_or_whose_media_process_is_gone_is_not_waited_for(of: Offered) -> None:
    of.add("q", SEAT, SOURCE, Placed("a", moved=False))
    of.add("r", SEAT, SOURCE, Placed("b", moved=False))
    of.forget("p")
    assert [peer in of for peer in "pqr"] == [False, True, True]
    of.lose("a")
    assert [peer in of for peer in "pqr"] == [False, False, True]


def test_only_so_many_are_remembered(of: Offered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offered, "MOST", 2)
    for peer in "qr":
        of.add(peer, SEAT, SOURCE, Placed("a", moved=False))
    assert [peer in of for peer in "pqr"] == [False, True, True]
