"""Contract of `moderation.evidence.ogg`: a player hears what was sent, when it was said, and silence between."""

import io
from array import array
from collections.abc import Sequence
from itertools import pairwise

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.evidence.ogg import PAUSE, PRE_SKIP, RATE, ogg, samples
from moderation.evidence.sealed import Record
from tests.moderation.tape import tone

BEGIN = 1_700_000_000_000
SERIAL = 7
RATE_HZ = 48_000


def spoken(payloads: Sequence[bytes], at: int = BEGIN, timestamp: int = 1000, sequence: int = 0) -> list[Record]:
    """Records of a browser that speaks without a break."""
    return [
        Record(at + 20 * number, (sequence + number) % 65536, (timestamp + 960 * number) % 2**32, payload)
        for number, payload in enumerate(payloads)
    ]


def heard(data: bytes) -> "array[int]":
    """What a player plays, from the start of the file on."""
    wave: array[int] = array("h")
    with av.open(io.BytesIO(data), "r") as file:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
        for frame in file.decode(audio=0):
            for part in resampler.resample(frame):
                wave.frombytes(bytes(part.planes[0])[: part.samples * 2])
    return wave


def loud(wave: "array[int]") -> list[tuple[int, int]]:
    """When it is not silent: beginnings and ends in ms, to 10 ms; a pause shorter than 50 ms counts not."""
    block = RATE * 10
    spans: list[tuple[int, int]] = []
    for at in range(0, len(wave), block):
        now = at // RATE
        if max(map(abs, wave[at : at + block])) < 600:
            continue
        if spans and now - spans[-1][1] <= 50:
            spans[-1] = spans[-1][0], now + 10
        else:
            spans.append((now, now + 10))
    return spans


def pitch(wave: "array[int]") -> float:
    """How often a second it passes through zero upwards."""
    return sum(before < 0 <= after for before, after in pairwise(wave)) * RATE_HZ / len(wave)


def near(spans: list[tuple[int, int]], *expected: tuple[int, int]) -> bool:
    flat = [edge for span in spans for edge in span]
    wanted = [edge for span in expected for edge in span]
    return len(flat) == len(wanted) and all(abs(a - b) <= 20 for a, b in zip(flat, wanted, strict=True))


def test_a_tone_is_heard_as_it_was_sent() -> None:
    wave = heard(ogg(spoken(tone(440)), BEGIN, SERIAL))
    assert abs(len(wave) - (100 * 960 - PRE_SKIP)) <= 960
    assert pitch(wave[RATE * 200 : RATE * 1800]) == pytest.approx(440, abs=4)


def test_the_packets_are_in_the_file_as_they_came() -> None:
    with av.open(io.BytesIO(ogg(spoken(tone(440)), BEGIN, SERIAL)), "r") as file:
        assert file.streams.audio[0].codec_context.name in ("opus", "libopus")
        assert tuple(bytes(packet) for packet in file.demux(audio=0) if packet.size) == tone(440)


def test_a_track_that_begins_later_than_another_begins_in_silence() -> None:
    assert near(loud(heard(ogg(spoken(tone(440), BEGIN + 3210), BEGIN, SERIAL))), (3210, 5210))


def test_a_gap_is_silence_of_its_length() -> None:
    first = spoken(tone(440, 25))
    second = spoken(tone(880, 25), BEGIN + 20 * 25 + 700, 1000 + 960 * 25 + 700 * RATE)
    wave = heard(ogg(first + second, BEGIN, SERIAL))
    assert near(loud(wave), (0, 500), (1200, 1700))
    assert pitch(wave[RATE * 1300 : RATE * 1600]) == pytest.approx(880, abs=8)


def test_a_microphone_whose_clock_stood_still_while_it_was_off_is_placed_by_arrival() -> None:
    first = spoken(tone(440, 25))
    second = spoken(tone(880, 25), BEGIN + 5000, 1000 + 960 * 25)
    assert near(loud(heard(ogg(first + second, BEGIN, SERIAL))), (0, 500), (5000, 5500))


