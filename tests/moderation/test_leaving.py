"""Which closed accounts wait to be erased, and why."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from moderation.actions import endings
from moderation.actions.erasures import WAITS
from moderation.audit.hold import place
from moderation.ending import FLOOR, QUIET
from moderation.leaving import Leaver, Why, leavers
from moderation.models import Case
from tests.rooms.scenes import SOURCE

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
LATER = NOW + QUIET


def end(user: User, after: timedelta = timedelta()) -> None:
    endings.close(user, by=None, now=NOW + after, source=SOURCE)


def test_whoever_is_here_or_erased_already_waits_for_nothing(alice: User, bob: User) -> None:
    end(bob)
    endings.sweep(LATER)
    assert leavers("standard", LATER, 20) == (0, [])


def test_nothing_but_a_sweep_is_waited_for_in_the_first_minute_and_while_none_comes(bob: User) -> None:
    end(bob)
    waiting = (1, [Leaver(bob.uid, NOW, Why.SWEEP, None)])
    assert leavers("standard", NOW, 20) == leavers("standard", LATER, 20) == waiting


def test_where_the_law_keeps_the_log_its_time_is_waited_for_first(case: Case, bob: User) -> None:
    end(bob)
    until = NOW + FLOOR["cn"]
    assert leavers("cn", LATER, 20) == (1, [Leaver(bob.uid, NOW, Why.LAW, until)])
    assert leavers("cn", until, 20) == (1, [Leaver(bob.uid, NOW, Why.CASE, NOW + WAITS)])


@pytest.mark.parametrize("part", ["bob", "carol"])
def test_a_case_is_waited_for_by_whom_it_is_about_and_by_who_reported_alike(
    case: Case, bob: User, carol: User, part: str
) -> None:
    user = {"bob": bob, "carol": carol}[part]
    end(user)
    assert endings.sweep(LATER) == 0
    assert leavers("standard", LATER, 20) == (1, [Leaver(user.uid, NOW, Why.CASE, NOW + WAITS)])


def test_a_hold_is_waited_for_without_an_end_also_on_a_room_they_were_in(case: Case, bob: User) -> None:
    end(bob)
    assert case.room
    place("room", case.room, ground="g", by="a", approver="b", review_at=NOW, now=NOW, source=SOURCE)
    assert endings.sweep(NOW + WAITS) == 0
    assert leavers("standard", NOW + WAITS, 20) == (1, [Leaver(bob.uid, NOW, Why.HOLD, None)])


def test_the_oldest_come_first_and_all_are_counted(bob: User, carol: User, mallory: User) -> None:
    for hours, user in ((3, bob), (1, carol), (2, mallory)):
        end(user, timedelta(hours=hours))
    count, first = leavers("standard", LATER, 2)
    assert (count, [one.uid for one in first]) == (3, [carol.uid, mallory.uid])
