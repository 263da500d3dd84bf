"""What happens to a case by itself, once and in order, whoever dies meanwhile."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from moderation.actions import alarm, evidence, hints, triage
from moderation.actions.triage import ANSWERED_WITHIN, STILL
from moderation.audit.models import Entry
from moderation.cases import State
from moderation.hearing import transcribe as transcribing
from moderation.measures import Measure
from moderation.models import Case, Decision, Freeze, Frozen, Ground, Hint, Kind, Stand, Step
from moderation.policies import Policy, Severity
from moderation.risk import Facts
from tests.moderation import tape
from tests.moderation.filed import Ear, a_case, a_freeze, a_report, a_track
from tests.moderation.hearing.speech import packets, tone
from tests.rooms.scenes import NOON

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(seconds=6)


@pytest.fixture(autouse=True)
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    ear = Ear()
    monkeypatch.setattr(transcribing, "chosen", lambda: ear)
    return ear


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the media processes are asked for; they answer nothing here, unless a test does for them."""
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr("moderation.actions.triage.rooms.freeze", lambda *order: asked.append(order))
    return asked


def finish(pk: int, now: datetime = SOON) -> None:
    while triage.go_on(pk, now):
        pass


def actions() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("action", flat=True))


def test_a_case_without_evidence_goes_straight_through_and_every_change_has_its_entry(bob: User) -> None:
    case = a_case(bob)
    finish(case.pk)
    case.refresh_from_db()
    assert (case.step, case.state, case.risk) == (Step.DONE, State.TRIAGED, 30)
    assert actions() == ["case.score", "case.triage"]
    assert set(Entry.objects.filter(case=str(case.pk)).values_list("automated", flat=True)) == {True}


def test_a_case_with_evidence_gets_its_hints_on_the_way(bob: User) -> None:
    case = a_case(bob)
    a_track(case, packets(tone(3)))
    finish(case.pk)
    assert actions() == ["evidence.seal", "evidence.answer"] + ["case.hint"] * 3 + ["case.score", "case.triage"]
    assert Entry.objects.get(action="case.score").detail == {
        "severity": 30,
        "reporters": 0,
        "history": 0,
        "words": 5,
        "sound": 3,
        "raid": 0,
    }
    assert Case.objects.get().risk == Entry.objects.get(action="case.score").score == 38


def test_a_case_begun_anew_with_the_same_risk_has_no_entry_that_says_so_again(bob: User) -> None:
    case = a_case(bob)
    finish(case.pk)
    Case.objects.update(step=Step.COLLECT, stepped_at=SOON)
    finish(case.pk, SOON + STILL)
    case.refresh_from_db()
    assert (case.step, case.risk) == (Step.DONE, 30)
    assert actions() == ["case.score", "case.triage"]


def test_done_again_nothing_is_done(bob: User) -> None:
    case = a_case(bob)
    finish(case.pk)
    before = list(Case.objects.values()), actions()
    finish(case.pk, SOON + STILL)
    assert not triage.go_on(case.pk, SOON)
    assert (list(Case.objects.values()), actions()) == before


def test_what_is_not_there_is_not_worked_on() -> None:
    assert not triage.go_on(4_711, SOON)


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.DONE])
def test_each_step_moves_a_case_once_whoever_else_is_at_it(bob: User, step: Step) -> None:
    case = a_case(bob, step=step)
    one, other = Case.objects.get(pk=case.pk), Case.objects.get(pk=case.pk)
    assert triage.STEPS[step](one, SOON)
    before = list(Case.objects.values()), actions()
    assert not triage.STEPS[step](other, SOON)
    assert (list(Case.objects.values()), actions()) == before


