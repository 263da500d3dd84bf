"""Tests of accounts.templatetags.times."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from accounts.templatetags.times import day, unbroken


@pytest.mark.parametrize(("language", "words"), [("en", "Jan 5, 2027"), ("zh-hans", "2027年1月5日")])
def test_a_day_is_told_in_the_reader_s_language_and_carries_its_moment(language: str, words: str) -> None:
    with override(language):
        told = day(datetime(2027, 1, 5, 20, tzinfo=UTC))
    assert told == f'<time datetime="2027-01-05T20:00:00+00:00" data-local="day">{words}</time>'


def test_a_moment_stays_on_its_line_and_is_escaped() -> None:
    assert unbroken("2027-01-05 20:00") == "<time>2027-01-05 20:00</time>"
    assert unbroken("<b>") == "<time>&lt;b&gt;</time>"
