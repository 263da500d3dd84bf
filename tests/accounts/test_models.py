"""What the database itself holds to."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Acceptance, InviteCode, Redemption, User, new_uid

pytestmark = pytest.mark.django_db


def test_a_uid_is_sixteen_random_hex_characters() -> None:
    assert re.fullmatch("[0-9a-f]{16}", new_uid())
    assert new_uid() != new_uid()


def test_one_user_name_in_any_case_is_one_account(bob: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="BOB", display_name="Another")


@pytest.mark.parametrize("left", [-1, 2])
def test_no_use_of_a_code_is_made_up_or_owed(now: datetime, left: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        InviteCode.objects.create(
            digest="x", uses=1, uses_left=left, created_at=now, expires_at=now + timedelta(days=1)
        )


def test_nobody_comes_in_twice_by_one_code_or_accepts_one_text_twice(code: str, bob: User, now: datetime) -> None:
    invite = InviteCode.objects.get()
    Redemption.objects.create(code=invite, user=bob, redeemed_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Redemption.objects.create(code=invite, user=bob, redeemed_at=now)
    Acceptance.objects.create(user=bob, digest="x", accepted_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Acceptance.objects.create(user=bob, digest="x", accepted_at=now)


def test_no_row_prints_a_name_or_a_digest(code: str, bob: User, now: datetime) -> None:
    invite = InviteCode.objects.get()
    rows = (
        bob,
        invite,
        Redemption.objects.create(code=invite, user=bob, redeemed_at=now),
        Acceptance.objects.create(user=bob, version="1", digest="x" * 64, accepted_at=now),
    )
    printed = " ".join(str(row) for row in rows)
    assert not any(word in printed for word in ("bob", "Bob", invite.digest, "x" * 64))