@pytest.mark.parametrize("step", [Step.SCORE, Step.ROUTE])
def test_a_step_that_dies_before_its_entry_is_written_has_done_nothing(
    bob: User, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = a_case(bob, step=step)
    before = list(Case.objects.values())
    with monkeypatch.context() as broken:
        for name in ("note", "advance"):
            broken.setattr(triage, name, lambda *_args, **_named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            triage.go_on(case.pk, SOON)
    assert (list(Case.objects.values()), actions()) == (before, [])
    finish(case.pk)
    assert Case.objects.get().state == State.TRIAGED


def test_an_alarm_that_fails_takes_the_step_back(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_case(bob, step=Step.NOTIFY)
    monkeypatch.setattr(alarm, "tell", lambda case, now: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        triage.go_on(case.pk, SOON)
    assert Case.objects.get().step == Step.NOTIFY


# ---- Collecting ----


def test_reflexes_act_at_once_and_do_not_wait_for_evidence(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr("moderation.actions.triage.reflexes.act", lambda pk, now, source: told.append((pk, now)))
    case = a_case(bob)
    a_freeze(case)
    assert not triage.go_on(case.pk, SOON)
    assert told == [(case.pk, SOON)]


def test_a_freeze_that_was_not_answered_is_asked_for_again_for_the_time_it_was_made(
    bob: User, asked: list[tuple[Any, ...]]
) -> None:
    case = a_case(bob)
    freeze = a_freeze(case)
    assert not triage.go_on(case.pk, SOON)
    assert asked == [("room00000000", freeze.pk, case.key, NOON)]
    assert Case.objects.get().step == Step.COLLECT


def test_files_that_came_are_found_without_anybody_asking_again(bob: User, asked: list[tuple[Any, ...]]) -> None:
    case = a_case(bob)
    tape.sealed(a_freeze(case), 3)
    assert triage.go_on(case.pk, SOON)
    assert (asked, Case.objects.get().step) == ([], Step.TRANSCRIBE)


def test_a_freeze_that_nobody_answers_is_lost_and_says_so_once(bob: User, asked: list[tuple[Any, ...]]) -> None:
    case = a_case(bob)
    freeze = a_freeze(case)
    late = NOON + ANSWERED_WITHIN
    assert triage.go_on(case.pk, late)
    freeze.refresh_from_db()
    assert (freeze.outcome, freeze.answered_at, asked) == (Frozen.LOST, late, [])
    told = Entry.objects.get(action="evidence.answer")
    assert (told.reason, told.detail) == ("lost", {"freeze": freeze.pk})
    finish(case.pk, late)
    assert actions().count("evidence.answer") == 1


def test_where_one_of_several_answers_for_good_the_other_holds_up_nothing_for_ever(
    bob: User, asked: list[tuple[Any, ...]]
) -> None:
    case = a_case(bob)
    freeze = a_freeze(case)
    Freeze.objects.filter(pk=freeze.pk).update(waiting=["m1", "m2"])
    name = tape.sealed(freeze, 3)
    evidence.attach(freeze.pk, SOON, sfu="m1", answered=(name,))
    assert not triage.go_on(case.pk, SOON)
    assert len(asked) == 1, "the other is asked again"
    assert triage.go_on(case.pk, NOON + ANSWERED_WITHIN)
    freeze.refresh_from_db()
    assert freeze.outcome == Frozen.SEALED


def test_one_answered_freeze_does_not_answer_another(bob: User) -> None:
    case = a_case(bob)
    a_freeze(case, Frozen.EMPTY)
    a_freeze(case)
    assert not triage.go_on(case.pk, SOON)


def test_a_report_that_comes_while_a_step_is_made_begins_the_case_anew(bob: User) -> None:
    stale = a_case(bob)
    Case.objects.update(stepped_at=SOON)
    a_freeze(stale, asked_at=SOON)
    assert not triage.collect(stale, SOON)
    assert Case.objects.get().step == Step.COLLECT


# ---- Scoring ----


def test_what_counts_is_read_from_the_rows(alice: User, bob: User, carol: User, mallory: User) -> None:
    case = a_case(bob)
    for reporter in (alice, alice, carol, mallory, None, None):
        a_report(case, reporter)
    _decision(bob, NOON - timedelta(days=10))
    _decision(bob, NOON - timedelta(days=400))
    _decision(bob, NOON, measure=Measure.NONE)
    _decision(bob, NOON, state=Stand.UNDONE)
    _decision(carol, NOON)
    for kind, score in ((Kind.WORDS, 0.5), (Kind.SOUND, 0.7)):
        _hint(case, kind, score)
    assert triage.facts(case, SOON) == Facts(Severity.HIGH, reporters=4, history=1, words=0.5, sound=0.7)


def test_reporters_of_one_raid_are_one_voice_and_who_is_raided_is_no_raider(
    alice: User, bob: User, carol: User, mallory: User
) -> None:
    case = a_case(bob)
    for reporter in (alice, carol, mallory):
        a_report(case, reporter)
    hint = _hint(case, Kind.PATTERN, 0.5, {"joined": 10, "reporters": 3, "subject": False})
    assert triage.facts(case, SOON) == Facts(Severity.HIGH, reporters=1)
    Hint.objects.filter(pk=hint.pk).update(facts={"joined": 10, "reporters": 0, "subject": True})
    assert triage.facts(case, SOON) == Facts(Severity.HIGH, reporters=3, raid=0.5)


def _hint(case: Case, kind: Kind, score: float, facts: dict[str, object] | None = None) -> Hint:
    said = {"model": "m", "version": "1", "score": score, "facts": facts or {}}
    return Hint.objects.create(case=case, kind=kind, made_at=NOON, **said)


def _decision(subject: User, at: datetime, measure: Measure = Measure.WARN, state: Stand = Stand.IN_FORCE) -> None:
    Decision.objects.create(
        case=a_case(subject, room="", state=State.CLOSED),
        subject=subject,
        measure=measure,
        policy=Policy.HATE,
        policy_version=1,
        ground=Ground.TERMS,
        facts="Said it.",
        state=state,
        automated=True,
        made_at=at,
        in_force_at=at,
        appeal_until=at,
    )


# ---- Routing ----


def test_a_case_that_was_claimed_meanwhile_stays_its_holders(bob: User, alice: User) -> None:
    case = a_case(bob, state=State.CLAIMED, holder=alice, held_at=NOON)
    finish(case.pk)
    case.refresh_from_db()
    assert (case.step, case.state, case.holder) == (Step.DONE, State.CLAIMED, alice)
    assert actions() == ["case.score"]


# ---- The sweep ----


def test_what_stands_still_is_started_again_and_what_moves_or_is_done_is_not(bob: User) -> None:
    still = a_case(None, stepped_at=NOON - STILL)
    a_case(None, stepped_at=NOON)
    a_case(None, stepped_at=NOON - STILL, step=Step.DONE)
    assert triage.standing(NOON) == [still.pk]


def test_only_the_most_urgent_case_waits_for_the_model_and_none_holds_up_the_others() -> None:
    past = NOON - timedelta(seconds=30)
    low, grave, later = [
        a_case(None, policy, stepped_at=past + timedelta(seconds=place), step=Step.TRANSCRIBE).pk
        for place, policy in enumerate((Policy.SPAM, Policy.THREATS, Policy.THREATS))
    ]
    overdue = a_case(None, stepped_at=NOON - hints.PATIENCE[Step.TRANSCRIBE], step=Step.TRANSCRIBE).pk
    other = a_case(None, stepped_at=past, step=Step.SCORE).pk
    assert triage.standing(NOON) == [overdue, other, grave]
    assert {low, later}.isdisjoint(triage.standing(NOON))
