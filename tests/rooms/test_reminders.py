"""Which reminders are due."""

from datetime import timedelta

import pytest

from accounts.models import User
from rooms.actions.reminders import remind
from rooms.actions.rooms import cancel, start
from rooms.models import Reminder
from rooms.reminders import LEAD, due
from tests.rooms.scenes import NOON, SOURCE, a_scheduled_room

pytestmark = pytest.mark.django_db


def test_those_of_rooms_that_start_soon_or_have_started_are_due(alice: User, bob: User) -> None:
    soon, early, off = (a_scheduled_room(alice, hours) for hours in (1, 5, 1))
    for room in (soon, early, off):
        remind(bob, room.pk, source=SOURCE, now=NOON)
    cancel(alice, off.pk, source=SOURCE, now=NOON)
    first = Reminder.objects.get(room=soon)
    begins = NOON + timedelta(hours=1)
    assert due(begins - LEAD - timedelta(seconds=1)) == []
    assert due(begins - LEAD) == [first.pk]
    start(alice, early.pk, source=SOURCE, now=NOON)
    assert due(NOON) == [Reminder.objects.get(room=early).pk]
    Reminder.objects.update(sent_at=NOON)
    assert due(begins) == []


def test_those_that_were_asked_for_come_first(alice: User, bob: User, carol: User) -> None:
    live = a_scheduled_room(alice, 1)
    start(alice, live.pk, source=SOURCE, now=NOON)
    opening = Reminder.objects.create(room=live, user=carol, asked=False, created_at=NOON)
    later = a_scheduled_room(alice, 2)
    remind(bob, later.pk, source=SOURCE, now=NOON)
    assert due(NOON + timedelta(hours=2)) == [Reminder.objects.get(room=later).pk, opening.pk]
