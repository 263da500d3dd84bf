"""The last minute of a room, frozen for a case."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from accounts.models import User
from moderation.actions import freezes
from moderation.models import Case, Freeze
from rooms.models import Room
from rooms.roles import Move
from rooms.sfu import messages
from tests.moderation.filed import a_case
from tests.rooms.scenes import NOON, a_scheduled_room, carry, do, wire

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filed(room: Room) -> Case:
    return a_case(room=room.pk)


def test_a_room_has_a_ring_while_it_is_live_and_a_minute_longer(room: Room, alice: User) -> None:
    assert freezes.has_ring(room, NOON)
    do(alice, room, Move.END)
    room.refresh_from_db()
    assert freezes.has_ring(room, NOON + timedelta(seconds=59))
    assert not freezes.has_ring(room, NOON + timedelta(seconds=60))


def test_a_room_that_has_not_begun_or_is_private_has_none(room: Room, alice: User, settings: Settings) -> None:
    assert not freezes.has_ring(a_scheduled_room(alice), NOON)
    settings.STOA_PROFILE = "private"
    assert not freezes.has_ring(room, NOON)


def test_what_carries_the_room_is_asked_for_it_under_the_key_of_the_case(room: Room, filed: Case) -> None:
    carry(room, "m1")
    with wire() as caught:
        frozen = freezes.freeze(filed, room, NOON)
    ((channel, text),) = caught.parcels
    assert channel == messages.orders_channel("m1")
    assert messages.load(text) == messages.Freeze(room.pk, frozen.pk, filed.key, int(NOON.timestamp() * 1000))
    assert (Freeze.objects.get().case, frozen.report, frozen.waiting) == (filed, None, [])


def test_where_several_carry_it_each_of_them_is_waited_for(room: Room, filed: Case) -> None:
    carry(room, "m1", "m2")
    with wire():
        freezes.freeze(filed, room, NOON)
    assert Freeze.objects.get().waiting == ["m1", "m2"]
