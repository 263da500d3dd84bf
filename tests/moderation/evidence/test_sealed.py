"""Contract of `moderation.evidence.sealed`: whatever is done to a file, the hashes in the log find it."""

import json
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from moderation.evidence.sealed import Code, Header, Record, Refused, Track, read, unseal
from rooms.sfu.messages import Freeze
from rooms.sfu.ring import Record as Spoken
from rooms.sfu.seal import seal

CASE = X25519PrivateKey.from_private_bytes(bytes(range(32)))
ROOM, ALICE, BOB = "room", 1, 2
FREEZE, ANOTHER = "0123456789abcdef", "f" * 16
CHUNKS = 4


@cache
def file(member: int = ALICE, freeze: str = FREEZE, room: str = ROOM, key: X25519PrivateKey = CASE) -> bytes:
    """What this member said: four chunks of three packets."""
    order = Freeze(room, freeze, key.public_key().public_bytes_raw().hex(), 0)
    said = [
        [Spoken(1000 * chunk + n, 3 * chunk + n, 960 * (3 * chunk + n), b"said %d" % member) for n in range(3)]
        for chunk in range(CHUNKS)
    ]
    return seal(order, member, said, X25519PrivateKey.generate())


TRACK = read(file())
LOGGED = TRACK.hashes


def opened(data: bytes, key: X25519PrivateKey = CASE) -> list[Record]:
    """What a moderator hears, if the file is what the log says and belongs where it is kept."""
    return unseal(read(data), key, LOGGED, (ROOM, ALICE, FREEZE))


def refusal(data: bytes, key: X25519PrivateKey = CASE) -> Code:
    with pytest.raises(Refused) as caught:
        opened(data, key)
    return caught.value.code


def written(header: Header, chunks: list[bytes]) -> bytes:
    """A file of these parts, as the media process would write it."""
    line = json.dumps({name: getattr(header, name) for name in Header.__annotations__}, sort_keys=True)
    body = b"".join(len(chunk).to_bytes(4, "big") + chunk for chunk in chunks)
    return line.replace(", ", ",").replace(": ", ":").encode() + b"\n" + body


def test_an_untouched_file_opens_packet_for_packet() -> None:
    assert written(TRACK.header, list(TRACK.chunks)) == file()
    records = opened(file())
    assert [record.sequence for record in records] == list(range(12))
    assert {record.payload for record in records} == {b"said 1"}


