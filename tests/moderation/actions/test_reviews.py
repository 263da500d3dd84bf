"""The security review: run, signed or not, and filed."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import MappingProxyType
from unittest.mock import patch

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
from moderation.review.catalogue import CONTROLS
from moderation.review.probes.base import Found
from moderation.review.watch import Shape
from tests.moderation.review.sample import facts_for

SOURCE = Source.internal("command")
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture(autouse=True)
def outcomes() -> Iterator[dict[str, Outcome]]:
    """What each control's check finds: that it is fulfilled, unless a test says otherwise."""
    found = dict.fromkeys(CONTROLS, Outcome.PASSED)

    def probe(name: str) -> object:
        return lambda _span: Found(found[name], facts_for(name))

    with patch.object(controls, "PROBES", MappingProxyType({name: probe(name) for name in CONTROLS})):
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


def asked(now: datetime) -> Review:
    return reviews.ask(Order("cn", now - 30 * DAY, now + DAY, "", now), source=SOURCE)


def test_who_asks_for_a_review_waits_for_no_control(now: datetime) -> None:
    review = asked(now)
    assert (review.annex, review.signed, review.entry) == ("", False, None)
    assert not Control.objects.exists()
    assert Entry.objects.get(action="review.ask").object_id == str(review.pk)


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_told_once_the_row_is_there(now: datetime) -> None:
    with patch.object(reviews, "hand_over") as told:
        review = asked(now)
    told.assert_called_once_with(review.pk)


def test_without_a_broker_the_row_is_there_and_waits_for_the_sweep(now: datetime) -> None:
    with patch.object(reviews, "hand_over", side_effect=ConnectionError):
        review = asked(now)
    assert reviews.standing(now) == [review.pk]


def test_a_worker_makes_it_once(now: datetime) -> None:
    review = asked(now)
    assert reviews.make(review.pk, now=now, source=SOURCE)
    review.refresh_from_db()
    assert review.signed
    assert len(signatures(review)) == 1
    assert reviews.standing(now + DAY) == []
    assert not reviews.make(review.pk, now=now + DAY, source=SOURCE)
    assert Entry.objects.filter(action="review.run").count() == 1


def test_while_one_worker_is_at_it_no_other_begins_and_once_it_is_dead_one_does(now: datetime) -> None:
    review = asked(now)
    with patch.object(annex, "gather", side_effect=SystemExit), pytest.raises(SystemExit):
        reviews.make(review.pk, now=now, source=SOURCE)
    soon = now + reviews.PATIENCE - timedelta(seconds=1)
    assert reviews.standing(soon) == []
    assert not reviews.make(review.pk, now=soon, source=SOURCE)
    assert reviews.standing(now + reviews.PATIENCE) == [review.pk]
    assert reviews.make(review.pk, now=now + reviews.PATIENCE, source=SOURCE)


def failing(pk: int, now: datetime, times: int = reviews.TRIES) -> datetime:
    """When the next worker may begin a review whose making failed so often, from `now` on."""
    for _ in range(times):
        with patch.object(annex, "gather", side_effect=OSError("disk full")), pytest.raises(OSError, match="disk full"):
            reviews.make(pk, now=now, source=SOURCE)
        assert reviews.standing(now) == []
        now += reviews.REST
    return now


def test_after_an_error_a_worker_soon_begins_again(now: datetime) -> None:
    review = asked(now)
    later = failing(review.pk, now, reviews.TRIES - 1)
    assert reviews.make(review.pk, now=later, source=SOURCE)
    assert not Entry.objects.filter(action="review.fail").exists()


def test_a_review_that_fails_each_time_is_given_up_and_the_log_has_it(now: datetime) -> None:
    review = asked(now)
    later = failing(review.pk, now)
    assert not reviews.make(review.pk, now=later, source=SOURCE)
    review.refresh_from_db()
    assert (review.failed_at, review.tries) == (later, reviews.TRIES)
    assert reviews.standing(later + DAY) == []
    assert not reviews.make(review.pk, now=later + DAY, source=SOURCE)
    entry = Entry.objects.get(action="review.fail")
    assert (entry.object_id, entry.result) == (str(review.pk), "failed")


def test_a_review_over_which_every_worker_dies_is_given_up_too(now: datetime) -> None:
    review = asked(now)
    for _ in range(reviews.TRIES):
        with patch.object(annex, "gather", side_effect=SystemExit), pytest.raises(SystemExit):
            reviews.make(review.pk, now=now, source=SOURCE)
        now += reviews.PATIENCE
    assert not reviews.make(review.pk, now=now, source=SOURCE)
    assert Review.objects.get().failed_at == now


def test_what_was_given_up_is_made_once_somebody_asks_again(now: datetime, alice: User) -> None:
    review = asked(now)
    later = failing(review.pk, now)
    reviews.make(review.pk, now=later, source=SOURCE)
    reviews.again(review.pk, by=alice, now=later, source=SOURCE)
    assert reviews.make(review.pk, now=later, source=SOURCE)
    review.refresh_from_db()
    assert (review.signed, review.failed_at, review.tries) == (True, None, 1)
    assert Entry.objects.filter(action="review.ask").count() == 2


def test_what_waits_for_a_worker_is_not_asked_for_again(now: datetime, alice: User) -> None:
    review = asked(now)
    with pytest.raises(Refused) as refused:
        reviews.again(review.pk, by=alice, now=now + DAY, source=SOURCE)
    assert refused.value.code is Code.ALREADY
    assert Review.objects.get().due_at == now
    assert Entry.objects.filter(action="review.ask").count() == 1


def test_a_worker_that_ends_after_all_makes_good_what_was_given_up(now: datetime) -> None:
    review = asked(now)
    gather = annex.gather

    def given_up(order: Order) -> dict[str, object]:
        Review.objects.update(failed_at=now, tries=reviews.TRIES)
        return gather(order)

    with patch.object(annex, "gather", given_up):
        reviews.make(review.pk, now=now, source=SOURCE)
    review.refresh_from_db()
    assert (review.signed, review.failed_at) == (True, None)


def test_of_two_workers_one_writes_the_report(now: datetime) -> None:
    review = asked(now)
    gather = annex.gather

    def overtaken(order: Order) -> dict[str, object]:
        with patch.object(annex, "gather", gather):
            reviews.make(review.pk, now=now + reviews.PATIENCE, source=SOURCE)
        return gather(order)

    with patch.object(annex, "gather", overtaken):
        reviews.make(review.pk, now=now, source=SOURCE)
    review.refresh_from_db()
    assert review.run_at == now + reviews.PATIENCE
    assert Entry.objects.filter(action="review.run").count() == 1


def test_what_is_not_made_yet_is_not_filed(now: datetime, alice: User) -> None:
    review = asked(now)
    with pytest.raises(Refused) as refused:
        reviews.file(review.pk, "CAC", "1", by=alice, now=now, source=SOURCE)
    assert refused.value.code is Code.UNSIGNED
    assert Review.objects.get().filed_at is None
