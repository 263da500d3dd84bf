"""Checks and findings: alice is a senior, bob mends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from unittest.mock import patch

import pytest

from accounts.models import User
from moderation.actions import controls
from moderation.actions.base import Code, Refused
from moderation.audit.models import Entry
from moderation.audit.source import Source
from moderation.models import Control, Finding, Outcome, Severity
from moderation.review.catalogue import CONTROLS
from moderation.review.probes import PROBES
from moderation.review.probes.base import Found

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
SOURCE = Source.internal("command")


@pytest.fixture
def outcome() -> Iterator[dict[str, Outcome]]:
    """What the one control that is checked here finds."""
    says = {"is": Outcome.PASSED}
    probes = MappingProxyType({"log.kept": lambda _span: Found(says["is"], {"days": 400})})
    with patch.object(controls, "PROBES", probes):
        yield says


def test_every_control_has_its_check() -> None:
    assert set(PROBES) == set(CONTROLS)


@pytest.mark.django_db
def test_what_was_found_is_kept_with_one_entry_that_has_its_digest(outcome: dict[str, Outcome]) -> None:
    found = controls.check(NOON, source=SOURCE)
    entry = Entry.objects.get(action="control.check")
    assert entry.detail == {"outcomes": {"log.kept": "passed"}, "facts": controls.digest(found)}
    state = Control.objects.get(pk="log.kept")
    assert (state.outcome, state.facts, state.passed_at) == ("passed", {"days": 400}, NOON)
    assert state.checked_entry == state.passed_entry == entry.pk


@pytest.mark.django_db
def test_a_failure_keeps_when_it_last_passed_and_opens_one_finding(outcome: dict[str, Outcome]) -> None:
    controls.check(NOON, source=SOURCE)
    passed = Entry.objects.get(action="control.check").pk
    outcome["is"] = Outcome.FAILED
    controls.check(LATER, source=SOURCE)
    controls.check(LATER, source=SOURCE)
    state, finding = Control.objects.get(), Finding.objects.get()
    assert (state.outcome, state.checked_at, state.passed_at, state.passed_entry) == ("failed", LATER, NOON, passed)
    assert (finding.control, finding.severity, finding.due_at) == ("log.kept", "critical", LATER + timedelta(days=7))
    assert Entry.objects.filter(action="finding.open").count() == 1


@pytest.mark.django_db
def test_what_cannot_be_measured_opens_no_finding(outcome: dict[str, Outcome]) -> None:
    outcome["is"] = Outcome.UNKNOWN
    controls.check(NOON, source=SOURCE)
    assert not Finding.objects.exists()
    assert Control.objects.get().passed_at is None


def test_a_finding_is_taken_by_somebody_until_a_day(outcome: dict[str, Outcome], alice: User, bob: User) -> None:
    finding = controls.report("The backup was never restored", Severity.MAJOR, by=alice, now=NOON, source=SOURCE)
    controls.take(finding.pk, bob, LATER, by=alice, source=SOURCE)
    finding.refresh_from_db()
    assert (finding.owner, finding.due_at) == (bob, LATER)


def test_a_finding_is_closed_with_its_proof_once_its_control_passes(outcome: dict[str, Outcome], alice: User) -> None:
    outcome["is"] = Outcome.FAILED
    controls.check(NOON, source=SOURCE)
    finding = Finding.objects.get()
    with pytest.raises(Refused) as refused:
        controls.close(finding.pk, "entry 7", by=alice, now=LATER, source=SOURCE)
    assert refused.value.code is Code.FAILING
    finding.refresh_from_db()
    assert not finding.proof
    outcome["is"] = Outcome.PASSED
    controls.check(LATER, source=SOURCE)
    controls.close(finding.pk, "entry 7", by=alice, now=LATER, source=SOURCE)
    finding.refresh_from_db()
    assert (finding.closed_at, finding.proof) == (LATER, "entry 7")


@pytest.mark.parametrize(("proof", "code"), [("  ", Code.PROOF), ("entry 7", Code.GONE)])
def test_a_finding_is_not_closed_twice_or_without_proof(alice: User, proof: str, code: Code) -> None:
    finding = controls.report("Something", Severity.MINOR, by=alice, now=NOON, source=SOURCE)
    if code is Code.GONE:
        controls.close(finding.pk, "done", by=alice, now=NOON, source=SOURCE)
    before = Finding.objects.values().get()
    with pytest.raises(Refused) as refused:
        controls.close(finding.pk, proof, by=alice, now=LATER, source=SOURCE)
    assert refused.value.code is code
    assert Finding.objects.values().get() == before


def test_a_finding_that_says_nothing_is_refused_and_nothing_is_kept(alice: User) -> None:
    with pytest.raises(Refused) as refused:
        controls.report(" ", Severity.MINOR, by=alice, now=NOON, source=SOURCE)
    assert refused.value.code is Code.EMPTY
    assert not Finding.objects.exists()
