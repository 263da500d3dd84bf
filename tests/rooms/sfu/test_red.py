"""Contract of `rooms.sfu.red`: a frame and its copies or `Refused(RED_INVALID)`, and what is built is read again."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu.red import FEW, MANY, MAX_COPIES, WEAK, WELL, Copy, Need, build, parse
from rooms.sfu.refusals import Code, Refused

OPUS = 111
GOLDEN = bytes.fromhex("ef0f0003 6f 0a0b0c 78797a")
"""One copy of three bytes, 960 units old, and the frame: headers as RFC 2198 section 3 draws them."""
TWICE = bytes.fromhex("ef1e0002 ef0f0001 6f 0102 03 0405")
"""Two copies, 1920 and 960 units old."""

COPIES = st.lists(st.builds(Copy, st.integers(0, 0x3FFF), st.binary(min_size=1, max_size=0x3FF)), max_size=MAX_COPIES)


def refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        parse(data, OPUS)
    assert caught.value.code is Code.RED_INVALID


def test_a_browsers_payload_is_a_copy_and_a_frame() -> None:
    assert parse(GOLDEN, OPUS) == (b"xyz", (Copy(960, b"\x0a\x0b\x0c"),))


def test_two_copies_come_oldest_first() -> None:
    assert parse(TWICE, OPUS) == (b"\x04\x05", (Copy(1920, b"\x01\x02"), Copy(960, b"\x03")))


def test_the_first_of_a_talk_has_no_copies_yet() -> None:
    assert parse(b"\x6fxyz", OPUS) == (b"xyz", ())


def test_an_empty_copy_is_left_out() -> None:
    assert parse(bytes.fromhex("ef0f0000 6f 78"), OPUS) == (b"x", ())


@pytest.mark.parametrize("payload", [GOLDEN, TWICE, b"\x6fxyz"])
def test_golden_payloads_are_built_to_the_byte(payload: bytes) -> None:
    assert build(*parse(payload, OPUS), OPUS) == payload


def test_a_listener_gets_his_own_name_of_opus_in_every_block() -> None:
    assert build(*parse(TWICE, OPUS), 109) == bytes.fromhex("ed1e0002 ed0f0001 6d 0102 03 0405")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef",
        b"\xef\x0f\x00",
        GOLDEN[:4],
        GOLDEN[:5],
        GOLDEN[:7],
        GOLDEN[:8],
        b"\x6f",
        b"\x6d" + b"xyz",
        b"\xed" + GOLDEN[1:],
        GOLDEN[:4] + b"\x6d" + GOLDEN[5:],
        b"\xef\x0f\x03\xff\x6f" + bytes(100),
        b"\xef\x0f\x00\x01" * (MAX_COPIES + 1) + b"\x6f" + bytes(100),
        b"\xef" * 1275,
    ],
    ids=range(14),
)
def test_a_malformed_payload_is_refused(data: bytes) -> None:
    refused(data)


@given(st.binary(max_size=1275))
def test_any_bytes_give_a_frame_and_copies_no_longer_than_they_are_or_a_refusal(data: bytes) -> None:
    with suppress(Refused):
        payload, copies = parse(data, OPUS)
        assert payload
        assert all(copies)
        assert len(copies) <= MAX_COPIES
        assert len(build(payload, copies, OPUS)) <= len(data)


@given(st.binary(min_size=1, max_size=300), COPIES, st.integers(0, 127))
def test_what_is_built_is_read_again(payload: bytes, copies: list[Copy], payload_type: int) -> None:
    assert parse(build(payload, tuple(copies), payload_type), payload_type) == (payload, tuple(copies))


@given(st.binary(min_size=1, max_size=300), COPIES, st.data())
def test_a_payload_cut_short_is_refused_or_loses_the_end_of_its_frame_alone(
    payload: bytes, copies: list[Copy], data: st.DataObject
) -> None:
    whole = build(payload, tuple(copies), OPUS)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    if len(whole) - len(cut) >= len(payload):
        refused(cut)
    else:
        assert parse(cut, OPUS) == (payload[: len(cut) - len(whole)], tuple(copies))


def test_a_line_that_loses_is_sent_more_at_once_and_less_only_when_it_has_been_well_for_a_while() -> None:
    need = Need()
    assert need.copies == MANY  # nobody knows the line yet
    assert [need.report(WEAK - 1) for _ in range(WELL)] == [False] * (WELL - 1) + [True]
    assert need.copies == FEW
    assert (need.report(WEAK), need.copies) == (True, MANY)
    assert not any(need.report(0) for _ in range(WELL - 1))
    assert not need.report(255)
    assert [need.report(0) for _ in range(WELL)] == [False] * (WELL - 1) + [True]
    assert need.copies == FEW