@given(st.integers(0, len(file()) * 8 - 1))
def test_any_single_bit_that_was_changed_is_found(bit: int) -> None:
    data = bytearray(file())
    data[bit // 8] ^= 1 << bit % 8
    assert refusal(bytes(data)) in (Code.MALFORMED, Code.CHANGED, Code.ELSEWHERE)


@given(st.permutations(range(CHUNKS)).filter(lambda order: order != sorted(order)))
def test_any_other_order_of_the_chunks_is_found(order: list[int]) -> None:
    assert refusal(written(TRACK.header, [TRACK.chunks[place] for place in order])) is Code.CHANGED


@given(st.sets(st.integers(0, CHUNKS - 1), max_size=CHUNKS - 1))
def test_any_chunks_left_out_are_found_also_with_a_header_that_fits(left: set[int]) -> None:
    if len(left) == CHUNKS:
        return
    chunks = [TRACK.chunks[place] for place in sorted(left)]
    assert refusal(written(TRACK.header, chunks)) is Code.MALFORMED
    if chunks:
        fits = replace(TRACK.header, chunks=len(chunks))
        assert refusal(written(fits, chunks)) is Code.CHANGED


@given(st.lists(st.integers(0, CHUNKS - 1), min_size=CHUNKS + 1, max_size=CHUNKS + 3))
def test_any_chunk_said_twice_is_found(order: list[int]) -> None:
    fits = replace(TRACK.header, chunks=len(order))
    assert refusal(written(fits, [TRACK.chunks[place] for place in order])) is Code.CHANGED


@given(st.integers(0, CHUNKS - 1), st.sampled_from([(BOB, FREEZE, ROOM), (ALICE, ANOTHER, ROOM), (ALICE, FREEZE, "x")]))
def test_a_chunk_of_another_speaker_freeze_or_room_is_found(place: int, other: tuple[int, str, str]) -> None:
    chunks = list(TRACK.chunks)
    chunks[place] = read(file(*other)).chunks[place]
    assert refusal(written(TRACK.header, chunks)) is Code.CHANGED


@pytest.mark.parametrize("other", [(BOB, FREEZE, ROOM), (ALICE, ANOTHER, ROOM), (ALICE, FREEZE, "x")])
def test_a_whole_file_in_the_place_of_another_is_found(other: tuple[int, str, str]) -> None:
    assert refusal(file(*other)) is Code.ELSEWHERE


@pytest.mark.parametrize("field", ["member", "room", "freeze", "start_ms", "end_ms", "packets", "ephemeral"])
def test_whoever_renames_the_speaker_or_moves_the_time_is_found(field: str) -> None:
    value: Any = getattr(TRACK.header, field)
    changed: Any = value + 1 if isinstance(value, int) else "0" * len(value)
    header = replace(TRACK.header, **{field: changed})
    assert refusal(written(header, list(TRACK.chunks))) in (Code.CHANGED, Code.ELSEWHERE)


@pytest.mark.parametrize("field", ["member", "room", "freeze"])
def test_the_speaker_is_bound_by_the_seal_itself_even_if_the_log_were_forged(field: str) -> None:
    value: Any = getattr(TRACK.header, field)
    changed: Any = 2 if isinstance(value, int) else "0" * len(value)
    header = replace(TRACK.header, **{field: changed})
    forged = read(written(header, list(TRACK.chunks)))
    with pytest.raises(Refused) as caught:
        unseal(forged, CASE, forged.hashes, forged.header.place)
    assert caught.value.code is Code.SHUT


def test_a_chunk_of_the_same_speaker_that_moved_is_bound_by_the_seal_even_if_the_log_were_forged() -> None:
    first, second, *rest = TRACK.chunks
    forged = Track(TRACK.header, TRACK.digest, (second, first, *rest))
    with pytest.raises(Refused) as caught:
        unseal(forged, CASE, forged.hashes, forged.header.place)
    assert caught.value.code is Code.SHUT


def test_a_truncated_track_is_bound_by_the_seal_even_if_the_log_were_forged() -> None:
    forged = Track(TRACK.header, TRACK.digest, TRACK.chunks[:2])
    with pytest.raises(Refused) as caught:
        unseal(forged, CASE, forged.hashes, forged.header.place)
    assert caught.value.code is Code.SHUT


def test_another_cases_key_opens_nothing() -> None:
    assert refusal(file(), X25519PrivateKey.generate()) is Code.SHUT


@pytest.mark.parametrize("cut", [0, 1, 10, 500, -1])
def test_half_a_file_is_no_file(cut: int) -> None:
    assert refusal(file()[:cut]) is Code.MALFORMED


def test_a_file_with_more_behind_it_is_no_file() -> None:
    assert refusal(file() + b"\0") is Code.MALFORMED


def test_a_header_that_is_written_differently_is_no_header() -> None:
    line, _, rest = file().partition(b"\n")
    body = json.loads(line)
    for text in (
        json.dumps(body),
        line.decode().replace('{"', '{"member":7,"', 1),
        json.dumps({**body, "more": 1}, sort_keys=True, separators=(",", ":")),
        json.dumps({**body, "member": True}, sort_keys=True, separators=(",", ":")),
        json.dumps({**body, "version": 2}, sort_keys=True, separators=(",", ":")),
        json.dumps({**body, "ephemeral": "no hex"}, sort_keys=True, separators=(",", ":")),
        "[" * 500,
        "[]",
    ):
        assert refusal(text.encode() + b"\n" + rest) is Code.MALFORMED


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_track_or_refused(data: bytes) -> None:
    with suppress(Refused):
        read(data)
    with suppress(Refused):
        read(file()[:300] + data)
