"""The life of a case: one table, held against what the rules say in words."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from moderation.cases import (
    LIFE,
    LIVE,
    OPEN,
    WITHIN,
    Act,
    Actor,
    By,
    Code,
    Parties,
    State,
    conflict,
    due,
    step,
    strange,
)
from moderation.policies import SEVERITIES, Policy, Severity

ALICE, BOB, CAROL, DANA = "alice", "bob", "carol", "dana"
PARTIES = Parties(subjects=frozenset({BOB}), reporters=frozenset({CAROL}), holder=ALICE)
STAFF_ACTS = [key for key, (_, who) in LIFE.items() if who not in (By.SERVER, By.MEMBER)]


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_what_is_not_in_the_table_is_refused_and_the_case_stays(state: State, act: Act) -> None:
    if (state, act) in LIFE:
        return
    after, code = step(state, act, Actor(DANA, senior=True), PARTIES)
    assert after is state
    assert code in (Code.STATE, Code.CLAIMED)


@pytest.mark.parametrize(("state", "act"), STAFF_ACTS)
@pytest.mark.parametrize(("uid", "code"), [(BOB, Code.SUBJECT), (CAROL, Code.REPORTER)])
def test_nobody_works_on_a_case_about_themselves_or_on_their_own_report(
    state: State, act: Act, uid: str, code: Code
) -> None:
    holds = Parties(subjects=frozenset({BOB}), reporters=frozenset({CAROL}), holder=uid)
    assert step(state, act, Actor(uid, senior=True), holds) == (state, code)


def test_whoever_is_faster_has_the_case_and_the_other_is_told() -> None:
    assert step(State.TRIAGED, Act.CLAIM, Actor(ALICE), Parties()) == (State.CLAIMED, None)
    assert step(State.CLAIMED, Act.CLAIM, Actor(DANA), PARTIES) == (State.CLAIMED, Code.CLAIMED)


@pytest.mark.parametrize("act", [Act.RELEASE, Act.HAND_OVER, Act.ESCALATE, Act.DECIDE, Act.PROPOSE])
def test_only_the_holder_works_on_a_claimed_case(act: Act) -> None:
    assert step(State.CLAIMED, act, Actor(DANA, senior=True), PARTIES) == (State.CLAIMED, Code.UNCLAIMED)
    assert step(State.CLAIMED, act, Actor(ALICE), PARTIES)[1] is None


def test_what_was_proposed_is_confirmed_by_another_senior_moderator() -> None:
    proposed = Parties(subjects=frozenset({BOB}), holder=ALICE, proposer=ALICE)
    assert step(State.ESCALATED, Act.CONFIRM, Actor(DANA), proposed)[1] is Code.SENIOR
    assert step(State.ESCALATED, Act.CONFIRM, Actor(ALICE, senior=True), proposed)[1] is Code.SAME_PERSON
    assert step(State.ESCALATED, Act.CONFIRM, Actor(DANA, senior=True), proposed) == (State.DECIDED, None)


@pytest.mark.parametrize("who", [ALICE, DANA])
def test_neither_of_those_who_decided_hears_the_appeal(who: str) -> None:
    decided = Parties(subjects=frozenset({BOB}), deciders=frozenset({ALICE, DANA}))
    assert step(State.APPEALED, Act.HEAR, Actor(who, senior=True), decided)[1] is Code.FIRST_DECIDER
    assert step(State.APPEALED, Act.HEAR, Actor("eli", senior=True), decided) == (State.DECIDED, None)


@pytest.mark.parametrize(("state", "act"), STAFF_ACTS)
def test_whoever_decided_before_decides_nothing_that_follows(state: State, act: Act) -> None:
    again = Parties(holder=ALICE, deciders=frozenset({ALICE}))
    assert step(state, act, Actor(ALICE, senior=True), again) == (state, Code.FIRST_DECIDER)


def test_while_one_appeal_waits_another_is_made_and_one_is_answered() -> None:
    assert step(State.APPEALED, Act.APPEAL, Actor(BOB), PARTIES) == (State.APPEALED, None)
    assert step(State.APPEALED, Act.ANSWER, Actor(DANA, senior=True), PARTIES) == (State.APPEALED, None)


def test_every_state_is_reached_and_every_one_but_the_last_is_left() -> None:
    assert {after for after, _ in LIFE.values()} == set(State) - {State.NEW}
    assert {before for before, _ in LIFE} == set(State) - {State.CLOSED}
    assert set(OPEN) < set(LIVE) == set(State) - {State.CLOSED}


def test_the_graver_the_policy_the_sooner_it_is_due() -> None:
    at = datetime(2026, 11, 25, tzinfo=UTC)
    deadlines = [due(severity, at) for severity in sorted(Severity)]
    assert deadlines == sorted(deadlines, reverse=True)
    assert due(Severity.CRITICAL, at) == at + timedelta(hours=1)
    assert set(WITHIN) == set(Severity)
    assert set(SEVERITIES) == set(Policy)


@pytest.mark.parametrize("state", State)
def test_an_address_is_for_who_has_the_case_and_once_it_is_decided_for_who_decided(state: State) -> None:
    again = Parties(reporters=frozenset({CAROL}), holder=ALICE, deciders=frozenset({CAROL, DANA}))
    assert strange(state, Actor(ALICE), again) is None
    assert strange(state, Actor(DANA), again) is (Code.UNCLAIMED if state in OPEN else None)
    assert strange(state, Actor(BOB, senior=True), again) is Code.UNCLAIMED
    assert strange(state, Actor(CAROL), again) is Code.REPORTER


def test_a_stranger_to_a_case_has_no_conflict() -> None:
    assert conflict(Actor(DANA), PARTIES) is None
