"""Codes: made, read back, and refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import invites
from accounts.invites import ALPHABET, LENGTH, Code, Refused, Terms

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
codes = st.binary(min_size=32, max_size=32).map(invites.make)
positions = st.integers(0, LENGTH)


def test_no_symbol_can_be_taken_for_another() -> None:
    assert not set("01ILO") & set(ALPHABET)
    assert len(set(ALPHABET)) == 31


def test_too_few_random_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="random"):
        invites.make(bytes(31))


def test_a_code_holds_at_least_79_bits() -> None:
    assert len(ALPHABET) ** LENGTH > 2**79


@given(codes)
def test_a_code_is_read_back_from_what_people_see(code: str) -> None:
    assert invites.normalise(invites.pretty(code)) == code
    assert [len(group) for group in invites.pretty(code).split("-")] == [4, 4, 4, 4, 1]


@given(codes, st.sampled_from(["", "-", " ", "\u2013", "\u2014", " - ", "\u00a0", "_", "\u3000", "\u30fc"]))
def test_case_dashes_and_spaces_do_not_matter(code: str, between: str) -> None:
    groups = invites.pretty(code).split("-")
    assert invites.normalise("  " + between.join(groups).lower() + "\n") == code


@given(codes)
def test_full_width_letters_of_an_input_method_are_read(code: str) -> None:
    wide = "".join(chr(ord(symbol) + 0xFEE0) for symbol in code)
    assert invites.normalise(wide) == code


@given(
    codes,
    st.sampled_from(["https://stoa.example", "http://localhost:8000", "stoa.example"]),
    st.sampled_from(["", "/"]),
)
def test_a_pasted_link_is_read(code: str, site: str, end: str) -> None:
    assert invites.normalise(f"{site}/join/{invites.pretty(code)}{end}") == code
    assert invites.normalise(f"Come in! {site}/JOIN/{code.lower()}{end}?next=/r/x#top") == code


@given(codes, positions, st.sampled_from(ALPHABET))
def test_every_single_wrong_symbol_is_noticed(code: str, position: int, symbol: str) -> None:
    wrong = code[:position] + symbol + code[position + 1 :]
    if wrong == code:
        return
    with pytest.raises(Refused) as refused:
        invites.normalise(wrong)
    assert refused.value.code is Code.MISTYPED


@given(codes, positions, positions)
def test_every_two_symbols_that_changed_places_are_noticed(code: str, one: int, other: int) -> None:
    symbols = list(code)
    symbols[one], symbols[other] = symbols[other], symbols[one]
    wrong = "".join(symbols)
    if wrong == code or LENGTH in (one, other):
        return
    with pytest.raises(Refused) as refused:
        invites.normalise(wrong)
    assert refused.value.code is Code.MISTYPED


def outcome(text: str) -> str | Code:
    try:
        return invites.normalise(text)
    except Refused as refused:
        return refused.code


@given(st.text())
def test_any_text_is_a_code_or_refused(text: str) -> None:
    result = outcome(text)
    assert result in (Code.MALFORMED, Code.MISTYPED) or len(result) == LENGTH + 1


@pytest.mark.parametrize("text", ["", "ABCD", "A" * 18, "0" * 17, "https://stoa.example/join/", "/join/" + "A" * 1000])
def test_what_cannot_be_a_code_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        invites.normalise(text)
    assert refused.value.code is Code.MALFORMED


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        (Terms(1, LATER, None), None),
        (Terms(0, LATER, None), Code.USED),
        (Terms(1, NOW, None), Code.EXPIRED),
        (Terms(1, NOW - timedelta(seconds=1), None), Code.EXPIRED),
        (Terms(1, LATER, NOW), Code.REVOKED),
        (Terms(0, NOW, NOW), Code.REVOKED),
        (Terms(0, NOW, None), Code.USED),
    ],
)
def test_a_code_opens_the_door_only_while_its_terms_hold(terms: Terms, refusal: Code | None) -> None:
    assert terms.refusal(NOW) is refusal


@given(codes, codes)
def test_a_digest_depends_on_code_and_key(code: str, other: str) -> None:
    assert len(invites.digest(code, b"key")) == 64
    assert invites.digest(code, b"key") == invites.digest(code, b"key")
    assert invites.digest(code, b"key") != invites.digest(code, b"another key")
    assert (invites.digest(code, b"key") == invites.digest(other, b"key")) == (code == other)
