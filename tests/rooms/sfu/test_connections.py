"""Contract of `rooms.sfu.connections`: who is open is found by both names, and who fell silent is late, once."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rooms.sfu.answers import Local
from rooms.sfu.connection import Connection
from rooms.sfu.connections import CONSENT, DOUBT, Connections
from rooms.sfu.listener import Listener

CAROL = 3
LOCAL = Local(session=1, ufrag="carols", password="secret", fingerprint="", candidates=(), ssrcs=())


def connection(peer: str = "carol", *, settled: bool = True) -> Connection:
    """One that was opened, and last seen, at 0; with `settled`, what it sends by DTLS is not read any more."""
    nothing = cast("Any", None)
    dtls = cast("Any", SimpleNamespace(settled=settled))
    return Connection(peer, nothing, LOCAL, nothing, "", Listener(CAROL, ()), 0.0, 0.0, dtls)


@pytest.fixture
def carol() -> Connection:
    return connection()


@pytest.fixture
def connections(carol: Connection) -> Connections:
    made = Connections()
    made.add(carol)
    return made


def test_one_that_is_open_is_found_by_its_id_and_by_our_name_for_it(
    connections: Connections, carol: Connection
) -> None:
    assert connections.get("carol") is connections.named("carols") is carol
    assert (carol in connections, list(connections), len(connections)) == (True, [carol], 1)


def test_one_that_is_not_open_any_more_is_found_by_nothing(connections: Connections, carol: Connection) -> None:
    connections.remove(carol)
    assert connections.get("carol") is connections.named("carols") is None
    assert (carol in connections, len(connections)) == (False, 0)
    assert connections.late(CONSENT + 2) == []


def test_another_of_the_same_id_is_not_the_one_that_is_open(connections: Connections) -> None:
    assert connection() not in connections


def test_one_that_got_another_name_is_not_found_by_the_old_one(connections: Connections, carol: Connection) -> None:
    connections.rename(carol, replace(LOCAL, ufrag="anew"))
    assert (connections.named("carols"), connections.named("anew")) == (None, carol)
    connections.remove(carol)
    assert connections.named("anew") is None


def test_one_is_late_30_seconds_after_its_last_check(connections: Connections, carol: Connection) -> None:
    for second in range(0, 300, 10):
        carol.seen = second
        assert connections.late(second) == []
    assert connections.late(290 + CONSENT - 1) == []
    assert connections.late(290 + CONSENT + 1) == [carol]


def test_one_that_may_have_said_goodbye_is_late_sooner(connections: Connections, carol: Connection) -> None:
    connections.doubt(carol, 5.0)
    connections.doubt(carol, 9.0)  # said twice, it counts from the first time
    assert carol.doubted == 5.0
    assert connections.late(5 + DOUBT - 1) == []
    assert connections.late(5 + DOUBT + 1) == [carol]


def test_a_goodbye_that_another_forged_makes_nobody_late_who_goes_on_to_check_in(
    connections: Connections, carol: Connection
) -> None:
    connections.doubt(carol, 5.0)
    carol.seen, carol.doubted = 10.0, None
    assert connections.late(5 + DOUBT + 2) == []


def test_a_goodbye_that_can_be_read_is_not_guessed_at() -> None:
    connections, bob = Connections(), connection("bob", settled=False)
    connections.add(bob)
    connections.doubt(bob, 5.0)
    assert bob.doubted is None
