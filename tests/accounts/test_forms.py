"""What people fill in, and what anybody else may."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts import words
from accounts.forms import LONGEST, CodeForm, NameForm, ProfileForm, username_of

anything = st.text(max_size=90)
names = st.text(st.characters(codec="utf-8", categories=["L", "M", "N", "P", "S", "Zs"]), max_size=70)


@given(anything | names)
def test_a_name_is_taken_tidied_and_of_a_length_that_fits_or_refused(text: str) -> None:
    form = NameForm({"display_name": text})
    if not form.is_valid():
        assert form.errors["display_name"]
        return
    name = form.cleaned_data["display_name"]
    assert 0 < len(name) <= LONGEST
    assert name == words.tidy(name)
    words.check(name, words.Kind.NAME)


def test_a_name_that_grows_when_composed_is_measured_afterwards() -> None:
    assert not NameForm({"display_name": "\u0958" * LONGEST}).is_valid()
    assert NameForm({"display_name": "e\u0301" * (LONGEST // 2)}).is_valid()


def outcome(text: str) -> str | None:
    try:
        return username_of(text)
    except ValidationError:
        return None


@given(anything)
def test_a_user_name_is_in_its_one_form_or_refused(text: str) -> None:
    username = outcome(text)
    if username is not None:
        assert 2 <= len(username) <= 30
        assert username == username_of(username.upper()) == username_of(f" {username} ")
        assert "\x00" not in username


@pytest.mark.parametrize("text", ["bob", "b0b", "bob.x_y-z", "陈晓明", "2pac"])
def test_ordinary_user_names_pass(text: str) -> None:
    assert outcome(text) == text


@pytest.mark.parametrize(
    "text", ["b", "-bob", ".bob", "bob smith", "bоb", "bob@x", "x" * 31, "bob\x00", "", "админ", "host"]
)
def test_user_names_that_confuse_are_refused(text: str) -> None:
    assert outcome(text) is None


@given(anything)
def test_any_text_may_stand_in_the_code_field(text: str) -> None:
    CodeForm({"code": text}).is_valid()


def test_the_keyboard_of_a_phone_does_not_jump_up_on_the_profile() -> None:
    assert "autofocus" not in str(ProfileForm()["display_name"])
    assert "autofocus" in str(NameForm()["display_name"])


def test_the_link_for_a_lost_password_comes_after_both_fields(client: Client, db: None) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert page.index('name="login"') < page.index('name="password"') < page.index("/accounts/password/reset/")
