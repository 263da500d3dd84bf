"""Contract of `rooms.sfu.connection`: packets go where the browser was last checked, and nowhere else."""

import socket
from typing import Any, cast

import pytest

from rooms.sfu import ice
from rooms.sfu.answers import Local
from rooms.sfu.connection import MAX_ADDRESSES, REPORT_EVERY, SILENT, Connection
from rooms.sfu.listener import Listener
from rooms.sfu.ports import Port
from rooms.sfu.rtcp import parse
from rooms.sfu.rtp import Packet

HOME, TRAIN, CAFE = ("198.51.100.1", 1000), ("198.51.100.2", 2000), ("198.51.100.3", 3000)


@pytest.fixture
def port() -> Port:
    return Port(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), "192.0.2.1", 7882)


@pytest.fixture
def carol() -> Connection:
    nothing = cast("Any", None)
    return Connection("carol", nothing, nothing, nothing, "", Listener(3, ()), 0.0, 0.0, nothing)


def test_the_first_checked_address_is_taken(carol: Connection, port: Port) -> None:
    assert carol.checked(port, HOME, nominated=False, now=1.0)
    assert (carol.address, carol.port, carol.seen) == (HOME, port, 1.0)
    assert port.known == {HOME: carol}


def test_a_nominated_address_is_followed_at_once(carol: Connection, port: Port) -> None:
    carol.checked(port, HOME, nominated=True, now=1.0)
    assert carol.checked(port, TRAIN, nominated=True, now=1.1)
    assert carol.address == TRAIN


def test_an_address_that_was_only_tried_is_not_followed_while_the_present_one_lives(
    carol: Connection, port: Port
) -> None:
    carol.checked(port, HOME, nominated=True, now=1.0)
    assert not carol.checked(port, TRAIN, nominated=False, now=2.0)
    assert carol.address == HOME
    assert port.known[TRAIN] is carol


def test_an_address_is_followed_when_the_present_one_went_silent(carol: Connection, port: Port) -> None:
    carol.checked(port, HOME, nominated=True, now=1.0)
    assert carol.checked(port, TRAIN, nominated=False, now=1.1 + SILENT)
    assert carol.address == TRAIN


def test_the_same_address_again_is_no_move(carol: Connection, port: Port) -> None:
    carol.checked(port, HOME, nominated=True, now=1.0)
    assert not carol.checked(port, HOME, nominated=True, now=2.0)
    assert carol.seen == 2.0


class Usual(ice.Routine):
    """A routine in which every question but an empty one is usual."""

    def __init__(self) -> None:
        """Nothing is common to all questions."""

    def answer(self, data: bytes) -> bytes | None:
        return b"answer" if data else None


def test_a_check_that_comes_again_from_where_one_is_counts_as_checked(carol: Connection, port: Port) -> None:
    carol.checked(port, HOME, nominated=True, now=1.0)
    carol.routine = Usual()
    setattr(carol, "doubted", 1.5)  # noqa: B010 - mypy would take it for that to the end
    assert carol.repeated(port, HOME, b"check", 2.0) == b"answer"
    assert (carol.seen, carol.heard_at, carol.doubted) == (2.0, 2.0, None)


def test_what_comes_from_elsewhere_or_is_another_check_counts_for_nothing_yet(carol: Connection, port: Port) -> None:
    carol.checked(port, HOME, nominated=True, now=1.0)
    assert carol.repeated(port, HOME, b"check", 2.0) is None
    carol.routine = Usual()
    assert carol.repeated(port, TRAIN, b"check", 2.0) is None
    assert carol.repeated(Port(port.socket, "192.0.2.2", 7882), HOME, b"check", 2.0) is None
    assert carol.repeated(port, HOME, b"", 2.0) is None
    assert (carol.seen, carol.heard_at) == (1.0, 1.0)


def test_its_path_is_both_ends_and_how_they_talk(carol: Connection, port: Port) -> None:
    assert carol.path() == ("", 0, "", "")
    carol.checked(port, HOME, nominated=True, now=1.0)
    assert carol.path() == (*HOME, "192.0.2.1:7882", "udp")


def test_old_addresses_are_forgotten_but_never_the_present_one(carol: Connection, port: Port) -> None:
    carol.checked(port, HOME, nominated=True, now=1.0)
    for number in range(20):
        carol.checked(port, ("203.0.113.9", number), nominated=False, now=1.0)
    assert len(carol.addresses) == len(port.known) == MAX_ADDRESSES
    assert port.known[HOME] is carol


def test_an_address_that_another_took_over_stays_with_the_other(carol: Connection, port: Port) -> None:
    nothing = cast("Any", None)
    bob = Connection("bob", nothing, nothing, nothing, "", Listener(2, ()), 0.0, 0.0, nothing)
    carol.checked(port, HOME, nominated=True, now=1.0)
    bob.checked(port, HOME, nominated=True, now=2.0)
    carol.forget()
    assert port.known == {HOME: bob}


def test_an_address_is_held_while_its_connection_is_checked_there(carol: Connection, port: Port) -> None:
    carol.checked(port, HOME, nominated=True, now=1.0)
    assert carol.holds(port, HOME, 1.0 + SILENT / 2)
    assert not carol.holds(port, HOME, 1.0 + SILENT)
    assert not carol.holds(port, TRAIN, 1.0)


def test_who_is_forgotten_is_reached_by_no_address(carol: Connection, port: Port) -> None:
    for address in (HOME, TRAIN, CAFE):
        carol.checked(port, address, nominated=True, now=1.0)
    carol.forget()
    assert port.known == {}


def test_a_speaker_is_told_at_once_and_then_every_second_how_he_arrives_and_never_in_a_pause(port: Port) -> None:
    sent: list[bytes] = []
    local = Local(1, "", "", "", (), (11, 22, 33))
    peer = cast("Any", type("Open", (), {"seal_rtcp": lambda _, packet: packet}))
    nothing = cast("Any", None)
    bob = Connection("bob", nothing, local, nothing, "", Listener(2, ()), 0.0, 0.0, peer())
    bob.port, bob.address = cast("Any", type("Wire", (), {"send": lambda _, data, *__: sent.append(data)})()), HOME
    times = [sequence * 0.02 for sequence in range(101)] + [60.0, 60.5]
    told: list[float] = []
    for sequence, now in enumerate(times):
        packet = Packet(111, False, sequence, sequence * 960, 77, 20, b"voice")
        bob.note(packet, now, cast("Any", {}))
        told += [now] * (len(sent) - len(told))
    assert told == [0.0, REPORT_EVERY, 2 * REPORT_EVERY, 60.0]
    assert [[block.ssrc for block in parse(data)] for data in sent] == [[77]] * 4


def test_a_connection_without_an_address_sends_nothing(carol: Connection) -> None:
    carol.send(b"x", cast("Any", {}))
    assert carol.address is None
