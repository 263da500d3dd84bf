"""Whom a person knows."""

from datetime import timedelta

import pytest

from accounts.models import InviteCode, Purpose, Redemption, User
from rooms.acquaintances import known_to
from tests.rooms.scenes import NOON

pytestmark = pytest.mark.django_db


def came(guest: User, by: User | None, purpose: Purpose = Purpose.JOIN) -> None:
    code = InviteCode.objects.create(
        digest=f"{guest.pk}{purpose}", purpose=purpose, issuer=by, created_at=NOON, expires_at=NOON + timedelta(days=1)
    )
    Redemption.objects.create(code=code, user=guest, redeemed_at=NOON)


def test_who_invited_me_and_whom_i_invited_are_known_to_me(alice: User, bob: User, carol: User, mallory: User) -> None:
    came(bob, alice)
    came(carol, bob)
    came(mallory, carol)
    assert known_to(bob) == {alice.pk, carol.pk}
    assert known_to(alice) == {bob.pk}


def test_the_operator_and_whoever_mended_my_account_are_nobody_i_know(alice: User, bob: User) -> None:
    came(alice, None)
    came(alice, bob, Purpose.RESET)
    assert known_to(alice) == frozenset()
    assert known_to(bob) == frozenset()


def test_it_is_one_question_to_the_database(alice: User, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]  # a fixture that is a context manager
        known_to(alice)
