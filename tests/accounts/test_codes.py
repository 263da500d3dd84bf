"""Codes in circulation."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts import codes, invites
from accounts.models import InviteCode, User

pytestmark = pytest.mark.django_db


def digest(code: str) -> str:
    return codes.digest_of(invites.normalise(code))


def test_the_hash_depends_on_the_secret_key(code: str, settings: Settings) -> None:
    before = digest(code)
    settings.SECRET_KEY = "another key, long enough to be taken for a real one " * 2
    assert digest(code) != before


def test_a_code_is_found_in_one_query_and_so_is_none(
    code: str, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for wanted, found in ((digest(code), True), ("0" * 64, False)):
        with django_assert_num_queries(1):
            invite = codes.find(wanted)
            codes.refusal(invite, now)
        assert (invite is not None) == found


def test_what_became_of_a_code(code: str, alice: User, now: datetime) -> None:
    def became() -> invites.Code | None:
        return codes.refusal(codes.find(digest(code)), now)

    assert became() is None
    assert codes.refusal(None, now) is invites.Code.UNKNOWN
    assert codes.refusal(codes.find(digest(code)), now + timedelta(days=8)) is invites.Code.EXPIRED
    InviteCode.objects.update(uses_left=0)
    assert became() is invites.Code.USED
    User.objects.update(is_active=False)
    assert became() is invites.Code.REVOKED
