"""Tests of moderation.audit.canonical, on the examples of RFC 8785."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.audit.canonical import CanonicalError, canonical

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


def test_keys_are_in_the_order_of_their_utf_16_units() -> None:
    told = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert list(json.loads(canonical(told)).values()) == [2, 4, 6, 7, 1, 5, 3]  # RFC 8785, 3.2.3


def test_text_is_escaped_as_the_rfc_says() -> None:
    assert canonical('\u20ac$\u000f\nA\'B"\\"/\u007f') == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\"/\u007f"'.encode()


def test_literals_and_nesting_have_no_spaces() -> None:
    assert (
        canonical({"b": [None, True, False], "a": {"d": 0, "c": -1}}) == b'{"a":{"c":-1,"d":0},"b":[null,true,false]}'
    )


@pytest.mark.parametrize(
    "value", [1.0, 2**53, -(2**53), "\ud800", {"\udfff": 1}, {1: 2}, b"x", [float("nan")], {"a": {1}}, (1,)]
)
def test_what_readers_disagree_about_is_refused(value: object) -> None:
    with pytest.raises(CanonicalError):
        canonical(value)


@given(values)
def test_reading_and_writing_again_gives_the_same_bytes(value: object) -> None:
    written = canonical(value)
    assert json.loads(written) == value
    assert canonical(json.loads(written)) == written
