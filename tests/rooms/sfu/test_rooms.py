"""Contract of `rooms.sfu.rooms`: what a room was and who went is known to whoever comes late, within bounds."""

from collections import Counter
from typing import Any, cast

import pytest

from rooms.sfu import rooms as module
from rooms.sfu.messages import Drop, Wanted
from rooms.sfu.room import Room
from rooms.sfu.rooms import Rooms
from tests.rooms.sfu.hall import Voice

ALICE, BOB, CAROL = 1, 2, 3


def wanted(room: str, version: int = 1) -> Wanted:
    return Wanted(room, version, True, (), ())


@pytest.fixture
def rooms() -> Rooms:
    return Rooms(lambda first: Room(first, (10, 20, 30), 0, 0, Counter()))


def occupy(room: Room) -> None:
    """Nothing: somebody has a connection there."""
    room.add(cast("Any", type("Carol", (), {"member": CAROL, "connected": False})()))


def test_a_room_is_made_once_and_known_from_then_on(rooms: Rooms) -> None:
    assert rooms.get("hall") is None
    made = rooms.take(wanted("hall"))
    assert rooms.take(wanted("hall", 2)) is rooms.get("hall") is made


def test_those_with_connections_are_held_in_the_version_they_are_known_in(rooms: Rooms) -> None:
    rooms.take(wanted("empty", 9))
    occupy(rooms.take(wanted("hall", 4)))
    assert rooms.held() == {"hall": 4}


def test_who_talks_is_told_of_rooms_with_connections_in_which_somebody_does(rooms: Rooms) -> None:
    for name in ("hall", "quiet", "empty"):
        room = rooms.take(wanted(name))
        room.stage.allow((ALICE, BOB), 0.0)
        if name != "quiet":
            room.stage.push(BOB, Voice(BOB).packet(), 1.0)
        if name != "empty":
            occupy(room)
    assert rooms.talking(1.5) == {"hall": (BOB,)}


def test_only_so_many_rooms_are_remembered_and_never_one_with_connections_forgotten(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ROOMS", 3)
    occupy(rooms.take(wanted("hall")))
    for number in range(5):
        rooms.take(wanted(f"room {number}"))
        rooms.tidy()
    assert [name for name in ("hall", *(f"room {number}" for number in range(5))) if rooms.get(name) is not None] == [
        "hall",
        "room 3",
        "room 4",
    ]


def test_one_that_is_ordered_about_again_is_forgotten_after_the_others(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ROOMS", 2)
    for name in ("first", "second", "first", "third"):
        rooms.take(wanted(name))
        rooms.tidy()
    assert rooms.get("second") is None
    assert rooms.get("first") is not None


def test_who_went_has_gone_from_that_visit_and_earlier_ones_and_may_come_for_a_later_one(rooms: Rooms) -> None:
    assert not rooms.went("hall", CAROL, 0)
    rooms.drop(Drop("hall", CAROL, 3))
    rooms.drop(Drop("hall", CAROL, 1))
    assert [rooms.went("hall", CAROL, visit) for visit in (0, 3, 4)] == [True, True, False]
    assert not rooms.went("another hall", CAROL, 0)


def test_only_so_many_who_went_are_remembered(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DROPPED", 2)
    for member in (ALICE, BOB, CAROL):
        rooms.drop(Drop("hall", member, 0))
    assert [rooms.went("hall", member, 0) for member in (ALICE, BOB, CAROL)] == [False, True, True]
