"""G3, power by power: none is pulled, and none let go, while no entry can be written; then each is, and tells of it."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Lever, User
from moderation.audit.models import Entry, Result
from moderation.powers import Power
from moderation.staff import Role
from rooms.models import Room
from rooms.roles import Move
from tests.moderation.cast import at_console
from tests.moderation.unwritable import full, state
from tests.rooms.scenes import do, wire

pytestmark = pytest.mark.django_db(transaction=True)
WHY = {"reason": "raid", "words": "Quiet, please."}


@pytest.fixture
def senior(femi: User) -> Client:
    client = at_console(femi, Role.SENIOR)
    client.raise_request_exception = False
    return client


def tried(client: Client, path: str, action: str, fields: dict[str, Any]) -> None:
    """Nothing: without the log it is answered 503, changes nothing and tells nobody; with it, it has its entry."""
    done = Entry.objects.filter(action=action, result=Result.OK)
    before, told = state(), done.count()
    with full(), wire() as caught:
        assert client.post(path, fields).status_code == 503
    assert (state(), caught.parcels) == (before, [])
    assert client.post(path, fields).status_code == 302
    assert done.count() == told + 1


def test_no_room_is_put_through_anything_without_the_log(senior: Client, room: Room, alice: User) -> None:
    do(alice, room, Move.UNMUTE)
    for power in (Power.MUTE_ALL, Power.LOCK, Power.UNLOCK, Power.SLOW):
        fields = {**WHY, "power": power, "seconds": "30"}
        tried(senior, f"/console/powers/room/{room.pk}/", f"power.{power}", fields)
    slowed = {**WHY, "power": Power.SLOW, "seconds": "0"}
    tried(senior, f"/console/powers/room/{room.pk}/", "power.slow", slowed)


@pytest.mark.parametrize(
    ("lever", "how"), [(Lever.INVITES, {}), (Lever.JOINS, {"most": "5"}), (Lever.SERVER, {"sure": "on"})]
)
def test_no_lever_of_the_server_is_pulled_or_let_go_without_the_log(
    senior: Client, lever: Lever, how: dict[str, str]
) -> None:
    path, action = f"/console/powers/{lever}/", f"power.{lever}"
    tried(senior, path, action, {**WHY, **how})
    tried(senior, path, action, {"reason": "over", "release": "1"})