def test_a_new_connection_with_a_clock_of_its_own_is_placed_by_arrival() -> None:
    first = spoken(tone(440, 25))
    second = spoken(tone(880, 25), BEGIN + 800, 3_000_000_000)
    assert near(loud(heard(ogg(first + second, BEGIN, SERIAL))), (0, 500), (800, 1300))


def test_many_short_pauses_do_not_add_up() -> None:
    records = []
    for number in range(10):  # the microphone's clock stands still for half a second each time
        records += spoken(tone(440, 25), BEGIN + number * 1000, 1000 + number * 25 * 960)
    begin, end = loud(heard(ogg(records, BEGIN, SERIAL)))[-1]
    assert abs(end - 9500) <= PAUSE + 20
    assert end - begin >= 480


def test_a_network_that_stalls_and_then_delivers_at_once_moves_nothing() -> None:
    records = [
        record._replace(at=max(record.at, BEGIN + 900)) if 15 <= number < 45 else record
        for number, record in enumerate(spoken(tone(440)))
    ]
    assert near(loud(heard(ogg(records, BEGIN, SERIAL))), (0, 2000))
    assert pitch(heard(ogg(records, BEGIN, SERIAL))[RATE * 100 : RATE * 1900]) == pytest.approx(440, abs=4)


def test_packets_that_overtook_each_other_are_put_in_order() -> None:
    records = spoken(tone(440))
    records[10], records[11] = records[11]._replace(at=records[10].at), records[10]._replace(at=records[11].at)
    assert ogg(records, BEGIN, SERIAL) == ogg(spoken(tone(440)), BEGIN, SERIAL)


def test_time_that_begins_anew_at_32_bits_is_no_break() -> None:
    records = spoken(tone(440), timestamp=2**32 - 960 * 50)
    assert ogg(records, BEGIN, SERIAL) == ogg(spoken(tone(440)), BEGIN, SERIAL)


def test_a_full_minute_is_in_time_to_its_end() -> None:
    records = spoken([packet for _ in range(60) for packet in tone(440, 50)])
    assert near(loud(heard(ogg(records, BEGIN, SERIAL))), (0, 60_000))


@pytest.mark.parametrize("packet", [b"\x03", b"\xff\x3f" + bytes(9), b"\x03\x00"])
def test_what_is_no_opus_is_silence_in_the_file(packet: bytes) -> None:
    records = spoken([*tone(440, 25), packet, *tone(440, 25)])
    assert len(heard(ogg(records, BEGIN, SERIAL))) == pytest.approx(51 * 960 - PRE_SKIP, abs=960)


@pytest.mark.parametrize(
    ("toc", "lasts"), [(0x00, 480), (0x18, 2880), (0x60, 480), (0x78, 960), (0x80, 120), (0xF8, 960), (0xF9, 1920)]
)
def test_a_packet_lasts_as_its_first_byte_says(toc: int, lasts: int) -> None:
    assert samples(bytes([toc, 0])) == lasts


def test_a_packet_of_many_frames_lasts_as_its_second_byte_says_up_to_120_ms() -> None:
    assert samples(bytes([0xFB, 3])) == 2880
    assert samples(bytes([0xFB, 7])) == samples(bytes([0xFB])) == samples(b"") == 0


records = st.builds(
    Record,
    st.integers(BEGIN, BEGIN + 60_000),
    st.integers(0, 65535),
    st.integers(0, 2**32 - 1),
    st.binary(min_size=1, max_size=1275),
)


@given(st.lists(records, max_size=60))
def test_whatever_was_sent_becomes_pages_that_are_whole(some: list[Record]) -> None:
    data = ogg(sorted(some), BEGIN, SERIAL)
    assert data.count(b"OpusHead") >= 1
    pages, place = 0, 0
    while place < len(data):
        assert data[place : place + 4] == b"OggS"
        lacing = data[place + 27 : place + 27 + data[place + 26]]
        place += 27 + len(lacing) + sum(lacing)
        pages += 1
    assert place == len(data)
    assert pages >= 2 + (len(some) > 0)
