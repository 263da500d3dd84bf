"""Contract of `rooms.sfu.seal`: what the moderation side reads is what was said, and only the case's key reads it."""

from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from moderation.evidence import sealed
from rooms.sfu.messages import Freeze
from rooms.sfu.ring import Record
from rooms.sfu.seal import seal

CASE = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = CASE.public_key().public_bytes_raw().hex()
ORDER = Freeze("room", "0123456789abcdef", PUBLIC, 1_700_000_000_000)
CANARY = b"what Alice said"


def file(chunks: Sequence[Sequence[Record]], member: int = 1, order: Freeze = ORDER) -> bytes:
    return seal(order, member, chunks, X25519PrivateKey.generate())


def opened(data: bytes, key: X25519PrivateKey = CASE) -> list[Record]:
    track = sealed.read(data)
    return [Record(*one) for one in sealed.unseal(track, key, track.hashes, ("room", 1, ORDER.freeze))]


records = st.builds(
    Record,
    st.integers(0, 2**48),
    st.integers(0, 65535),
    st.integers(0, 2**32 - 1),
    st.binary(min_size=1, max_size=1275),
)


@given(st.lists(st.lists(records, min_size=1, max_size=4), min_size=1, max_size=4))
def test_what_was_said_is_read_back_with_the_cases_key(chunks: list[list[Record]]) -> None:
    assert opened(file(chunks)) == [record for some in chunks for record in some]


def test_the_header_says_who_spoke_where_when_and_for_which_report() -> None:
    chunks = [[Record(2000, 1, 960, CANARY)], [Record(3500, 2, 1920, CANARY), Record(3400, 3, 2880, CANARY)]]
    header = sealed.read(file(chunks)).header
    assert (header.room, header.member, header.freeze) == ("room", 1, ORDER.freeze)
    assert (header.start_ms, header.end_ms, header.packets, header.chunks) == (2000, 3500, 3, 2)


def test_the_file_holds_nothing_of_what_was_said() -> None:
    assert CANARY not in file([[Record(1, 1, 960, CANARY)]])


def test_no_other_key_opens_it() -> None:
    data = file([[Record(1, 1, 960, CANARY)]])
    with pytest.raises(sealed.Refused) as caught:
        opened(data, X25519PrivateKey.generate())
    assert caught.value.code is sealed.Code.SHUT


@pytest.mark.parametrize("key", ["00" * 32, "01" + "00" * 31])
def test_a_key_that_everybody_could_open_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        file([[Record(1, 1, 960, CANARY)]], order=Freeze("room", ORDER.freeze, key, 0))
