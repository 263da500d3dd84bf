"""Opus decoded in memory."""

from moderation.hearing.opus import LONGEST, RATE, decode
from moderation.hearing.sound import listen
from tests.moderation.hearing.speech import packets, tone


def test_a_tone_comes_out_as_long_and_as_steady_as_it_went_in() -> None:
    heard = decode(packets(tone(3)))
    assert abs(len(heard) / RATE - 3) < 0.1
    assert listen(heard).tone > 2.5


def test_a_gap_in_what_came_is_silence_of_the_same_length() -> None:
    first, second = packets(tone(1)), packets(tone(1), start=5_000)
    heard = decode([*first, *second])
    assert abs(len(heard) / RATE - 6) < 0.1
    assert not any(heard[2 * RATE : 4 * RATE])


def test_jitter_makes_no_gap() -> None:
    late = [(at + (150 if at % 200 == 0 else 0), payload) for at, payload in packets(tone(2))]
    assert listen(decode(late)).tone > 1.5


def test_what_is_no_opus_is_left_out() -> None:
    rubbish = [(0, b""), (20, b"\xff" * 40), (40, b"\x03")]
    assert listen(decode([*rubbish, *packets(tone(2), start=60)])).tone > 1.5


def test_a_packet_cannot_claim_more_than_ninety_seconds() -> None:
    long = packets(tone(0.2))[3][1]
    assert len(decode([(0, long), (10**12, long)])) <= LONGEST * RATE
    assert len(decode([(n, long) for n in range(6_000)])) == LONGEST * RATE


def test_nothing_is_nothing() -> None:
    assert len(decode([])) == 0
