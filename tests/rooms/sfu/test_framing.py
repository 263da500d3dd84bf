"""Contract of `rooms.sfu.framing`: the datagrams that went in come out, however the stream was cut."""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu.framing import Frames, framed
from rooms.sfu.refusals import Code, Refused

LIMIT = 1472
DATAGRAMS = st.lists(st.binary(min_size=1, max_size=LIMIT), max_size=8)


def test_a_datagram_has_its_length_before_it() -> None:
    assert framed(b"abc") == b"\x00\x03abc"


def test_half_a_datagram_waits_for_the_other_half() -> None:
    frames = Frames(LIMIT)
    assert list(frames.feed(b"\x00")) == []
    assert list(frames.feed(b"\x03ab")) == []
    assert list(frames.feed(b"c\x00\x01")) == [b"abc"]
    assert list(frames.feed(b"d")) == [b"d"]


def test_an_empty_datagram_is_passed_over() -> None:
    assert list(Frames(LIMIT).feed(b"\x00\x00\x00\x01a")) == [b"a"]


def test_one_that_is_too_long_is_refused_before_it_is_there() -> None:
    frames = Frames(LIMIT)
    out = frames.feed(framed(b"a") + (LIMIT + 1).to_bytes(2, "big"))
    assert next(out) == b"a"
    with pytest.raises(Refused) as caught:
        next(out)
    assert caught.value.code is Code.FRAME_INVALID


@given(DATAGRAMS, st.lists(st.integers(0, 10_000), max_size=20))
def test_whatever_the_pieces_the_datagrams_come_out_whole_and_in_order(datagrams: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(map(framed, datagrams))
    edges = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    frames = Frames(LIMIT)
    assert [out for start, end in pairwise(edges) for out in frames.feed(whole[start:end])] == datagrams


@given(st.lists(st.binary(max_size=4000), max_size=10))
def test_any_bytes_give_datagrams_within_the_limit_or_a_refusal_and_little_is_kept(pieces: list[bytes]) -> None:
    frames = Frames(LIMIT)
    with suppress(Refused):
        for piece in pieces:
            assert all(0 < len(out) <= LIMIT for out in frames.feed(piece))
            assert len(frames._buffer) < LIMIT + 2
