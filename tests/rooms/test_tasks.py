"""The sweep as Celery runs it."""

import pytest

from accounts.models import User
from rooms import leases, tasks
from rooms.models import Room
from tests.rooms.scenes import a_session, come, member

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_sweep_finds_those_whose_process_holds_no_lease(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room, a_session(process="web-1"))
    come(bob, open_room, a_session(process="web-2"))
    leases.renew("web-1")
    tasks.sweep_rooms()
    assert member(alice, open_room).lost_at is None
    assert member(bob, open_room).lost_at is not None
    assert tasks.sweep_rooms.name == "rooms.sweep"
