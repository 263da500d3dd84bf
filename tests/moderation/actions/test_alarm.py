"""Who is told that a case is waiting."""

from datetime import timedelta

import pytest
from django.utils.translation import get_language

from accounts.actions import push
from accounts.models import Notification, User
from moderation.actions import alarm, staff, triage
from moderation.actions.alarm import PAUSE
from moderation.audit.models import Entry
from moderation.cases import State
from moderation.models import Case, Step
from moderation.policies import Policy
from moderation.risk import TELL
from moderation.staff import Role
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
    assert Entry.objects.filter(action="push.send").count() == 2


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


def test_a_flood_of_cases_is_one_alarm_a_minute(bob: User, mallory: User) -> None:
    first, second, third = (_ready(bob, room=room) for room in "abc")
    assert _through(first) == ["alice", "carol"]
    assert _through(second, PAUSE / 2) == []
    assert _through(third, PAUSE * 2) == ["alice", "carol"]
