"""Phrases found in transcripts."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from moderation.hearing import screen
from moderation.hearing.screen import WordList
from moderation.hearing.transcript import Transcript, Word
from moderation.policies import Policy


def _said(text: str) -> Transcript:
    return Transcript("en", tuple(Word(0, 1, word, 1.0) for word in text.split()))


def test_a_phrase_is_found_across_words_and_counted_for_its_policy() -> None:
    found = screen.chosen().screen(_said("i know where you live i will kill you tomorrow"))
    assert found.found == ("kill you", "i know where you live")
    assert found.counts == {"threats": 2}
    assert found.score == 0.75


def test_a_chinese_phrase_is_found_where_no_spaces_are_and_where_a_model_sets_them() -> None:
    for text in ("我要杀了你", "我 要 杀 了 你"):
        assert screen.chosen().screen(_said(text)).counts == {"threats": 1}


def test_part_of_a_word_is_no_hit() -> None:
    found = screen.chosen().screen(_said("she can skill yours and overkill young"))
    assert found.found == ()
    assert found.score == 0


def test_words_of_the_community_count_too(settings: Settings, tmp_path: Path) -> None:
    listed = tmp_path / "words"
    listed.write_text("blorb\n", encoding="utf-8")
    before = screen.chosen().version
    settings.STOA_WORDS = str(listed)
    assert screen.chosen().screen(_said("you blorb")).counts == {"listed": 1}
    assert screen.chosen().version != before


def test_the_version_names_the_list_whatever_its_order() -> None:
    one, other = WordList({"a b": "threats", "c": "spam"}), WordList({"c": "spam", "a b": "threats"})
    assert one.version == other.version != WordList({"a b": "threats"}).version
    assert one.name == "words"


def test_every_policy_of_our_own_list_is_one() -> None:
    assert set(screen.read("threats: kill  You\n# no\n\n").items()) == {("kill you", "threats")}
    with pytest.raises(ValueError, match="no such"):
        screen.read("no such: thing")
    assert {Policy.THREATS, Policy.SELF_HARM} <= set(screen.chosen().phrases.values())  # type: ignore[attr-defined]
