"""What those whom a case concerns do with it: carol adds words to her report; bob reads the decision on him."""

import pytest

from accounts.models import User
from moderation import own
from moderation.actions import appeals, receipts
from moderation.actions.base import Code
from moderation.measures import Measure
from moderation.models import Decision, Report, Result
from moderation.staff import Role
from tests.log import entries, entry
from tests.moderation.desk import DAY, HOUR, claimed, decided, moderator, unchanged
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db
WORDS = "He called her names."


def add(report: Report, by: User, words: str = WORDS) -> None:
    receipts.add_words(report.number, words, by=by, source=SOURCE)


def test_words_come_after_the_report_once_and_are_not_in_the_log(report: Report, carol: User) -> None:
    add(report, carol, f"  {WORDS} ")
    assert Report.objects.get().words == WORDS
    noted = entry(action="report.add")
    assert (noted.actor, noted.object_id, noted.case) == (carol.uid, str(report.pk), str(report.case_id))
    assert WORDS not in str(vars(noted))
    unchanged(Code.DECIDED, lambda: add(report, carol, "And more."))


def test_words_are_refused_from_others_and_once_it_is_decided(
    report: Report, bob: User, carol: User, mallory: User, femi: User
) -> None:
    unchanged(Code.GONE, lambda: add(report, mallory))
    unchanged(Code.GONE, lambda: add(report, bob))
    unchanged(Code.EMPTY, lambda: add(report, carol, "  "))
    decided(claimed(report.case, femi), femi)
    unchanged(Code.DECIDED, lambda: add(report, carol))


def test_a_decision_is_read_once_and_again_when_the_appeal_is_answered(report: Report, bob: User, femi: User) -> None:
    decision = decided(claimed(report.case, femi), femi, Measure.SUSPEND, 7 * DAY)
    assert [*own.unread(bob)] == [decision]
    for hour in (1, 2):
        receipts.read(decision, by=bob, now=NOON + hour * HOUR, source=SOURCE)
    assert Decision.objects.get().read_at == NOON + HOUR
    assert not own.unread(bob).exists()
    made = appeals.appeal(decision.pk, "I only sang.", by=bob, now=NOON + DAY, source=SOURCE)
    assert not own.unread(bob).exists()
    gus = moderator("Gus", Role.SENIOR)
    appeals.hear(made.pk, Result.UPHELD, "It was no song.", by=gus, now=NOON + 2 * DAY, source=SOURCE)
    assert [*own.unread(bob)] == [decision]
    receipts.read(decision, by=bob, now=NOON + 3 * DAY, source=SOURCE)
    assert [one.actor for one in entries(action="decision.read")] == [bob.uid, bob.uid]


def test_nobody_reads_a_decision_for_somebody_else(report: Report, bob: User, carol: User, femi: User) -> None:
    decision = decided(claimed(report.case, femi), femi)
    receipts.read(decision, by=carol, now=NOON, source=SOURCE)
    assert Decision.objects.get().read_at is None
    assert not entries(action="decision.read")
    assert own.unread(bob).exists()


def test_an_address_is_forgotten_once_its_owner_was_told(report: Report, carol: User, femi: User) -> None:
    decided(claimed(report.case, femi), femi)
    Report.objects.update(email="carol@example.org")
    for hour in (1, 2):
        receipts.told(report, by=carol, now=NOON + hour * HOUR, source=SOURCE)
    kept = Report.objects.get()
    assert (kept.email, kept.told_at) == ("", NOON + HOUR)
    assert entry(action="report.told").actor == carol.uid


def test_an_answer_to_a_report_is_read_once_and_again_when_the_appeal_is_answered(
    report: Report, carol: User, femi: User
) -> None:
    assert not [*own.unread_reports(carol)]
    dismissal = decided(claimed(report.case, femi), femi, Measure.NONE)
    assert [*own.unread_reports(carol)] == [report]
    receipts.told(report, by=carol, now=NOON + HOUR, source=SOURCE)
    made = appeals.appeal(dismissal.pk, "He did.", by=carol, now=NOON + DAY, source=SOURCE)
    assert not [*own.unread_reports(carol)]
    gus = moderator("Gus", Role.SENIOR)
    appeals.hear(made.pk, Result.UPHELD, "He sang.", by=gus, now=NOON + 2 * DAY, source=SOURCE)
    assert [*own.unread_reports(carol)] == [report]
    for day in (3, 4):
        receipts.told(report, by=carol, now=NOON + day * DAY, source=SOURCE)
    assert not [*own.unread_reports(carol)]
    assert Report.objects.get().told_at == NOON + 3 * DAY
    assert [one.actor for one in entries(action="report.told")] == [carol.uid, carol.uid]


def test_a_report_that_is_looked_at_again_has_no_answer_to_read(report: Report, carol: User, femi: User) -> None:
    decided(claimed(report.case, femi), femi, Measure.NONE)
    made = appeals.appeal(Decision.objects.get().pk, "He did.", by=carol, now=NOON + DAY, source=SOURCE)
    gus = moderator("Gus", Role.SENIOR)
    appeals.hear(made.pk, Result.OVERTURNED, "He did.", by=gus, now=NOON + 2 * DAY, source=SOURCE)
    assert not [*own.unread_reports(carol)]


def test_what_is_only_proposed_or_found_nothing_concerns_nobody(report: Report, bob: User, femi: User) -> None:
    decided(claimed(report.case, femi), femi, Measure.BAN)
    assert not own.decisions_on(bob).exists()
    Decision.objects.update(measure=Measure.NONE, state="in_force", in_force_at=NOON, appeal_until=NOON + DAY)
    assert not own.decisions_on(bob).exists()
