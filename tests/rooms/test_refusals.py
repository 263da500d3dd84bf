"""What refusals become outside."""

from django.utils import translation

from rooms import refusals
from rooms.roles import Code


def test_every_code_has_a_status_and_words_in_both_languages() -> None:
    for code in Code:
        assert 400 <= refusals.status(code) < 600
        assert refusals.body(code)["code"] == code
        with translation.override("zh-hans"):
            chinese = refusals.body(code)["message"]
        with translation.override("en"):
            assert refusals.body(code)["message"] != chinese


def test_a_socket_is_closed_with_a_code_of_our_own_range() -> None:
    assert {4400 <= refusals.close_code(code) < 4500 for code in Code} == {True}
