"""G3, power by power: none is pulled, and none let go, while no entry can be written; then each is, and tells of it."""

import pytest
from django.test import Client

from accounts.models import Lever, User
from moderation.powers import Power
from rooms.models import Room
from rooms.roles import Move
from tests.moderation.tried import browser, tried
from tests.rooms.scenes import do

pytestmark = pytest.mark.django_db(transaction=True)
WHY = {"reason": "raid", "words": "Quiet, please."}


@pytest.fixture
def senior(femi: User) -> Client:
    return browser(femi, staff=True)


def test_no_room_is_put_through_anything_without_the_log(senior: Client, room: Room, alice: User) -> None:
    do(alice, room, Move.UNMUTE)
    path = f"/console/powers/room/{room.pk}/"
    for power in (Power.MUTE_ALL, Power.LOCK, Power.UNLOCK, Power.SLOW):
        tried(senior, path, f"power.{power}", power=power, seconds="30", **WHY)
    tried(senior, path, "power.slow", power=Power.SLOW, seconds="0", **WHY)


@pytest.mark.parametrize(
    ("lever", "how"), [(Lever.INVITES, {}), (Lever.JOINS, {"most": "5"}), (Lever.SERVER, {"sure": "on"})]
)
def test_no_lever_of_the_server_is_pulled_or_let_go_without_the_log(
    senior: Client, lever: Lever, how: dict[str, str]
) -> None:
    path, action = f"/console/powers/{lever}/", f"power.{lever}"
    tried(senior, path, action, **WHY, **how)
    tried(senior, path, action, reason="over", release="1")
