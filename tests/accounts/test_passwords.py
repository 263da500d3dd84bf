"""What a password must be, in the language of whoever chooses one, and how it is hashed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import argon2
import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.passwords import Hasher
from config.settings import PASSWORD_HASHERS


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_one_that_is_too_short_is_told_so_in_words_of_ours(language: str) -> None:
    with translation.override(language):
        with pytest.raises(ValidationError) as refused:
            validate_password("kettle 7")
        assert refused.value.messages == [_("This has fewer than %(min_length)d characters.") % {"min_length": 10}]


def test_one_of_ten_characters_is_long_enough() -> None:
    validate_password("kettles 77")


@pytest.mark.parametrize("work", [lambda _: make_password("kettles 77"), lambda kept: check_password("kettle 7", kept)])
def test_however_many_passwords_come_at_once_two_are_hashed(
    work: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, most, guard, third = 0, 0, Lock(), Event()

    def hashing(*_args: object, **_how: object) -> bytes:
        nonlocal inside, most
        with guard:
            inside += 1
            most = max(most, inside)
        third.set() if most > 2 else third.wait(0.05)  # each stays until there are too many, or could have been
        with guard:
            inside -= 1
        return b"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"

    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
        kept = make_password("kettles 77")
        monkeypatch.setattr(argon2.low_level, "hash_secret", hashing)
        monkeypatch.setattr(argon2.PasswordHasher, "verify", hashing)
        with ThreadPoolExecutor(8) as together:
            list(together.map(work, [kept] * 16))
    assert most == Hasher.at_once._initial_value == 2  # type: ignore[attr-defined]  # of a bounded semaphore
