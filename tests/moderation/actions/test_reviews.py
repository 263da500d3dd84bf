"""The security review: run, signed or not, and filed."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from moderation.actions import controls, reviews, triggers
from moderation.actions.base import Code, Refused
from moderation.actions.statements import state
from moderation.audit import keys, verify
from moderation.audit.models import Entry
from moderation.audit.source import Source
from moderation.models import Control, Outcome, Reason, Review, Severity, Trigger
from moderation.review import annex
from moderation.review.annex import Order
from moderation.review.watch import Shape
from tests.moderation.review.sample import measured

SOURCE = Source.internal("command")
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture(autouse=True)
def outcomes() -> Iterator[dict[str, Outcome]]:
    with measured() as found:
        yield found


def run(now: datetime, profile: str = "cn") -> Review:
    return reviews.run(Order(profile, now - 30 * DAY, now + DAY, "", now), source=SOURCE)


def blockers(review: Review) -> list[tuple[str, object]]:
    return [(blocker["kind"], blocker["id"]) for blocker in annex.facts_of(review.annex)["blockers"]]


def signatures(review: Review) -> list[str]:
    return [signed.key.name for signed in verify.verified(verify.parse_note(review.annex.encode()), keys.vkeys())]


def test_the_annex_is_a_note_that_the_logs_key_signed(now: datetime) -> None:
    review = run(now)
    assert review.signed
    assert len(signatures(review)) == 1
    facts = annex.facts_of(review.annex)
    assert facts["checkpoint"].startswith(signatures(review)[0])
    assert annex.written(facts) + "\n" == review.annex[: len(annex.written(facts)) + 1]


def test_a_changed_byte_of_the_annex_is_found(now: datetime) -> None:
    review = run(now)
    review.annex = review.annex.replace('"people":', '"peoplf":', 1)
    with pytest.raises(verify.Refused):
        signatures(review)


def test_the_log_has_the_digest_of_the_annex(now: datetime) -> None:
    review = run(now)
    assert review.entry is not None
    entry = Entry.objects.get(pk=review.entry)
    assert (entry.action, entry.detail["digest"]) == ("review.run", annex.digest(review.annex))


def test_the_entry_that_shows_the_controls_is_under_the_cited_checkpoint(now: datetime) -> None:
    facts = annex.facts_of(run(now).annex)
    cited = {control["checked_entry"] for control in facts["controls"].values()}
    assert cited == {Entry.objects.get(action="control.check").pk}
    assert facts["size"] >= 1


def test_an_open_critical_finding_is_in_the_way_of_the_signature(now: datetime, outcomes: dict[str, Outcome]) -> None:
    outcomes["log.kept"] = Outcome.FAILED
    review = run(now)
    assert not review.signed
    assert [kind for kind, _ in blockers(review)] == ["finding"]
    with pytest.raises(verify.Refused):
        signatures(review)


def test_a_finding_that_is_not_critical_is_not(now: datetime, outcomes: dict[str, Outcome]) -> None:
    outcomes["log.witnessed"] = Outcome.FAILED
    assert run(now).signed


def test_a_critical_finding_of_a_person_counts_too(now: datetime, alice: User) -> None:
    finding = controls.report("The key was copied", Severity.CRITICAL, by=alice, now=now, source=SOURCE)
    assert blockers(run(now)) == [("finding", finding.pk)]
    controls.close(finding.pk, "entry 9: rotated", by=alice, now=now, source=SOURCE)
    assert run(now).signed


@pytest.mark.parametrize(("age", "signed"), [(30 * DAY, True), (30 * DAY + timedelta(seconds=1), False)])
def test_a_statement_older_than_thirty_days_is_in_the_way(now: datetime, age: timedelta, signed: bool) -> None:
    state("location", "In Berlin.", "", by="", now=now - age, source=SOURCE)
    review = run(now)
    assert review.signed is signed
    assert blockers(review) == ([] if signed else [("statement", "location")])
    state("location", "In Berlin.", "", by="", now=now, source=SOURCE)
    assert run(now).signed


def test_a_control_that_passed_long_ago_and_cannot_be_measured_now_is_in_the_way(
    now: datetime, outcomes: dict[str, Outcome]
) -> None:
    run(now - 31 * DAY)
    outcomes["tries.counted"] = Outcome.UNKNOWN
    review = run(now)
    assert blockers(review) == [("control", "tries.counted")]
    assert not review.signed


def test_what_was_never_measured_is_said_and_not_in_the_way(now: datetime, outcomes: dict[str, Outcome]) -> None:
    outcomes["identity.verified"] = Outcome.UNKNOWN
    assert run(now).signed
    assert Control.objects.get(pk="identity.verified").passed_at is None


def test_a_signed_report_is_filed_and_answers_what_was_due(now: datetime, alice: User) -> None:
    triggers.watch(Shape((), (), 5), now=now - DAY, source=SOURCE)
    review = run(now)
    later = triggers.report(Reason.NOTICE, "Letter 12", by=alice, now=now + DAY, source=SOURCE)
    reviews.file(review.pk, "CAC Berlin", "2026-7", by=alice, now=now + DAY, source=SOURCE)
    review.refresh_from_db()
    assert (review.authority, review.receipt, review.filed_at) == ("CAC Berlin", "2026-7", now + DAY)
    assert Entry.objects.get(action="review.file").detail == {"digest": review.digest, "triggers": 2}
    assert list(Trigger.objects.filter(review=None)) == [later]


@pytest.mark.parametrize("profile", ["iso27001", "asvs"])
def test_a_report_of_another_kind_is_filed_and_answers_nothing_that_was_due(
    now: datetime, alice: User, profile: str
) -> None:
    review = run(now, profile)
    reviews.file(review.pk, "An auditor", "7", by=alice, now=now, source=SOURCE)
    assert Entry.objects.get(action="review.file").detail["triggers"] == 0
    assert Trigger.objects.get().review is None


def test_a_report_tells_of_what_makes_it_due(now: datetime) -> None:
    due = annex.facts_of(run(now).annex)["triggers"]
    assert [trigger["reason"] for trigger in due] == ["function"]


@pytest.mark.parametrize(
    ("authority", "receipt", "outcome", "code"),
    [
        ("CAC", "1", Outcome.FAILED, Code.UNSIGNED),
        (" ", "1", Outcome.PASSED, Code.EMPTY),
        ("CAC", "", Outcome.PASSED, Code.EMPTY),
    ],
)
def test_what_is_unsigned_or_has_no_receipt_is_not_filed(
    now: datetime,
    alice: User,
    outcomes: dict[str, Outcome],
    authority: str,
    receipt: str,
    outcome: Outcome,
    code: Code,
) -> None:
    outcomes["log.kept"] = outcome
    review = run(now)
    with pytest.raises(Refused) as refused:
        reviews.file(review.pk, authority, receipt, by=alice, now=now, source=SOURCE)
    assert refused.value.code is code
    assert Review.objects.get().filed_at is None
    assert not Entry.objects.filter(action="review.file").exists()


def test_a_report_is_filed_once(now: datetime, alice: User) -> None:
    review = run(now)
    reviews.file(review.pk, "CAC", "1", by=alice, now=now, source=SOURCE)
    with pytest.raises(Refused) as refused:
        reviews.file(review.pk, "CAC", "2", by=alice, now=now, source=SOURCE)
    assert refused.value.code is Code.DECIDED
    assert Review.objects.get().receipt == "1"


def test_the_facts_stand_in_one_line_of_canonical_json(now: datetime) -> None:
    line = run(now).annex.partition("\n")[0]
    assert line == json.dumps(json.loads(line), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
