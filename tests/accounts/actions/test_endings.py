"""The row of an account that ends."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from accounts.actions import endings, issue, issue_reset
from accounts.models import InviteCode, Redemption, User
from accounts.standing import FOR_GOOD, shut_out, suspended
from tests.accounts.actions.test_standing import SOURCE, fresh, let_in, signed_in

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_what_is_closed_has_no_way_in_and_voids_what_its_sessions_carried(bob: User) -> None:
    signed_in(bob, "digest")
    Authenticator.objects.create(user=bob, type=Authenticator.Type.TOTP, data={})
    issue_reset(bob, now=NOON, source=SOURCE)
    before = bob.get_session_auth_hash()
    endings.close(bob, now=NOON)
    left = fresh(bob)
    assert (left.is_active, left.has_usable_password(), left.ended_at) == (False, False, NOON)
    assert left.get_session_auth_hash() != before
    assert not UserSession.objects.exists()
    assert not Authenticator.objects.exists()
    assert InviteCode.objects.get(subject=bob).revoked_at == NOON


def test_a_closed_account_is_in_no_good_standing_and_not_shut_out_by_that(bob: User) -> None:
    endings.close(bob, now=NOON)
    assert suspended(fresh(bob), NOON)
    assert not shut_out(fresh(bob), NOON)
    User.objects.update(suspended_until=FOR_GOOD)
    assert shut_out(fresh(bob), NOON)


def test_an_emptied_row_has_nothing_of_the_person_and_keeps_their_suspension(bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(
        first_name="Bob",
        last_name="B",
        email="bob@example.org",
        language="en",
        theme="dark",
        suspended_until=FOR_GOOD,
    )
    code = let_in(bob, bob)
    InviteCode.objects.filter(pk=code.pk).update(username="bob")
    endings.close(fresh(bob), now=NOON)
    later = NOON + timedelta(minutes=1)
    User.objects.filter(pk=bob.pk).update(password="md5$salt$ab")
    assert endings.empty(fresh(bob), now=later)
    assert not endings.empty(fresh(bob), now=later)
    assert not fresh(bob).has_usable_password()
    row = User.objects.filter(pk=bob.pk).values().get()
    assert (row["erased_at"], row["date_joined"], row["suspended_until"]) == (later, later, FOR_GOOD)
    assert row["username"] == f"ended-{row['uid']}"
    assert row["uid"] != bob.uid
    assert {row["first_name"], row["last_name"], row["email"], row["display_name"]} == {""}
    assert {row["language"], row["theme"], row["avatar"]} == {""}
    assert InviteCode.objects.get().username == ""


def test_a_row_goes_with_its_codes_and_with_how_it_came(alice: User, bob: User) -> None:
    theirs = let_in(alice, bob)
    issue(bob, uses=1, days=7, now=NOON, source=SOURCE)
    endings.delete(bob)
    assert not User.objects.filter(pk=bob.pk).exists()
    assert not Redemption.objects.exists()
    assert InviteCode.objects.get() == theirs
