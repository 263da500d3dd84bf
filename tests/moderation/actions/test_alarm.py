"""Who is told that a case is waiting, and what else does."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import get_language

from accounts.actions import push
from accounts.models import Notification, User
from moderation import waiting
from moderation.actions import alarm, staff, triage
from moderation.actions.alarm import AGAIN, PAUSE, QUIET
from moderation.audit.models import Entry
from moderation.cases import State
from moderation.models import Case, Staff, Step
from moderation.policies import Policy
from moderation.risk import TELL
from moderation.staff import Role
from moderation.waiting import Wait
from tests.moderation.filed import a_case, a_report
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _browsers(alice: User, carol: User, mallory: User) -> None:
    """Alice and Carol moderate; they and Mallory want notifications."""
    for user in (alice, carol, mallory):
        where = f"https://push.example/{user.pk}"
        push.subscribe(user, push.Browser("s", where, "p", "a"), now=NOON, source=SOURCE)
    for user in (alice, carol):
        staff.grant(user, Role.MODERATOR, None, now=NOON, source=SOURCE)


def _through(case: Case, after: timedelta = timedelta()) -> list[str]:
    """Who is told once the case is through."""
    told = Notification.objects.count()
    assert triage.notify(case, NOON + after)
    return [row.subscription.user.username for row in Notification.objects.order_by("pk")[told:]]


def _ready(subject: User, policy: Policy = Policy.HATE, **values: object) -> Case:
    return a_case(subject, policy, step=Step.NOTIFY, state=State.TRIAGED, **values)


def test_the_desk_is_told_of_an_urgent_case_and_nothing_of_what_it_is_about(bob: User) -> None:
    case = _ready(bob)
    assert _through(case) == ["alice", "carol"]
    row = Notification.objects.first()
    assert row is not None
    assert (row.title, row.body) == ("A case is waiting", "Decide it within 4 hours.")
    assert row.url == f"/console/cases/{case.pk}/"
    assert row.expires_at == case.due_at
    assert Entry.objects.filter(action="push.send").count() == 2


def test_of_a_case_whose_time_is_up_a_phone_that_is_off_still_hears_for_an_hour(bob: User) -> None:
    _through(_ready(bob, due_at=NOON - timedelta(minutes=1)))
    assert {row.expires_at for row in Notification.objects.all()} == {NOON + alarm.LATE}


def test_in_their_own_language(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.filter(pk=alice.pk).update(language="zh-hans")
    monkeypatch.setattr(alarm, "gettext", lambda words: get_language())
    _through(_ready(bob))
    assert list(Notification.objects.order_by("pk").values_list("title", flat=True)) == ["zh-hans", "en"]


def test_nobody_is_told_of_a_case_about_them_or_of_their_own_report(alice: User, carol: User) -> None:
    case = _ready(alice)
    a_report(case, carol)
    assert _through(case) == []


def test_who_left_the_staff_or_only_reads_is_not_told(alice: User, bob: User, carol: User) -> None:
    staff.grant(alice, Role.MODERATOR, 1, now=NOON - timedelta(days=2), source=SOURCE)
    staff.grant(carol, Role.REVIEWER, 7, now=NOON, source=SOURCE)
    assert _through(_ready(bob)) == []


def test_a_case_that_can_wait_waits_unless_its_risk_is_high(bob: User, mallory: User) -> None:
    assert _through(_ready(bob, Policy.SPAM)) == []
    assert _through(_ready(mallory, Policy.SPAM, risk=TELL)) == ["alice", "carol"]


def test_a_room_that_is_ended_at_once_rings_for_nobody_and_keeps_no_other_case_from_ringing(bob: User) -> None:
    over = a_case(policy=Policy.HATE, step=Step.NOTIFY, state=State.DECIDED, decided_at=NOON)
    assert _through(over) == []
    assert _through(_ready(bob), timedelta(seconds=10)) == ["alice", "carol"]


def test_a_case_that_somebody_has_is_nobody_elses(alice: User, bob: User) -> None:
    case = a_case(bob, Policy.THREATS, step=Step.NOTIFY, state=State.CLAIMED, holder=alice, held_at=NOON)
    assert _through(case) == []


def test_a_case_that_somebody_had_at_once_keeps_no_other_from_ringing(alice: User, bob: User, mallory: User) -> None:
    had = a_case(bob, Policy.THREATS, step=Step.NOTIFY, state=State.CLAIMED, holder=alice, held_at=NOON)
    assert _through(had) == []
    assert _through(_ready(mallory), timedelta(seconds=10)) == ["alice", "carol"]


def test_what_somebody_goes_on_with_keeps_no_other_from_ringing(alice: User, bob: User, mallory: User) -> None:
    had = a_case(bob, Policy.THREATS, step=Step.NOTIFY, state=State.CLAIMED, holder=alice, held_at=NOON)
    assert _through(had) == []
    Case.objects.filter(pk=had.pk).update(held_at=NOON + timedelta(seconds=5))
    assert _through(_ready(mallory), timedelta(seconds=10)) == ["alice", "carol"]


def test_once_a_case_that_rang_is_taken_the_next_one_rings(alice: User, bob: User, mallory: User) -> None:
    rang = _ready(bob)
    assert _through(rang) == ["alice", "carol"]
    taken = NOON + timedelta(seconds=5)
    Case.objects.filter(pk=rang.pk).update(state=State.CLAIMED, holder=alice, held_at=taken)
    assert _through(_ready(mallory), timedelta(seconds=10)) == ["alice", "carol"]


def test_a_flood_of_cases_is_one_alarm_a_minute(bob: User, mallory: User) -> None:
    first, second, third = (_ready(bob, room=room) for room in "abc")
    assert _through(first) == ["alice", "carol"]
    assert _through(second, PAUSE / 2) == []
    assert _through(third, PAUSE * 2) == ["alice", "carol"]


def _reminded(after: timedelta = timedelta()) -> list[tuple[str, str, str, str]]:
    """Whom a look at what waits tells what."""
    told = Notification.objects.count()
    alarm.remind(NOON + after)
    rows = Notification.objects.order_by("pk")[told:]
    return [(row.subscription.user.username, row.title, row.body, row.url) for row in rows]


def _escalated(**values: Any) -> Case:
    return a_case(state=State.ESCALATED, step=Step.DONE, **values)


NOTICE = ("alice", "Cases wait for a senior moderator", "%s waiting for you.", "/console/cases/?shelf=escalated")


def _notice(words: str) -> tuple[str, ...]:
    return (*NOTICE[:2], NOTICE[2] % words, NOTICE[3])


@pytest.fixture
def senior(alice: User) -> User:
    staff.grant(alice, Role.SENIOR, None, now=NOON, source=SOURCE)
    return alice


@pytest.mark.usefixtures("senior")
def test_who_may_act_is_told_how_much_waits_once_and_of_nobody(bob: User) -> None:
    for room in ("a", "b"):
        _escalated(room=room)
    assert _reminded() == [_notice("2 are")]
    assert Notification.objects.get().expires_at == NOON + AGAIN
    assert _reminded(timedelta(seconds=30)) == []


@pytest.mark.usefixtures("senior")
def test_what_comes_meanwhile_is_one_notice_when_it_is_not_quiet_any_more() -> None:
    _escalated(room="a")
    assert _reminded() == [_notice("1 is")]
    _escalated(room="b")
    _escalated(room="c")
    assert _reminded(QUIET / 2) == []
    assert _reminded(QUIET) == [_notice("3 are")]
    assert _reminded(QUIET * 3) == []


@pytest.mark.usefixtures("senior")
def test_what_still_waits_a_day_later_is_told_again_and_what_is_done_is_not() -> None:
    case = _escalated(due_at=NOON + 9 * AGAIN)
    assert _reminded() == [_notice("1 is")]
    assert _reminded(AGAIN) == [_notice("1 is")]
    Case.objects.filter(pk=case.pk).update(state=State.CLOSED)
    assert _reminded(2 * AGAIN) == []
    Case.objects.filter(pk=case.pk).update(state=State.ESCALATED)
    assert _reminded(2 * AGAIN + QUIET) == [_notice("1 is")]


@pytest.mark.usefixtures("senior")
def test_less_that_waits_is_no_news_and_more_after_it_is() -> None:
    first, _ = _escalated(room="a"), _escalated(room="b")
    assert _reminded() == [_notice("2 are")]
    Case.objects.filter(pk=first.pk).update(state=State.CLOSED)
    assert _reminded(QUIET) == []
    Case.objects.filter(pk=first.pk).update(state=State.ESCALATED)
    assert _reminded(QUIET * 2) == [_notice("2 are")]


def test_who_has_no_browser_for_it_is_told_nothing_and_nothing_is_counted_for_them(
    bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff.grant(bob, Role.SENIOR, None, now=NOON, source=SOURCE)
    asked: list[str] = []

    def counts(one: Staff, now: datetime) -> dict[Wait, int]:
        asked.append(one.user.username)
        return {Wait.ESCALATED: 1}

    monkeypatch.setattr(waiting, "counts", counts)
    assert [user for user, *_ in _reminded()] == asked == ["alice", "carol"]
