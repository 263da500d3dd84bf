"""A room's own life: put off by its host alone, and only while it has not started."""

from datetime import timedelta

import pytest

from accounts.models import User
from moderation.audit.models import Entry
from rooms.actions import moderators
from rooms.actions.rooms import Edit, cancel, edit, start
from rooms.models import Room
from rooms.roles import Code, Refused
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room, wire

pytestmark = pytest.mark.django_db(transaction=True)
TIME = NOON + timedelta(days=2)


def put_off(user: User, room: Room, hours: float = 48) -> None:
    edit(user, room.pk, Edit(scheduled_for=NOON + timedelta(hours=hours)), source=SOURCE, now=NOON)


def test_the_host_puts_it_off_and_its_number_grows_for_calendars(alice: User) -> None:
    room = a_scheduled_room(alice)
    with wire() as said:
        put_off(alice, room)
    before, room = room.seq, Room.objects.get(pk=room.pk)
    assert (room.scheduled_for, room.seq) == (TIME, before + 1)
    assert len(said.events(room)) == 1
    assert Entry.objects.get(action="room.edit").detail == {"fields": ["scheduled_for"]}


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("past", Code.BAD_MESSAGE),
        ("live", Code.WRONG_STAGE),
        ("ended", Code.ENDED),
        ("never scheduled", Code.WRONG_STAGE),
    ],
)
def test_a_time_gone_by_or_a_room_that_began_is_refused_and_nothing_changed(alice: User, case: str, code: Code) -> None:
    room = a_room(alice) if case == "never scheduled" else a_scheduled_room(alice)
    if case == "live":
        start(alice, room.pk, source=SOURCE, now=NOON)
    if case == "ended":
        cancel(alice, room.pk, source=SOURCE, now=NOON)
    before = Room.objects.filter(pk=room.pk).values().get()
    with pytest.raises(Refused) as refused:
        put_off(alice, room, hours=0 if case == "past" else 48)
    assert refused.value.code is code
    assert Room.objects.filter(pk=room.pk).values().get() == before


def test_a_moderator_may_change_its_words_but_not_its_time(alice: User, bob: User) -> None:
    room = a_scheduled_room(alice)
    moderators.name(alice, room.pk, "bob", source=SOURCE, now=NOON)
    edit(bob, room.pk, Edit(title="Answers"), source=SOURCE, now=NOON)
    with pytest.raises(Refused) as refused:
        put_off(bob, room)
    assert refused.value.code is Code.FORBIDDEN
    room.refresh_from_db()
    assert (room.title, room.scheduled_for) == ("Answers", NOON + timedelta(hours=24))
