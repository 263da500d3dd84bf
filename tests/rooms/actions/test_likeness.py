"""New names and pictures, and voices declared as machines'."""

import pytest

from accounts.actions.profile import change_profile
from accounts.models import User
from moderation.audit.models import Entry
from rooms.actions import likeness
from rooms.actions.presence import Seat, leave
from rooms.models import Room
from rooms.protocol import fold
from rooms.roles import Move
from tests.rooms.scenes import NOON, SOURCE, a_room, come, do, fresh, member, wire

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_new_name_and_a_new_picture_are_told_in_every_room_where_one_is_seen(
    open_room: Room, alice: User, bob: User
) -> None:
    rooms = (open_room, a_room(alice))
    for room in rooms:
        come(alice, room)
        come(bob, room)
        do(bob, room, Move.RAISE_HAND)
    before = [fresh(room) for room in rooms]
    with wire() as said:
        change_profile(bob, display_name="Robert", source=SOURCE)
        bob.avatar = "0123456789abcdef"
        bob.save(update_fields=["avatar"])
    for room, state in zip(rooms, before, strict=True):
        events = said.events(room)
        assert [event["member"]["name"] for event in events] == ["Robert", "Robert"]
        assert [event["member"]["avatar"] for event in events] == ["", f"/avatars/{bob.uid}/0123456789abcdef.webp"]
        for event in events:
            state = fold(state, event)
        assert state == fresh(room)


def test_that_a_voice_is_a_machine_s_is_told_where_it_is_heard(open_room: Room, alice: User) -> None:
    come(alice, open_room)
    with wire() as said:
        for declared in (True, True, False):
            change_profile(alice, ai_voice=declared, source=SOURCE)
    assert [event["member"]["ai_voice"] for event in said.events(open_room)] == [True, False]
    changes = Entry.objects.filter(action="account.change")
    assert list(changes.values_list("detail", flat=True)) == [{"fields": ["ai_voice"]}] * 2


def test_nothing_is_told_of_those_who_only_listen_or_have_left(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    with wire() as said:
        assert likeness.show(bob, now=NOON) == 0
    do(bob, open_room, Move.RAISE_HAND)
    row = member(bob, open_room)
    leave(Seat(open_room.pk, row.pk, row.number, bob.uid, row.connection), "left", source=SOURCE, now=NOON)
    with wire() as said:
        assert likeness.show(bob, now=NOON) == 0
    assert said.parcels == []


def test_nothing_is_told_of_another_change(open_room: Room, alice: User) -> None:
    come(alice, open_room)
    with wire() as said:
        change_profile(alice, language="zh-hans", source=SOURCE)
        alice.save()
    assert said.events(open_room) == []
