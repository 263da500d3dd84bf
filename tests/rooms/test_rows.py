"""Rows by plain SQL: what they hold is what Django would have stored and read."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from accounts.models import User
from rooms import rows
from rooms.models import Member, Room
from tests.rooms.scenes import NOON

pytestmark = pytest.mark.django_db(transaction=True)

MINE = rows.select(Member, "mine", "FROM rooms_member AS mine WHERE room_id = %s AND user_id = %s")
ROOM = rows.select(Room, "room", "FROM rooms_room AS room WHERE id = %s")


def a_member(room: Room, user: User) -> Member:
    return Member(room=room, user=user, number=7, present=True, joined_at=NOON, hand=2**40, tab="näh")


def test_a_row_that_is_read_is_what_django_reads(open_room: Room, alice: User) -> None:
    room, mine = rows.read(Room, ROOM, [open_room.pk]), rows.read(Member, MINE, [open_room.pk, alice.pk])
    assert room is not None
    assert mine is not None
    there, theirs = Room.objects.get(pk=open_room.pk), Member.objects.get(room=open_room, user=alice)
    assert (vars(room) | {"_state": 0}, vars(mine) | {"_state": 0}) == (
        vars(there) | {"_state": 0},
        vars(theirs) | {"_state": 0},
    )
    assert (type(mine.present), mine.joined_at) == (bool, theirs.joined_at)
    assert not mine._state.adding


def test_what_is_not_there_is_none(open_room: Room, bob: User) -> None:
    assert rows.read(Member, MINE, [open_room.pk, bob.pk]) is None


def test_all_rows_come_in_the_order_that_was_asked_for(open_room: Room, alice: User, bob: User) -> None:
    rows.insert(a_member(open_room, bob))
    there = [alice.pk, bob.pk]
    named = f"FROM accounts_user AS person WHERE id IN ({rows.marks(there)}) ORDER BY id DESC"
    asked = rows.select(User, "person", named)
    assert rows.every(User, asked, there) == [bob, alice]
    assert rows.cells("SELECT user_id FROM rooms_member WHERE number = %s", [7]) == [(bob.pk,)]


def test_nothing_is_among_nothing(alice: User) -> None:
    assert rows.cells(f"SELECT id FROM accounts_user WHERE id IN ({rows.marks([])})", []) == []


def test_a_row_that_is_inserted_is_what_django_inserts(open_room: Room, bob: User) -> None:
    new = a_member(open_room, bob)
    rows.insert(new)
    kept = Member.objects.get(pk=new.pk)
    assert model_to_dict(kept) == model_to_dict(new)
    assert (kept.present, kept.joined_at, kept.lost_at, kept.hand, kept.tab) == (True, NOON, None, 2**40, "näh")


def test_a_second_row_for_the_same_person_is_refused_and_nothing_changed(open_room: Room, bob: User) -> None:
    rows.insert(a_member(open_room, bob))
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(a_member(open_room, bob))
    assert Member.objects.filter(room=open_room, user=bob).count() == 1


def test_a_row_that_is_as_expected_is_changed(open_room: Room, bob: User) -> None:
    new = a_member(open_room, bob)
    rows.insert(new)
    later = NOON + timedelta(hours=1)
    before = {"present": True, "lost_at": None, "hand": 2**40}
    assert rows.change(new, before, {"present": False, "lost_at": later, "hand": None})
    kept = Member.objects.get(pk=new.pk)
    assert (kept.present, kept.lost_at, kept.hand, kept.tab) == (False, later, None, "näh")


@pytest.mark.parametrize("before", [{"present": False}, {"hand": None}, {"present": True, "lost_at": NOON}])
def test_a_row_that_is_otherwise_is_left_alone(open_room: Room, bob: User, before: dict[str, object]) -> None:
    new = a_member(open_room, bob)
    rows.insert(new)
    assert not rows.change(new, before, {"tab": "other"})
    assert Member.objects.get(pk=new.pk).tab == "näh"


def test_nobody_elses_row_is_changed(open_room: Room, alice: User, bob: User) -> None:
    new = a_member(open_room, bob)
    rows.insert(new)
    assert rows.change(new, {}, {"tab": "mine"})
    assert Member.objects.get(room=open_room, user=alice).tab != "mine"
