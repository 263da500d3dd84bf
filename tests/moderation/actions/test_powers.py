"""The live levers, pulled."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Lever, Switch, User
from moderation.actions.base import Code, Refused
from moderation.actions.powers import Pull, in_room, pull_lever, release_lever
from moderation.audit.models import Entry
from moderation.powers import Power, Reason
from moderation.staff import Role
from rooms.models import Room, State
from rooms.roles import Move
from rooms.roles import Refused as RoomRefused
from tests.log import entry
from tests.rooms.scenes import NOON, SOURCE, Wire, a_room, come, do, fresh, member, wire

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(alice: User) -> Room:
    """A live room whose host is heard."""
    room = a_room(alice)
    come(alice, room)
    do(alice, room, Move.UNMUTE)
    return room


def pull(by: User, words: str = "Quiet, please.", reason: Reason = Reason.RAID) -> Pull:
    return Pull(by, Role.MODERATOR, reason, NOON, SOURCE, words)


def refused(act: Any, *args: Any, **more: Any) -> Code:
    """Why it was refused; nothing has changed."""
    before, count = list(Room.objects.values()), Entry.objects.count()
    with wire() as caught, pytest.raises(Refused) as refusal:
        act(*args, **more)
    assert (list(Room.objects.values()), Entry.objects.count(), caught.parcels) == (before, count, [])
    return Code(refusal.value.code)


def read(caught: Wire, room: Room) -> list[tuple[str, str]]:
    told = [json.loads(letter.text) for letter in caught.letters(room) if letter.text]
    return [(one["measure"], one["text"]) for one in told if one["type"] == "measure"]


@pytest.mark.parametrize(
    ("power", "changed"),
    [
        (Power.MUTE_ALL, {}),
        (Power.LOCK, {"locked": True}),
        (Power.SLOW, {"slow": 30}),
    ],
)
def test_each_power_over_a_room_holds_at_once_with_one_entry(
    room: Room, mallory: User, power: Power, changed: dict[str, Any]
) -> None:
    with wire() as caught:
        in_room(room.pk, power, pull(mallory), seconds=30)
    assert Room.objects.filter(pk=room.pk, **changed).exists()
    act = entry(actor=mallory.uid)
    assert (act.action, act.role, act.reason, act.room) == (f"power.{power}", "moderator", "raid", room.pk)
    assert read(caught, room) == [(str(power), "Quiet, please.")]


def test_a_lock_is_taken_off_again(room: Room, mallory: User) -> None:
    in_room(room.pk, Power.LOCK, pull(mallory))
    assert refused(in_room, room.pk, Power.LOCK, pull(mallory)) is Code.ALREADY
    in_room(room.pk, Power.UNLOCK, pull(mallory, "", Reason.OVER))
    assert not Room.objects.get(pk=room.pk).locked


def test_nobody_is_muted_without_a_word(room: Room, mallory: User) -> None:
    assert refused(in_room, room.pk, Power.MUTE_ALL, pull(mallory, "  ")) is Code.EMPTY


def test_what_is_not_there_is_put_through_nothing(room: Room, mallory: User) -> None:
    Room.objects.filter(pk=room.pk).update(state=State.ENDED)
    for pk in (room.pk, "aaaaaaaaaaaa"):
        assert refused(in_room, pk, Power.LOCK, pull(mallory)) is Code.GONE


def test_while_redis_is_away_no_power_is_pulled(room: Room, mallory: User, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere.sock"
    for power in Power:
        assert refused(in_room, room.pk, power, pull(mallory), seconds=30) is Code.AWAY
    assert refused(pull_lever, Lever.SERVER, pull(mallory)) is Code.AWAY
    assert not Switch.objects.exists()


def test_a_suspended_server_tells_every_live_room_why(room: Room, mallory: User) -> None:
    before = fresh(room)
    with wire() as caught:
        pull_lever(Lever.SERVER, pull(mallory, "We move to another machine."))
    assert read(caught, room) == [("server", "We move to another machine.")]
    assert fresh(room) == before
    assert Switch.objects.get().note == "We move to another machine."
    assert entry(action="power.server").role == "moderator"


def test_a_lever_takes_words_and_the_brake_a_number(mallory: User) -> None:
    assert refused(pull_lever, Lever.INVITES, pull(mallory, "")) is Code.EMPTY
    assert refused(pull_lever, Lever.JOINS, pull(mallory)) is Code.NUMBER
    assert refused(pull_lever, Lever.INVITES, pull(mallory), most=3) is Code.NUMBER
    assert not Switch.objects.exists()


def test_a_lever_is_pulled_once_and_let_go_once(mallory: User) -> None:
    pull_lever(Lever.JOINS, pull(mallory), most=0)
    assert refused(pull_lever, Lever.JOINS, pull(mallory), most=3) is Code.ALREADY
    release_lever(Lever.JOINS, pull(mallory, "", Reason.OVER))
    assert refused(release_lever, Lever.JOINS, pull(mallory, "", Reason.OVER)) is Code.ALREADY


def test_the_brake_at_nought_lets_in_nobody_new(room: Room, alice: User, bob: User, mallory: User) -> None:
    pull_lever(Lever.JOINS, pull(mallory), most=0)
    with pytest.raises(RoomRefused):
        come(bob, room)
    come(alice, room)
    assert member(alice, room).present
