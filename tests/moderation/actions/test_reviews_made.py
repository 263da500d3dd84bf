"""A review that somebody asked for is made by a worker: once, again after an error, and given up in the end."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.models import User
from moderation.actions import reviews
from moderation.actions.base import Code, Refused
from moderation.audit.models import Entry
from moderation.audit.source import Source
from moderation.models import Control, Outcome, Review
from moderation.review import annex
from moderation.review.annex import Order
from tests.moderation.actions.test_reviews import signatures
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


def asked(now: datetime) -> Review:
    return reviews.ask(Order("cn", now - 30 * DAY, now + DAY, "", now), source=SOURCE)


def test_who_asks_for_a_review_waits_for_no_control(now: datetime) -> None:
    review = asked(now)
    assert (review.annex, review.signed, review.entry) == ("", False, None)
    assert not Control.objects.exists()
    assert Entry.objects.get(action="review.ask").object_id == str(review.pk)


def test_while_several_wait_no_other_is_asked_for(now: datetime) -> None:
    for _ in range(reviews.WAITING):
        last = asked(now)
    before = Review.objects.count(), Entry.objects.count()
    with pytest.raises(Refused) as refused:
        asked(now)
    assert refused.value.code is Code.TOO_MANY
    assert (Review.objects.count(), Entry.objects.count()) == before
    assert reviews.make(last.pk, now=now, source=SOURCE)
    assert asked(now).due_at == now


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
