"""What became of it, in words."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from accounts.models import User
from moderation import outcomes
from moderation.actions import appeals, decisions
from moderation.actions.decisions import Verdict
from moderation.cases import APPEAL_FOR, State
from moderation.measures import Measure
from moderation.models import Case, Decision, Report, Result, Stand
from moderation.policies import Policy
from moderation.reasons import statement
from moderation.staff import Role
from rooms.models import Room
from rooms.roles import Move
from tests.moderation.desk import DAY, HOUR, claimed, decided, moderator
from tests.rooms.scenes import NOON, SOURCE, do

pytestmark = pytest.mark.django_db


def words(report: Report) -> str:
    return outcomes.of_report(Report.objects.get(pk=report.pk)).words


def test_a_report_says_how_far_it_is(report: Report, femi: User) -> None:
    assert words(report) == "Received. Nobody has looked at it yet."
    claimed(report.case, femi)
    assert words(report) == "A moderator is looking at it."
    decided(report.case, femi)
    assert words(report) == "A rule was broken, and we acted on it."


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_servers_own_sentence_is_read_in_the_readers_language_whatever_the_moderators_is(
    report: Report, femi: User, language: str
) -> None:
    false = Verdict(Measure.RESTRICT_REPORTING, Policy.REPORTING, "It was made up.", DAY, report=report.pk)
    with override("zh-hans" if language == "en" else "en"):
        decisions.decide(claimed(report.case, femi).pk, false, by=femi, now=NOON, source=SOURCE)
    with override(language):
        outcome = outcomes.of_report(Report.objects.get())
        assert outcome.facts.startswith({"en": "We looked into", "zh-hans": "我们"}[language])
        assert outcome.dismissed is not None
        assert outcome.facts in dict(statement(outcome.dismissed)).values()


def test_what_a_moderator_wrote_is_read_as_they_wrote_it(report: Report, femi: User) -> None:
    decided(claimed(report.case, femi), femi, Measure.NONE)
    with override("zh-hans"):
        assert outcomes.of_report(Report.objects.get()).facts == "He shouted."


def test_what_is_only_proposed_is_not_told(report: Report, femi: User) -> None:
    decided(claimed(report.case, femi), femi, Measure.BAN)
    outcome = outcomes.of_report(Report.objects.get())
    assert (outcome.words, outcome.over) == ("A senior moderator is looking at it.", False)


def test_a_dismissal_can_be_disputed_and_is_then_looked_at_again(report: Report, carol: User, femi: User) -> None:
    dismissal = decided(claimed(report.case, femi), femi, Measure.NONE)
    outcome = outcomes.of_report(Report.objects.get())
    assert (outcome.words, outcome.dismissed) == ("We found that no rule was broken.", dismissal)
    made = appeals.appeal(dismissal.pk, "He did.", by=carol, now=NOON + DAY, source=SOURCE)
    gus = moderator("Gus", Role.SENIOR)
    appeals.hear(made.pk, Result.OVERTURNED, "Indeed.", by=gus, now=NOON + 2 * DAY, source=SOURCE)
    outcome = outcomes.of_report(Report.objects.get())
    assert (outcome.words, outcome.over) == ("After an appeal we are looking at it again.", False)


def test_what_was_taken_back_is_told_to_whoever_reported(report: Report, femi: User) -> None:
    decision = decided(claimed(report.case, femi), femi)
    decisions.undo(decision, by=femi, now=NOON + DAY, source=SOURCE)
    assert words(report) == "We acted on it, and took that back after an appeal."


def test_a_reporter_who_was_restricted_hears_that_nothing_was_found_and_may_appeal(report: Report, femi: User) -> None:
    what = Verdict(Measure.RESTRICT_REPORTING, Policy.REPORTING, "Three false reports.", DAY, report=report.pk)
    decisions.decide(claimed(report.case, femi).pk, what, by=femi, now=NOON, source=SOURCE)
    outcome = outcomes.of_report(report)
    assert outcome.words == "We found that no rule was broken."
    assert outcome.dismissed == Decision.objects.get(measure=Measure.NONE)


@pytest.mark.parametrize(
    ("measure", "until", "later", "said", "holds"),
    [
        (Measure.WARN, None, HOUR, "Done, and over", False),
        (Measure.BAN, None, HOUR, "In force, without an end", True),
        (Measure.SUSPEND, 7 * DAY, HOUR, "In force until Jan 8, 2026", True),
        (Measure.SUSPEND, 7 * DAY, 8 * DAY, "Over since Jan 8, 2026", False),
    ],
)
def test_a_decision_says_whether_it_holds(
    measure: Measure, until: timedelta | None, later: timedelta, said: str, holds: bool
) -> None:
    decision = Decision(measure=measure, until=NOON + until if until else None, state=Stand.IN_FORCE)
    assert outcomes.of_decision(decision, NOON + later) == said
    assert outcomes.holds(decision, NOON + later) is holds


def test_a_ban_from_a_room_holds_until_the_room_is_over(report: Report, room: Room, alice: User, femi: User) -> None:
    decision = decided(claimed(report.case, femi), femi, Measure.BAN_ROOM)
    assert outcomes.of_decision(decision, NOON) == "In force, as long as the room goes on"
    assert outcomes.holds(decision, NOON)
    do(alice, room, Move.END)
    assert outcomes.of_decision(decision, NOON) == "Done, and over"
    assert not outcomes.holds(decision, NOON)


def test_what_was_taken_back_holds_no_more_and_cannot_be_appealed() -> None:
    undone = Decision(measure=Measure.BAN, state=Stand.UNDONE, undone_at=NOON, appeal_until=NOON + DAY)
    assert outcomes.of_decision(undone, NOON) == "Taken back on Jan 1, 2026"
    assert not outcomes.holds(undone, NOON)
    assert not outcomes.appealable(undone, NOON)


def test_an_appeal_is_open_until_its_day_and_no_longer() -> None:
    case = Case(state=State.DECIDED)
    decision = Decision(case=case, measure=Measure.WARN, state=Stand.IN_FORCE, appeal_until=NOON + APPEAL_FOR)
    assert outcomes.appealable(decision, NOON + APPEAL_FOR - HOUR)
    assert not outcomes.appealable(decision, NOON + APPEAL_FOR)


def test_what_a_rule_of_the_server_did_is_told_as_provisional(report: Report) -> None:
    verdict = Verdict(Measure.WARN, Policy.HARASSMENT, "Three people reported it.")
    decision = decisions.decide_by_reflex(report.case, verdict, "crowd", now=NOON, source=SOURCE)
    assert words(report) == "The server acted for now. A moderator still looks at it."
    assert outcomes.provisional(decision)
    assert not outcomes.appealable(decision, NOON)
    Decision.objects.update(state=Stand.UNDONE, undone_at=NOON)
    assert words(report) == "Received. Nobody has looked at it yet."
