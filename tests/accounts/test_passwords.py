"""What a password must be, in the language of whoever chooses one."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_one_that_is_too_short_is_told_so_in_words_of_ours(language: str) -> None:
    with translation.override(language):
        with pytest.raises(ValidationError) as refused:
            validate_password("kettle 7")
        assert refused.value.messages == [_("This has fewer than %(min_length)d characters.") % {"min_length": 10}]


def test_one_of_ten_characters_is_long_enough() -> None:
    validate_password("kettles 77")
