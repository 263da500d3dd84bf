"""Room tokens."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.standing import FOR_GOOD
from rooms import tokens
from rooms.roles import Code, Refused
from rooms.tokens import RoomToken, read

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TOKEN = RoomToken("aaaaaaaaaaaa", "0123456789abcdef", True, NOON + timedelta(hours=1), "0123456789abcdef")


def refused(text: str, now: datetime = NOON) -> bool:
    with pytest.raises(Refused) as caught:
        read(text, now)
    return caught.value.code is Code.BAD_TOKEN


def test_a_token_says_what_was_signed() -> None:
    assert read(TOKEN.sign(), NOON) == TOKEN


def test_an_expired_token_is_refused() -> None:
    assert refused(TOKEN.sign(), NOON + timedelta(hours=1))


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_what_we_did_not_sign_is_refused(text: str) -> None:
    assert refused(text)


@given(st.integers(0, len(TOKEN.sign()) - 1))
def test_a_token_with_one_character_changed_is_refused(place: int) -> None:
    text = TOKEN.sign()
    assert refused(text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :])


def test_a_token_is_its_holders_until_they_have_a_new_password_or_are_deactivated(bob: User) -> None:
    token = RoomToken("aaaaaaaaaaaa", bob.uid, False, NOON, tokens.proof(bob))
    assert tokens.holder(token) == bob
    for change in ({"is_active": False}, {"is_active": True, "password": "another"}):
        User.objects.filter(pk=bob.pk).update(**change)
        with pytest.raises(Refused) as caught:
            tokens.holder(token)
        assert caught.value.code is Code.BAD_TOKEN


def test_the_token_of_somebody_suspended_is_good_again_when_they_are(bob: User) -> None:
    token = RoomToken("aaaaaaaaaaaa", bob.uid, False, NOON, tokens.proof(bob))
    User.objects.filter(pk=bob.pk).update(suspended_until=FOR_GOOD)
    with pytest.raises(Refused) as caught:
        tokens.holder(token)
    assert caught.value.code is Code.SUSPENDED
    User.objects.filter(pk=bob.pk).update(suspended_until=None)
    assert tokens.holder(token) == bob


def test_a_token_with_fewer_parts_is_refused() -> None:
    from django.core import signing

    assert refused(signing.dumps(["aaaaaaaaaaaa", "x", True, 9_999_999_999], salt="rooms.token"))


def test_what_was_signed_for_another_purpose_is_refused() -> None:
    from django.core import signing

    assert refused(signing.dumps(["aaaaaaaaaaaa", "x", True, 9_999_999_999], salt="another"))
