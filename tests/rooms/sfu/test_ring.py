"""Contract of `rooms.sfu.ring`: the last minute of each member, no more, and nothing of it readable but a second."""

import pickle

from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu.ring import CHUNK, KEPT, MAX_HELD, MAX_OPEN, Record, Rings, pack, unpack
from rooms.sfu.rtp import Packet

ALICE, BOB = 1, 2
KEY = bytes(32)
MIDNIGHT = 1_700_000_000.0


def packet(number: int, payload: bytes = b"voice") -> Packet:
    return Packet(111, False, number % 65536, number * 960 % 2**32, 7, 20, payload)


def said(rings: Rings, now: float, room: str = "r", member: int = ALICE) -> list[Record]:
    held = rings.held(room, now)
    return [record for chunk in held.get(member, ()) for record in rings.open(chunk)]


def talk(rings: Rings, seconds: float, begin: float = 0.0, payload: bytes = b"voice", member: int = ALICE) -> float:
    """The time after so many seconds of a packet every 20 ms."""
    count = round(seconds / 0.02)
    for number in range(count):
        now = begin + number * 0.02
        rings.keep("r", member, packet(number, payload), now, MIDNIGHT + now)
    return begin + count * 0.02


def test_what_was_said_is_kept_packet_for_packet_with_the_time_of_its_arrival() -> None:
    rings = Rings(KEY)
    now = talk(rings, 5)
    expected = [Record(int((MIDNIGHT + n * 0.02) * 1000), n, n * 960, b"voice") for n in range(250)]
    assert said(rings, now) == expected


def test_a_chunk_is_a_second() -> None:
    rings = Rings(KEY)
    now = talk(rings, 5)
    sizes = [len(rings.open(chunk)) for chunk in rings.held("r", now)[ALICE]]
    assert len(sizes) == 5
    assert max(sizes) <= CHUNK / 0.02 + 1


def test_what_is_older_than_a_minute_is_gone() -> None:
    rings = Rings(KEY)
    now = talk(rings, 100)
    records = said(rings, now)
    assert (MIDNIGHT + now) * 1000 - records[0].at <= KEPT * 1000
    assert len(records) >= (KEPT - CHUNK) / 0.02


def test_who_stopped_speaking_is_forgotten_by_time_alone() -> None:
    rings = Rings(KEY)
    now = talk(rings, 2)
    rings.tick(now + KEPT - 1)
    assert said(rings, now + KEPT - 1)
    rings.tick(now + KEPT + CHUNK + 1)
    assert said(rings, now + KEPT + CHUNK + 1) == []
    assert rings._rings == {}


def test_nothing_lies_open_longer_than_a_second_after_it_was_said() -> None:
    rings = Rings(KEY)
    now = talk(rings, 0.5, payload=b"canary of a payload")
    assert b"canary of a payload" in pickle.dumps(rings._rings)
    rings.tick(now + CHUNK)
    assert b"canary of a payload" not in pickle.dumps(rings._rings)
    assert len(said(rings, now + CHUNK)) == 25


def test_members_and_rooms_are_kept_apart() -> None:
    rings = Rings(KEY)
    talk(rings, 1, payload=b"alice")
    now = talk(rings, 1, payload=b"bob", member=BOB)
    rings.keep("another", ALICE, packet(1, b"elsewhere"), now, MIDNIGHT)
    assert {record.payload for record in said(rings, now)} == {b"alice"}
    assert {record.payload for record in said(rings, now, member=BOB)} == {b"bob"}
    assert {record.payload for record in said(rings, now, "another")} == {b"elsewhere"}
    assert rings.held("a third", now) == {}


def test_reading_takes_nothing_away() -> None:
    rings = Rings(KEY)
    now = talk(rings, 3)
    assert said(rings, now) == said(rings, now)


def test_whoever_sends_as_much_as_he_can_is_kept_in_half_a_megabyte() -> None:
    rings = Rings(KEY)
    for number in range(120 * 30):
        now = number / 120
        rings.keep("r", ALICE, packet(number, bytes(1275)), now, MIDNIGHT + now)
    ring = rings._rings["r", ALICE]
    assert sum(len(chunk.box) for chunk in ring.chunks) == ring.held <= MAX_HELD
    assert ring.octets <= MAX_OPEN + 1275
    records = said(rings, 30.0)
    assert [one.sequence for one in records] == list(range(3600 - len(records), 3600))


def test_the_same_words_are_never_sealed_twice_alike() -> None:
    rings = Rings(KEY)
    now = talk(rings, 1)
    talk(rings, 1, member=BOB)
    held = rings.held("r", now)
    assert held[ALICE][0].box != held[BOB][0].box
    assert len({chunk.nonce for chunks in held.values() for chunk in chunks}) == sum(map(len, held.values()))


def test_a_clock_that_was_set_back_loses_nothing() -> None:
    rings = Rings(KEY)
    rings.keep("r", ALICE, packet(1), 0.0, MIDNIGHT)
    rings.keep("r", ALICE, packet(2), 2.0, MIDNIGHT - 3600)
    assert [one.sequence for one in said(rings, 2.0)] == [1, 2]


records = st.builds(
    Record,
    st.integers(0, 2**48),
    st.integers(0, 65535),
    st.integers(0, 2**32 - 1),
    st.binary(min_size=1, max_size=1275),
)


@given(st.lists(records, max_size=5))
def test_what_is_packed_is_unpacked(some: list[Record]) -> None:
    assert unpack(pack(some)) == some
