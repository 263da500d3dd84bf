"""Appeals: bob appeals, gus hears it, who had no part in the decision."""

from functools import partial

import pytest

from accounts.models import InviteCode, Redemption, User
from moderation.actions import appeals, decisions, reports, staff
from moderation.actions import cases as acts
from moderation.actions.base import Code
from moderation.cases import APPEAL_FOR, HEARD_WITHIN, State
from moderation.cases import Code as CaseCode
from moderation.measures import Measure
from moderation.models import Appeal, Case, Channel, Decision, Result, Stand
from moderation.policies import Policy
from moderation.staff import Role
from rooms.models import Room
from tests.log import entries, entry
from tests.moderation.desk import DAY, HOUR, claimed, complaint, decided, moderator, reported, unchanged
from tests.rooms.scenes import NOON, SOURCE, a_room, come

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "I only raised my voice."


@pytest.fixture
def decision(room: Room, bob: User, carol: User, femi: User) -> Decision:
    return decided(claimed(reported(carol, bob, room).case, femi), femi, Measure.SUSPEND, 7 * DAY)


def appealed(decision: Decision, by: User, words: str = WHY) -> Appeal:
    return appeals.appeal(decision.pk, words, by=by, now=NOON + DAY, source=SOURCE)


def heard(made: Appeal, by: User, result: Result, reasons: str = "We listened again.") -> Appeal:
    return appeals.hear(made.pk, result, reasons, by=by, now=NOON + 2 * DAY, source=SOURCE)


def test_who_is_restricted_appeals_once(decision: Decision, bob: User) -> None:
    made = appealed(decision, bob)
    assert made.due_at == NOON + DAY + HEARD_WITHIN
    assert Case.objects.get().state == State.APPEALED
    assert entry(action="case.appeal").actor == bob.uid
    unchanged(Code.DECIDED, lambda: appealed(decision, bob))


def test_nobody_else_does_and_nobody_without_a_word(decision: Decision, bob: User, carol: User) -> None:
    unchanged(Code.GONE, lambda: appealed(decision, carol))
    unchanged(Code.EMPTY, lambda: appealed(decision, bob, " "))


def test_an_appeal_is_open_for_at_least_183_days_and_then_no_more(decision: Decision, bob: User) -> None:
    late = NOON + APPEAL_FOR
    unchanged(Code.TOO_LATE, lambda: appeals.appeal(decision.pk, WHY, by=bob, now=late, source=SOURCE))
    appeals.appeal(decision.pk, WHY, by=bob, now=NOON + 183 * DAY, source=SOURCE)


def test_whoever_decided_does_not_hear_it(decision: Decision, bob: User, femi: User, gus: User) -> None:
    made = appealed(decision, bob)
    unchanged(CaseCode.FIRST_DECIDER, lambda: heard(made, femi, Result.UPHELD))
    unchanged(CaseCode.SENIOR, lambda: heard(made, moderatorless(), Result.UPHELD))
    unchanged(Code.EMPTY, lambda: heard(made, gus, Result.UPHELD, " "))


def moderatorless() -> User:
    return User.objects.get(username="alice")


def test_nor_does_an_account_that_they_have_just_put_on_the_staff(decision: Decision, bob: User, femi: User) -> None:
    made, ida = appealed(decision, bob), User.objects.create_user("ida", display_name="Ida")
    brought = NOON + 2 * DAY - HOUR
    staff.grant(ida, Role.SENIOR, None, now=brought, source=SOURCE, by=femi.uid)
    unchanged(Code.SAME_PERSON, lambda: heard(made, ida, Result.UPHELD))
    later = brought + staff.NEW
    appeals.hear(made.pk, Result.UPHELD, "We listened again.", by=ida, now=later, source=SOURCE)


def test_an_overturned_decision_is_undone(decision: Decision, bob: User, gus: User) -> None:
    heard(appealed(decision, bob), gus, Result.OVERTURNED)
    bob.refresh_from_db()
    decision.refresh_from_db()
    assert (bob.suspended_until, decision.state, decision.undone_by) == (None, Stand.UNDONE, gus)
    assert Case.objects.get().state == State.CLOSED
    assert [one.actor for one in entries(action="appeal.overturned")] == [gus.uid]


