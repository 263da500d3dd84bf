"""The statement of reasons: every field of DSA Art. 17(3), in the member's language."""

from datetime import timedelta

import pytest
from django.utils import translation

from accounts.models import User
from moderation import cases, reasons
from moderation.actions import decisions, reports
from moderation.actions.base import Code
from moderation.actions.decisions import Verdict
from moderation.measures import RESTRICTIONS, RULES, Measure
from moderation.models import Decision, Ground, Hint
from moderation.policies import Policy
from moderation.staff import Role
from moderation.words import MEASURES, POLICIES, POLICY_TEXTS, REFUSALS, STATES
from rooms.models import Room
from tests.moderation.desk import DAY, HOUR, claimed, complaint, decided, moderator, reported, verdict
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def decision(room: Room, bob: User, carol: User) -> Decision:
    dana = moderator("Dana", Role.SENIOR)
    case = claimed(reported(carol, bob, room).case, dana)
    return decided(case, dana, Measure.SUSPEND, 7 * DAY)


def test_every_word_of_the_tables_has_words_for_people() -> None:
    assert set(MEASURES) == set(Measure)
    assert set(POLICIES) == set(POLICY_TEXTS) == set(Policy)
    assert set(STATES) == set(cases.State)
    assert set(REFUSALS) >= set(Code) - {Code.LENGTH} | set(cases.Code)


def test_a_statement_has_every_field(decision: Decision) -> None:
    fields = dict(reasons.statement(decision))
    assert all(fields.values())
    assert fields["What was decided"] == "Account suspended. It holds on this whole server."
    assert "7 days" in fields["How long"]
    assert fields["What it is about"] == "He shouted."
    assert "reported" in fields["How we came to know"]
    assert "A person decided" in fields["Whether machines decided"]
    assert "Harassment" in fields["On what ground"]
    assert "appeal" in fields["What you can do"]


def test_a_ban_from_a_room_ends_with_the_room_and_one_from_the_server_never(decision: Decision) -> None:
    decision.until, decision.measure = None, Measure.BAN_ROOM
    assert dict(reasons.statement(decision))["How long"] == "As long as this room goes on."
    decision.measure = Measure.BAN
    assert dict(reasons.statement(decision))["How long"] == "Without an end."


def test_the_member_is_told_at_once_how_long_it_holds_if_it_holds(decision: Decision) -> None:
    assert reasons.notice(decision)["text"].startswith("Harassment. For 7 days, until ")
    assert reasons.notice(decision)["text"].endswith(" UTC. He shouted.")
    decision.until, decision.measure = None, Measure.BAN
    assert reasons.notice(decision)["text"] == "Harassment. Without an end. He shouted."
    decision.measure = Measure.WARN
    assert reasons.notice(decision)["text"] == "Harassment. He shouted."


def test_it_never_says_who_reported(decision: Decision, carol: User) -> None:
    told = str(reasons.statement(decision)) + str(reasons.notice(decision))
    assert carol.display_name not in told
    assert carol.uid not in told


def test_the_member_is_told_in_their_language_whatever_the_moderator_speaks(decision: Decision, bob: User) -> None:
    bob.language = "zh-hans"
    decision.subject = bob
    with translation.override("en"):
        told = reasons.notice(decision)
    assert "骚扰" in told["text"]
    assert told["decision"] == decision.pk


def test_a_rule_is_named_in_its_version_and_nobody_is_said_to_have_accepted_what_was_written_since(
    decision: Decision,
) -> None:
    decision.policy_version = 3
    ground = dict(reasons.statement(decision))["On what ground"]
    assert "“Harassment”, version 3." in ground
    assert "accepted" not in ground


def test_a_legal_ground_names_the_law(room: Room, bob: User, carol: User) -> None:
    dana = moderator("Dana")
    case = claimed(reported(carol, bob, room).case, dana)
    what = Verdict(Measure.WARN, Policy.ILLEGAL, "He sold arms.", None, Ground.LAW, "Weapons Act, s. 52")
    fields = dict(reasons.statement(decisions.decide(case.pk, what, by=dana, now=NOON, source=SOURCE)))
    assert "Weapons Act, s. 52" in fields["On what ground"]


@pytest.mark.parametrize(
    ("hour", "told"), [(-1, "Somebody reported it. We never say who."), (1, "We looked into it ourselves.")]
)
def test_what_was_reported_of_a_room_before_it_was_ended_at_once_is_said(
    room: Room, carol: User, hour: int, told: str
) -> None:
    reports.report_room(carol, room.pk, complaint(), source=SOURCE, now=NOON + hour * HOUR)
    what = verdict(Measure.END_ROOM)
    decision = decisions.decide_at_once(room.pk, what, by=moderator("Dana"), now=NOON, source=SOURCE)
    assert dict(reasons.statement(decision))["How we came to know"] == told


@pytest.mark.parametrize(("hour", "told"), [(-1, "Programs gave hints"), (1, "no program had a part in it")])
def test_a_program_had_a_part_in_a_decision_only_if_it_gave_a_hint_before(
    decision: Decision, hour: int, told: str
) -> None:
    Hint.objects.create(
        case=decision.case, kind="sound", model="sound", version="1", score=1, made_at=NOON + hour * HOUR
    )
    assert told in dict(reasons.statement(decision))["Whether machines decided"]


@pytest.mark.parametrize("measure", sorted(RESTRICTIONS))
def test_every_restriction_can_be_stated(decision: Decision, measure: Measure) -> None:
    decision.measure = measure
    decision.lasts = timedelta(days=1) if RULES[measure].timed else None
    decision.until = NOON + DAY if decision.lasts else None
    assert all(text for _, text in reasons.statement(decision))
