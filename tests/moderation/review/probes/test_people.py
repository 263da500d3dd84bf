"""The checks of people."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts import actions
from accounts.models import Acceptance, InviteCode, Redemption, User
from moderation.audit.source import Source
from moderation.models import Outcome, Staff
from moderation.review.probes import people
from moderation.review.probes.base import Found, Span
from moderation.staff import Role
from tests.moderation.cast import at_console

SOURCE = Source.internal("command")
pytestmark = pytest.mark.django_db


@pytest.fixture
def span() -> Span:
    now = timezone.now()
    return Span(now - timedelta(days=30), now)


def facts(found: Found) -> tuple[Outcome, dict[str, int | str]]:
    return found.outcome, dict(found.facts)


def test_somebody_must_be_able_to_decide(span: Span, alice: User, bob: User) -> None:
    at_console(alice, Role.REVIEWER)
    none = {"seniors": 0, "moderators": 0, "reviewers": 1, "inspectors": 0}
    assert facts(people.named(span)) == (Outcome.FAILED, none)
    at_console(bob, Role.SENIOR)
    assert facts(people.named(span)) == (Outcome.PASSED, none | {"seniors": 1})


def test_whoever_has_left_or_is_suspended_does_not_count(span: Span, alice: User, bob: User) -> None:
    at_console(alice, Role.SENIOR)
    at_console(bob, Role.SENIOR)
    Staff.objects.filter(user=alice).update(expires_at=span.end)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert people.named(span).facts["seniors"] == 0


def test_everybody_on_the_staff_needs_a_second_factor(span: Span, alice: User, bob: User) -> None:
    at_console(alice, Role.SENIOR)
    at_console(bob, Role.MODERATOR, factor=False)
    assert facts(people.factor(span)) == (Outcome.FAILED, {"staff": 2, "protected": 1})
    Authenticator.objects.create(user=bob, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert people.factor(span).outcome == Outcome.FAILED
    Authenticator.objects.create(user=bob, type=Authenticator.Type.WEBAUTHN, data={})
    assert facts(people.factor(span)) == (Outcome.PASSED, {"staff": 2, "protected": 2})


def test_an_account_without_a_trace_fails(span: Span, alice: User) -> None:
    assert facts(people.registration(span)) == (Outcome.FAILED, {"people": 1, "traced": 0, "accepted": 0})
    actions.issue_by_operator(now=span.end, source=SOURCE)
    Redemption.objects.create(code=InviteCode.objects.get(), user=alice, redeemed_at=span.end)
    Acceptance.objects.create(user=alice, profile="cn", version="1", digest="a", language="en", accepted_at=span.end)
    assert facts(people.registration(span)) == (Outcome.PASSED, {"people": 1, "traced": 1, "accepted": 1})


def test_real_identity_is_never_claimed(span: Span, alice: User) -> None:
    assert facts(people.identity(span)) == (Outcome.UNKNOWN, {"people": 1})


def test_a_password_that_is_kept_otherwise_fails(span: Span, alice: User, bob: User) -> None:
    assert facts(people.passwords(span)) == (Outcome.FAILED, {"passwords": 2, "argon": 0})
    User.objects.update(password="argon2$argon2id$v=19$x")
    User.objects.filter(pk=bob.pk).update(password="!unusable")
    assert facts(people.passwords(span)) == (Outcome.PASSED, {"passwords": 1, "argon": 1})
