"""Flags that need no model."""

from array import array

import pytest

from moderation.hearing.opus import decode
from moderation.hearing.sound import listen, stretches
from tests.moderation.hearing.speech import packets, silence, speechlike, tone


def test_a_voice_is_nothing_out_of_the_ordinary() -> None:
    assert listen(speechlike(6)).flags == ()
    assert listen(speechlike(6)).score == 0


def test_a_voice_with_pauses_is_neither() -> None:
    assert listen(speechlike(2) + silence(4) + speechlike(2)).flags == ()


def test_an_open_microphone_that_gives_nothing_is_dead_air() -> None:
    assert listen(silence(5)).flags == ("dead_air",)


@pytest.mark.parametrize("pitch", [60, 440, 1_000, 3_150])
def test_a_tone_is_found_at_any_pitch_also_after_opus(pitch: int) -> None:
    assert "tone" in listen(tone(4, pitch)).flags
    assert "tone" in listen(decode(packets(speechlike(1) + tone(4, pitch) + speechlike(1)))).flags


def test_a_short_tone_is_a_sound_like_others() -> None:
    assert "tone" not in listen(speechlike(1) + tone(1) + speechlike(1)).flags


def test_what_is_cut_off_at_full_scale_is_clipping() -> None:
    cut = array("h", [max(-32_768, min(32_767, 12 * sample)) for sample in speechlike(3)])
    assert "clipping" in listen(cut).flags


def test_sudden_loud_bursts_are_counted() -> None:
    quiet = array("h", [sample // 20 for sample in speechlike(1)])
    bang = tone(0.1, 900, 0.9)
    sound = listen(quiet + bang + quiet + bang + quiet + bang + quiet)
    assert sound.bursts == 3
    assert "bursts" in sound.flags


def test_one_burst_is_a_dropped_cup() -> None:
    assert "bursts" not in listen(silence(1) + tone(0.1, 900, 0.9) + silence(1)).flags


def test_the_more_alarming_flag_makes_the_score() -> None:
    bang = tone(0.1, 900, 0.9)
    assert listen(silence(9) + bang + silence(9) + bang).score == 0.7


def test_stretches_are_what_can_be_heard_and_short_pauses_do_not_part_them() -> None:
    heard = stretches(silence(2) + speechlike(1) + silence(0.5) + speechlike(1) + silence(2) + tone(1))
    assert [(round(start / 16_000, 1), round(end / 16_000, 1)) for start, end in heard] == [(2.0, 4.5), (6.5, 7.5)]
    assert stretches(silence(1)) == []


def test_less_than_a_frame_is_silence() -> None:
    assert listen(array("h")).flags == ("dead_air",)
