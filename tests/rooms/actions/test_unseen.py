"""Contract of `rooms.actions.unseen`: bob left while Redis was away, and still has a connection."""

from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest
from redis.exceptions import RedisError

from accounts import throttle
from accounts.models import User
from rooms import bus
from rooms.actions import unseen
from rooms.actions.presence import leave
from rooms.models import Member, Room
from rooms.roles import Move
from rooms.sfu import messages
from rooms.sfu.messages import Drop, Present
from tests.log import entries
from tests.rooms.scenes import NOON, SOURCE, come, do, member, wire

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOON + unseen.GRACE


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Who was told of already, instead of Redis."""
    seen: set[str] = set()

    def hit(_scope: str, key: str, **_rule: int) -> bool:
        new = key not in seen
        seen.add(key)
        return new

    monkeypatch.setattr(throttle, "hit", hit)
    return seen


def ghost(bob: User, room: Room) -> Present:
    """What a media process says that holds a connection of bob's, who left; the order to drop it was lost."""
    seat = come(bob, room).seat
    with wire():
        leave(seat, "left", source=SOURCE, now=NOON)
    return Present("node-0", {room.pk: (1, seat.number)})


def cut(report: Present, now: datetime = LATER) -> list[object]:
    """The orders that follow."""
    with wire() as caught:
        unseen.cut(report, source=SOURCE, now=now)
    assert {channel for channel, _ in caught.parcels} <= {messages.orders_channel(report.sfu)}
    return [messages.load(text) for _, text in caught.parcels]


def refusals() -> list[tuple[str, str, str]]:
    return [(one.action, one.actor, one.reason) for one in entries() if one.result == "refused"]


@pytest.fixture
def report(alice: User, bob: User, open_room: Room, told: set[str]) -> Present:
    come(alice, open_room)
    return ghost(bob, open_room)


def test_whoever_left_and_is_still_connected_is_cut_and_told_of_once(
    report: Present, bob: User, open_room: Room
) -> None:
    number = member(bob, open_room).number
    drop = Drop(open_room.pk, number, 0)
    assert cut(report) == [drop]
    assert cut(report) == [drop]  # another web process, or the order was lost again
    assert refusals() == [("media.connect", bob.uid, "unseen")]


def test_whoever_cannot_be_cut_now_is_told_of_already_and_once(
    report: Present, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setattr(bus, "publish", Mock(side_effect=RedisError))
        with pytest.raises(RedisError):
            unseen.cut(report, source=SOURCE, now=LATER)
    told = [("media.connect", bob.uid, "unseen")]
    assert refusals() == told
    assert len(cut(report)) == 1
    assert refusals() == told


def test_an_order_that_is_on_its_way_has_its_time(report: Present) -> None:
    assert cut(report, LATER - timedelta(seconds=1)) == []
    assert refusals() == []


def test_whoever_came_back_is_left_alone_and_so_is_whoever_lost_a_socket(
    report: Present, bob: User, open_room: Room
) -> None:
    come(bob, open_room)
    Member.objects.filter(user=bob).update(lost_at=NOON)
    assert cut(report) == []
    assert refusals() == []


def test_whoever_was_there_as_the_room_ended_is_told_of_as_nobody_who_hid(
    alice: User, bob: User, open_room: Room, told: set[str]
) -> None:
    seats = [come(person, open_room).seat for person in (alice, bob)]
    do(alice, open_room, Move.END)
    assert cut(Present("node-0", {open_room.pk: tuple(seat.number for seat in seats)})) == []
    assert refusals() == []


def test_somebody_of_whom_there_is_no_row_any_more_is_cut(report: Present, bob: User, open_room: Room) -> None:
    number = member(bob, open_room).number
    Member.objects.filter(user=bob).delete()
    assert cut(report) == [Drop(open_room.pk, number, unseen.LAST)]
    assert refusals() == [("media.connect", "", "unseen")]