def test_an_upheld_one_stays_and_the_answer_is_final(decision: Decision, bob: User, gus: User) -> None:
    made = heard(appealed(decision, bob), gus, Result.UPHELD)
    decision.refresh_from_db()
    assert (decision.state, made.reasons) == (Stand.IN_FORCE, "We listened again.")
    unchanged(Code.DECIDED, lambda: heard(made, gus, Result.OVERTURNED))


def test_a_report_that_was_dismissed_is_looked_at_again_when_its_maker_appeals_with_success(
    room: Room, bob: User, carol: User, femi: User, gus: User
) -> None:
    case = claimed(reported(carol, bob, room).case, femi)
    dismissed = decided(case, femi, Measure.NONE)
    unchanged(Code.GONE, lambda: appealed(dismissed, bob))
    heard(appealed(dismissed, carol), gus, Result.OVERTURNED)
    case.refresh_from_db()
    assert (case.state, case.holder) == (State.TRIAGED, None)
    assert Decision.objects.get().state == Stand.UNDONE


def test_one_case_goes_on_where_another_about_the_same_was_opened_meanwhile(
    room: Room, bob: User, carol: User, femi: User, gus: User
) -> None:
    case = claimed(reported(carol, bob, room).case, femi)
    made = appealed(decided(case, femi, Measure.NONE), carol)
    other = reported(carol, bob, room, Policy.SPAM).case
    assert other != case
    heard(made, gus, Result.OVERTURNED)
    case.refresh_from_db()
    assert case.state == State.CLOSED


def test_each_of_those_who_reported_appeals_the_dismissal_once(
    room: Room, alice: User, bob: User, carol: User, femi: User, gus: User
) -> None:
    case = claimed(reported(carol, bob, room).case, femi)
    reported(alice, bob, room)
    dismissed = decided(case, femi, Measure.NONE)
    first, second = appealed(dismissed, carol), appealed(dismissed, alice)
    unchanged(Code.DECIDED, lambda: appealed(dismissed, carol))
    heard(first, gus, Result.UPHELD)
    assert Case.objects.get().state == State.APPEALED
    heard(second, gus, Result.UPHELD)
    assert Case.objects.get().state == State.CLOSED
    assert [one.actor for one in entries(action="case.appeal")] == [carol.uid, alice.uid]


def test_a_case_waits_for_those_who_may_still_appeal(
    room: Room, alice: User, bob: User, carol: User, femi: User, gus: User
) -> None:
    case = claimed(reported(carol, bob, room).case, femi)
    reported(alice, bob, room)
    dismissed = decided(case, femi, Measure.NONE)
    heard(appealed(dismissed, carol), gus, Result.UPHELD)
    assert Case.objects.get().state == State.DECIDED
    heard(appealed(dismissed, alice), gus, Result.OVERTURNED)
    assert Case.objects.get().state == State.TRIAGED


def test_all_who_appealed_what_falls_have_the_answer(
    room: Room, alice: User, bob: User, carol: User, femi: User, gus: User
) -> None:
    case = claimed(reported(carol, bob, room).case, femi)
    reported(alice, bob, room)
    dismissed = decided(case, femi, Measure.NONE)
    appealed(dismissed, alice)
    heard(appealed(dismissed, carol), gus, Result.OVERTURNED)
    assert Case.objects.get().state == State.TRIAGED
    assert {(one.result, one.reasons) for one in Appeal.objects.all()} == {(Result.OVERTURNED, "We listened again.")}
    assert len(entries(action="appeal.overturned")) == 2


def test_whoever_dismissed_it_decides_no_more_when_it_is_open_again(
    room: Room, bob: User, carol: User, femi: User, gus: User
) -> None:
    case = claimed(reported(carol, bob, room).case, femi)
    heard(appealed(decided(case, femi, Measure.NONE), carol), gus, Result.OVERTURNED)
    unchanged(CaseCode.FIRST_DECIDER, lambda: claimed(case, femi))
    claimed(case, gus)
    unchanged(CaseCode.FIRST_DECIDER, lambda: acts.hand_over(case.pk, femi, by=gus, now=NOON, source=SOURCE))
    again = decided(case, gus, Measure.SUSPEND, 7 * DAY)
    made = appealed(again, bob)
    for decider in (femi, gus):
        unchanged(CaseCode.FIRST_DECIDER, partial(heard, made, decider, Result.UPHELD))


