"""What a review counts, it counts in its own period; what it looks at, it looks at now."""

from datetime import timedelta
from types import MappingProxyType
from unittest.mock import patch

import pytest
from django.utils import timezone

from moderation.actions import controls, reviews
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from moderation.models import Outcome
from moderation.review import annex
from moderation.review.annex import Order
from moderation.review.probes.base import Found, Span
from tests.log import aged

SOURCE = Source.internal("command")
DAY = timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.parametrize(("end", "told"), [(-10, 1), (0, 2), (1, 2)])
def test_a_report_counts_nothing_from_before_or_after_its_period(end: int, told: int) -> None:
    for age in (40, 15, 5):
        aged(record_refusal("invite.redeem", source=SOURCE), age * DAY)
    now = timezone.now()

    def counting(span: Span) -> Found:
        return Found.if_true(span.now == now, refused=span.acts("invite.redeem", refused=True))

    with patch.object(controls, "PROBES", MappingProxyType({"log.kept": counting})):
        review = reviews.run(Order("cn", now - 30 * DAY, now + end * DAY, "", now), source=SOURCE)
    found = annex.facts_of(review.annex)["controls"]["log.kept"]
    assert (found["outcome"], found["facts"]) == (Outcome.PASSED, {"refused": told})
