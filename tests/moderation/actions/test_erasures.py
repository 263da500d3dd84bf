"""Who is erased from the log is let go of by the rows of the staff and of the security review."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from moderation.actions import reviews, staff
from moderation.actions.statements import state
from moderation.audit.erase import erase
from moderation.audit.hold import HeldError, place
from moderation.audit.source import Source
from moderation.models import Review, Staff, Statement
from moderation.review.annex import Order, facts_of
from moderation.staff import Role

SOURCE = Source.internal("command")
pytestmark = pytest.mark.django_db


@pytest.fixture
def worked(alice: User, bob: User) -> User:
    """Alice let Bob onto the staff, stated something and ran a review."""
    now = timezone.now()
    staff.grant(bob, Role.SENIOR, None, now=now, source=SOURCE, by=alice.uid)
    state("officer", "Bob", "", by=alice.uid, now=now, source=SOURCE)
    reviews.run(Order("cn", now - timedelta(days=7), now, alice.uid, now), source=SOURCE)
    return alice


def doers() -> set[str]:
    return {Staff.objects.get().granted_by, Statement.objects.get().made_by, Review.objects.get().run_by}


def test_no_row_names_who_was_erased_and_every_row_stays(worked: User) -> None:
    assert doers() == {worked.uid}
    erase(worked.uid, by="", reason="request", source=SOURCE)
    assert doers() == {""}


def test_of_others_nothing_is_let_go(worked: User, bob: User) -> None:
    erase(bob.uid, by="", reason="request", source=SOURCE)
    assert doers() == {worked.uid}


def test_under_a_hold_nothing_is_let_go(worked: User) -> None:
    now = timezone.now()
    place("user", worked.uid, ground="g", by="a", approver="b", review_at=now, now=now, source=SOURCE)
    with pytest.raises(HeldError):
        erase(worked.uid, by="", reason="request", source=SOURCE)
    assert doers() == {worked.uid}


def test_an_annex_which_cannot_forget_never_knew(worked: User) -> None:
    review = Review.objects.get()
    assert worked.uid not in review.annex
    assert facts_of(review.annex)["run_by"] == "staff"
