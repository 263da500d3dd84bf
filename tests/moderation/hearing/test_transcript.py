"""Transcripts, kept and read again."""

import pytest

from moderation.hearing.transcript import Transcript, Word

SAID = Transcript("zh", (Word(0, 200, "你好", 0.5), Word(200, 410, "kill", 1.0)))


def test_a_transcript_comes_back_as_it_was_kept() -> None:
    assert Transcript.load(SAID.dump()) == SAID


def test_it_is_as_sure_as_its_words_are() -> None:
    assert SAID.score == pytest.approx(0.75)
    assert Transcript("en", ()).score == 0


def test_its_text_is_its_words() -> None:
    assert SAID.text == "你好 kill"
