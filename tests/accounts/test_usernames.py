"""A user name from a name."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.forms import username_of
from accounts.models import User
from accounts.usernames import suggest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "username"),
    [
        ("Bob", "bob"),
        ("Dana Lee", "dana.lee"),
        ("\u00dcnal \u00d8.", "unal"),
        ("\u9648\u6653\u660e", "\u9648\u6653\u660e"),
        ("  Gus!! ", "gus"),
        ("x" * 60, "x" * 24),
    ],
)
def test_a_user_name_is_close_to_the_name(name: str, username: str) -> None:
    assert suggest(name) == username


@pytest.mark.parametrize("name", ["\u0418\u0432\u0430\u043d", "!", "\U0001f98a", "admin"])
def test_a_name_without_a_fitting_letter_makes_a_guest_with_a_number(name: str) -> None:
    assert suggest(name).startswith("guest")
    assert suggest(name) != "guest"


def test_a_user_name_that_somebody_has_is_not_suggested() -> None:
    User.objects.create(username="bob")
    again = suggest("Bob")
    assert again.startswith("bob")
    assert again != "bob"


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.text(max_size=80))
def test_whatever_the_name_the_suggestion_is_a_user_name(name: str) -> None:
    assert username_of(suggest(name)) == suggest(name) or suggest(name).startswith("guest")
