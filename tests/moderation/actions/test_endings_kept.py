"""What keeps whoever has left, or their row: a case, a hold, the law, a ban, a branch, what they decided."""

import pytest
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts import avatars
from accounts.actions import standing
from accounts.models import (
    BarredDevice,
    Redemption,
    User,
)
from accounts.standing import FOR_GOOD
from moderation.actions import decisions, endings
from moderation.audit import people
from moderation.audit.hold import place, release
from moderation.cases import State
from moderation.ending import FLOOR
from moderation.measures import Measure
from moderation.models import Case, Decision, Finding, Report, Severity
from tests.accounts.actions.test_standing import let_in
from tests.log import entry
from tests.moderation.actions.test_endings import DAY, LATER, NOW, close, fresh, gone, signed_in
from tests.moderation.desk import claimed, decided, rows
from tests.rooms.scenes import SOURCE

pytestmark = pytest.mark.django_db(transaction=True)


def test_in_the_middle_of_a_case_it_is_closed_at_once_and_erased_when_the_case_is(case: Case, bob: User) -> None:
    close(bob)
    assert not gone(bob)
    assert (fresh(bob).display_name, fresh(bob).is_active) == ("Bob", False)
    assert people.find(bob.uid)
    Case.objects.update(state=State.CLOSED, closed_at=NOW)
    assert gone(bob)
    case.refresh_from_db()
    assert case.subject is None


def test_whoever_waits_for_a_case_is_left_alone_by_each_sweep(
    case: Case, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(bob)
    monkeypatch.setattr(endings, "erase", lambda *_, **__: pytest.fail("their key and labels would go and come back"))
    before = rows()
    assert endings.sweep(LATER) == 0
    assert rows() == before


def test_a_reporter_waits_for_their_case_too_and_is_in_no_report_afterwards(case: Case, carol: User) -> None:
    close(carol)
    assert not gone(carol)
    Case.objects.update(state=State.CLOSED)
    assert gone(carol)
    assert Report.objects.get().reporter is None


def test_cases_keep_nobody_for_more_than_a_year(case: Case, bob: User) -> None:
    close(bob)
    assert endings.sweep(NOW + 364 * DAY) == 0
    assert endings.sweep(NOW + 365 * DAY) == 1


def test_a_legal_hold_keeps_what_it_names_until_it_is_released(bob: User) -> None:
    held = place("user", bob.uid, ground="g", by="a", approver="b", review_at=NOW, now=NOW, source=SOURCE)
    close(bob)
    assert not gone(bob)
    release(held.pk, by="", now=NOW, source=SOURCE)
    assert gone(bob)


def test_where_the_law_keeps_the_log_whole_its_time_is_over_first(bob: User, settings: Settings) -> None:
    settings.STOA_PROFILE = "cn"
    close(bob)
    assert endings.sweep(NOW + FLOOR["cn"] - DAY) == 0
    assert endings.sweep(NOW + FLOOR["cn"]) == 1


def test_while_the_law_keeps_the_log_a_sweep_asks_little_of_whoever_is_closed_and_keeps_no_picture(
    bob: User, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.STOA_PROFILE = "cn"
    close(bob)
    avatars.keep(bob.uid, b"a face")  # as if its process had died before the picture was deleted
    with django_assert_num_queries(2):
        endings.sweep(LATER)
    assert avatars.read(bob.uid, avatars.digest_of(b"a face")) is None


def test_a_ban_outlives_the_account_with_its_browsers_and_its_place_in_the_tree(
    alice: User, bob: User, case: Case, dana: User, femi: User
) -> None:
    let_in(alice, bob)
    signed_in(bob, "digest")
    claimed(case, dana)
    proposed = decided(case, dana, Measure.BAN)
    decisions.confirm(proposed.pk, by=femi, now=NOW, source=SOURCE)
    assert BarredDevice.objects.get().until == FOR_GOOD
    close(bob)
    Case.objects.update(state=State.CLOSED)
    assert not gone(bob)
    left = fresh(bob)
    assert (left.display_name, left.suspended_until) == ("", FOR_GOOD)
    assert BarredDevice.objects.get().digest == "digest"
    assert Redemption.objects.get().user == left
    assert Decision.objects.get().subject == left
    standing.restore(left, by=None, source=SOURCE)
    assert gone(bob)
    assert not BarredDevice.objects.exists()


def test_who_leaves_before_the_ban_is_kept_out_by_it_all_the_same(
    bob: User, case: Case, dana: User, femi: User
) -> None:
    signed_in(bob, "digest")
    close(bob)
    assert BarredDevice.objects.get().until == FOR_GOOD
    claimed(case, dana)
    proposed = decided(case, dana, Measure.BAN)
    decisions.confirm(proposed.pk, by=femi, now=NOW, source=SOURCE)
    Case.objects.update(state=State.CLOSED)
    assert not gone(bob)
    assert BarredDevice.objects.get().digest == "digest"


def test_who_leaves_in_the_middle_of_a_case_may_come_again_when_it_is_decided_without_a_ban(
    bob: User, case: Case, dana: User
) -> None:
    signed_in(bob, "digest")
    close(bob)
    endings.sweep(LATER)
    assert BarredDevice.objects.exists()
    claimed(case, dana)
    decided(case, dana, Measure.WARN)
    endings.sweep(LATER)
    assert not BarredDevice.objects.exists()
    assert entry(action="account.forget_devices").detail == {"devices": 1}


def test_who_leaves_while_a_reporter_appeals_is_barred_until_that_is_heard(bob: User, case: Case) -> None:
    signed_in(bob, "digest")
    Case.objects.update(state=State.APPEALED)
    close(bob)
    endings.sweep(LATER)
    assert BarredDevice.objects.exists()
    Case.objects.update(state=State.DECIDED)
    endings.sweep(LATER)
    assert not BarredDevice.objects.exists()


def test_who_leaves_in_peace_is_barred_nowhere(bob: User) -> None:
    signed_in(bob, "digest")
    close(bob)
    assert not BarredDevice.objects.exists()


def test_a_branch_still_hangs_together_and_the_row_goes_with_the_last_who_came_by_it(
    alice: User, bob: User, carol: User
) -> None:
    let_in(alice, bob)
    let_in(bob, carol)
    close(bob)
    assert not gone(bob)
    assert standing.prune(alice, by=None, now=NOW, source=SOURCE) == [carol]
    close(carol)
    assert gone(carol)
    assert gone(bob)


def test_who_decided_on_others_stays_without_a_name_until_nothing_names_them(
    case: Case, dana: User, femi: User
) -> None:
    claimed(case, dana)
    made = decided(case, dana)
    Finding.objects.create(severity=Severity.MINOR, title="t", owner=dana, due_at=NOW, opened_at=NOW)
    close(dana, dana)
    assert not gone(dana)
    left = fresh(dana)
    assert (left.display_name, left.erased_at) == ("", LATER)
    assert Decision.objects.get().made_by == left
    assert Finding.objects.get().owner is None
    Decision.objects.filter(pk=made.pk).update(made_by=femi)
    assert gone(dana)
