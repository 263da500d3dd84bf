"""Whether anybody may come into any room now."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connections, transaction
from pytest_django import Settings

from accounts.actions.standing import suspend
from accounts.actions.switches import pull
from accounts.models import Lever, User
from accounts.standing import FOR_GOOD
from rooms import protocol
from rooms.actions import orders, presence
from rooms.actions.rooms import Plan, open_room, start
from rooms.models import Access, Member, Room, State
from rooms.roles import Code, Refused
from tests.log import entry
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room, come, member

pytestmark = pytest.mark.django_db(transaction=True)


def switch(lever: Lever, by: User, most: int | None = None) -> None:
    pull(lever, by=by, now=NOON, source=SOURCE, most=most)


def refused(user: User, room: Room, **more: Any) -> Code:
    with pytest.raises(Refused) as caught:
        come(user, room, **more)
    return caught.value.code


def test_a_suspended_person_comes_in_nowhere_and_the_refusal_is_an_entry(open_room: Room, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(suspended_until=NOON + timedelta(seconds=1))
    assert refused(bob, open_room) is Code.SUSPENDED  # although `bob` was read when all was well
    assert not Member.objects.filter(user=bob).exists()
    assert entry(action="member.join", result="refused").reason == "suspended"
    come(bob, open_room, now=NOON + timedelta(seconds=1))


def test_somebody_who_is_gone_meanwhile_is_no_error_of_ours(open_room: Room, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert refused(bob, open_room) is Code.SUSPENDED


def test_while_the_server_is_suspended_no_room_opens_and_nobody_comes_into_one(alice: User, bob: User) -> None:
    room, later = a_room(alice), a_scheduled_room(alice)
    switch(Lever.SERVER, alice)
    assert refused(bob, room) is Code.CLOSED
    with pytest.raises(Refused) as caught:
        open_room(alice, Plan("Another", Access.OPEN), source=SOURCE, now=NOON)
    assert caught.value.code is Code.CLOSED
    with pytest.raises(Refused) as caught:
        start(alice, later.pk, source=SOURCE, now=NOON)
    assert caught.value.code is Code.CLOSED
    assert Room.objects.count() == 2
    assert Room.objects.get(pk=later.pk).state == State.SCHEDULED
    assert entry(action="room.open", result="refused").reason == "closed"


def test_the_brake_lets_in_so_many_newcomers_a_minute_into_each_room(
    alice: User, bob: User, carol: User, mallory: User
) -> None:
    room, other = a_room(alice), a_room(alice)
    switch(Lever.JOINS, alice, most=1)
    come(bob, room)
    assert refused(carol, room) is Code.BRAKED
    come(carol, other)
    come(bob, room)  # is no newcomer
    come(alice, room)  # nor is the host
    assert not Member.objects.filter(user=mallory).exists()
    assert entry(action="member.join", result="refused").reason == "braked"


def test_a_brake_that_cannot_count_lets_nobody_in(alice: User, bob: User, open_room: Room, settings: Settings) -> None:
    switch(Lever.JOINS, alice, most=10)
    settings.REDIS_URL = "unix:///nowhere.sock"
    assert refused(bob, open_room) is Code.UNAVAILABLE
    assert not Member.objects.filter(user=bob).exists()


def test_without_a_lever_nothing_is_braked(open_room: Room, bob: User) -> None:
    come(bob, open_room)
    assert member(bob, open_room).present


def test_a_suspension_puts_out_whoever_is_just_coming_in(
    open_room: Room, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The join has asked, and not sat down yet, when the suspension begins: which waits, and then sees it."""
    asked, over = Event(), Event()
    sit = presence._sit

    def slowly(*args: Any) -> Member:
        asked.set()
        over.wait(1)  # as long as the suspension cannot end
        return sit(*args)

    def shut_out() -> int:
        asked.wait(20)
        how: dict[str, Any] = {"by": None, "now": NOON, "source": SOURCE}
        with transaction.atomic():
            suspend(bob, FOR_GOOD, **how)
            rooms = orders.put_out(bob, notice=protocol.measure("suspend", "You shouted.", 7), **how)
        over.set()
        return rooms

    monkeypatch.setattr(presence, "_sit", slowly)
    with ThreadPoolExecutor(2) as threads:
        joining, shutting = (threads.submit(_alone, act) for act in (lambda: come(bob, open_room), shut_out))
    joining.result()
    assert shutting.result() == 1
    assert not member(bob, open_room).present


def _alone(act: Callable[[], Any]) -> Any:
    """What it gave, with a connection of its own."""
    try:
        return act()
    finally:
        connections.close_all()
