"""Which reminders are due."""

from datetime import timedelta

import pytest

from accounts.models import User
from rooms.actions.reminders import remind
from rooms.actions.rooms import Edit, cancel, edit, start
from rooms.models import Reminder
from rooms.reminders import AFTER, LEAD, News, changed, due, over, until
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room

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


def test_those_whose_room_moved_or_was_called_off_are_to_be_told(alice: User, bob: User) -> None:
    moved, off, same = (a_scheduled_room(alice, hours) for hours in (1, 2, 3))
    for room in (moved, off, same):
        remind(bob, room.pk, source=SOURCE, now=NOON)
    assert changed() == []
    edit(alice, moved.pk, Edit(scheduled_for=NOON + timedelta(hours=5)), source=SOURCE, now=NOON)
    edit(alice, same.pk, Edit(title="Answers"), source=SOURCE, now=NOON)
    cancel(alice, off.pk, source=SOURCE, now=NOON)
    assert changed() == [Reminder.objects.get(room=room).pk for room in (off, moved)]


def test_those_of_a_room_that_never_took_place_are_over_when_it_would_have_begun_and_they_are_told(
    alice: User, bob: User
) -> None:
    off, held = a_scheduled_room(alice, 1), a_scheduled_room(alice, 1)
    begins = NOON + timedelta(hours=1)
    for room in (off, held):
        remind(bob, room.pk, source=SOURCE, now=NOON)
    cancel(alice, off.pk, source=SOURCE, now=NOON)
    start(alice, held.pk, source=SOURCE, now=NOON)
    assert over(begins) == []
    Reminder.objects.update(changed=False)
    assert over(begins - timedelta(seconds=1)) == []
    assert over(begins) == [Reminder.objects.get(room=off).pk]


def test_those_of_a_room_called_off_years_before_its_time_are_over_a_week_after(alice: User, bob: User) -> None:
    off = a_scheduled_room(alice, hours=24 * 36500)
    remind(bob, off.pk, source=SOURCE, now=NOON)
    cancel(alice, off.pk, source=SOURCE, now=NOON)
    week = NOON + timedelta(days=7)
    assert over(week) == []
    Reminder.objects.update(changed=False)
    assert (over(week - timedelta(seconds=1)), over(week)) == ([], [Reminder.objects.get().pk])


def test_those_that_were_asked_for_come_first(alice: User, bob: User, carol: User) -> None:
    live = a_scheduled_room(alice, 1)
    start(alice, live.pk, source=SOURCE, now=NOON)
    opening = Reminder.objects.create(room=live, user=carol, asked=False, created_at=NOON)
    later = a_scheduled_room(alice, 2)
    remind(bob, later.pk, source=SOURCE, now=NOON)
    assert due(NOON + timedelta(hours=2)) == [Reminder.objects.get(room=later).pk, opening.pk]


@pytest.mark.parametrize(("news", "after"), [(News.STARTS, 30), (News.OPENED, 60), (News.CHANGED, 30)])
def test_each_kind_is_news_until_after_the_time_of_the_room_or_after_now_where_that_has_passed(
    alice: User, news: News, after: int
) -> None:
    room, later = a_scheduled_room(alice, hours=14), NOON + timedelta(hours=20)
    assert until(news, room, NOON) == NOON + timedelta(hours=14, minutes=after)
    assert until(news, room, later) == later + timedelta(minutes=after)
    assert until(news, a_room(alice), NOON) == NOON + timedelta(minutes=after)


@pytest.mark.parametrize("news", [News.STARTS, News.OPENED])
def test_that_a_room_has_begun_before_its_time_is_no_news_until_that_time(alice: User, news: News) -> None:
    room = start(alice, a_scheduled_room(alice, hours=24 * 7).pk, source=SOURCE, now=NOON)
    assert until(news, room, NOON) == NOON + AFTER[news]