def test_each_of_a_pruned_branch_appeals_and_is_heard_alone(
    room: Room, bob: User, carol: User, mallory: User, femi: User, gus: User
) -> None:
    code = InviteCode.objects.create(issuer=bob, created_at=NOON, expires_at=NOON + DAY)
    Redemption.objects.create(code=code, user=mallory, redeemed_at=NOON)
    case = claimed(reported(carol, bob, room).case, femi)
    second, hearer = moderator("Ida", Role.SENIOR), gus
    proposed = decided(case, femi, Measure.PRUNE, 7 * DAY)
    root = decisions.confirm(proposed.pk, by=second, now=NOON, source=SOURCE)
    own = root.branch.get()
    unchanged(Code.GONE, lambda: appealed(own, bob))
    of_root, of_own = appealed(root, bob), appealed(own, mallory)
    unchanged(CaseCode.FIRST_DECIDER, lambda: heard(of_own, second, Result.UPHELD))
    heard(of_own, hearer, Result.OVERTURNED)
    assert set(User.objects.exclude(suspended_until=None)) == {bob}
    assert Case.objects.get().state == State.APPEALED
    heard(of_root, hearer, Result.UPHELD)
    assert Case.objects.get().state == State.CLOSED


def test_a_pruning_that_falls_answers_the_appeals_of_its_branch(
    room: Room, bob: User, carol: User, mallory: User, femi: User, gus: User
) -> None:
    code = InviteCode.objects.create(issuer=bob, created_at=NOON, expires_at=NOON + DAY)
    Redemption.objects.create(code=code, user=mallory, redeemed_at=NOON)
    case = claimed(reported(carol, bob, room).case, femi)
    proposed = decided(case, femi, Measure.PRUNE, 7 * DAY)
    root = decisions.confirm(proposed.pk, by=moderator("Ida", Role.SENIOR), now=NOON, source=SOURCE)
    appealed(root.branch.get(), mallory)
    heard(appealed(root, bob), gus, Result.OVERTURNED)
    assert not User.objects.exclude(suspended_until=None).exists()
    assert {one.result for one in Appeal.objects.all()} == {Result.OVERTURNED}
    assert Case.objects.get().state == State.CLOSED


def test_somebody_outside_appeals_by_the_number_of_their_notice(femi: User, gus: User) -> None:
    words = complaint(Policy.HATE, "In the room of Sunday evening.", Channel.NOTICE)
    report = reports.notice(words, source=SOURCE, now=NOON)

    def send(number: str, words: str = WHY) -> Appeal:
        return appeals.appeal_notice(number, words, now=NOON + DAY, source=SOURCE)

    unchanged(Code.GONE, lambda: send(report.number))
    decided(claimed(report.case, femi), femi, Measure.NONE)
    unchanged(Code.GONE, lambda: send("a" * 12))
    unchanged(Code.EMPTY, lambda: send(report.number, " "))
    made = send(report.number)
    assert (made.by, Case.objects.get().state) == (None, State.APPEALED)
    unchanged(Code.DECIDED, lambda: send(report.number))
    heard(made, gus, Result.OVERTURNED)
    assert Case.objects.get().state == State.TRIAGED


def test_what_is_overturned_while_another_decision_holds_as_long_is_answered_and_changes_nothing_else(
    decision: Decision, alice: User, bob: User, carol: User, femi: User, gus: User
) -> None:
    other = a_room(alice)
    for person in (alice, carol):
        come(person, other)
    User.objects.filter(pk=bob.pk).update(suspended_until=None)
    come(bob, other)
    longer = decided(claimed(reported(carol, bob, other).case, femi), femi, Measure.SUSPEND, 14 * DAY)
    heard(appealed(decision, bob), gus, Result.OVERTURNED)
    decision.refresh_from_db()
    assert decision.state == Stand.UNDONE
    bob.refresh_from_db()
    assert bob.suspended_until == longer.until
    heard(appealed(longer, bob), gus, Result.OVERTURNED)
    bob.refresh_from_db()
    assert bob.suspended_until is None
