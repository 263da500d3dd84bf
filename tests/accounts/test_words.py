"""The word policy."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts import words
from accounts.words import Code, Kind, Refused


def refusal(text: str, kind: Kind = Kind.NAME) -> Code | None:
    try:
        words.check(text, kind)
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    "name",
    [
        "Alice",
        "Bob Ghostwriter",
        "José",
        "O'Neil",
        "陈晓明",
        "Ольга",
        "Σοφία",
        "عمر",
        "👩‍💻 Ann",
        "Hostetler",
        "Modesty",
        "Ann-Marie 2",
    ],
)
def test_ordinary_names_pass(name: str) -> None:
    assert refusal(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "moderator",
        "Moderator 7",
        "the host",
        "M0derat0r",
        "mоderator",
        "ＡＤＭＩＮ",
        "Stoa Staff",
        "s t o a",
        "h-o-s-t",
        "ádmin",
        "Stoa",
        "HOST!",
        "host1",
        "@dmin",
        "管理员",
        "小明（管理员）",
        "官方账号",
        "主持人小李",
    ],
)
def test_a_name_that_claims_an_office_is_refused(name: str) -> None:
    assert refusal(name) is Code.OFFICE


def test_a_title_may_speak_of_offices() -> None:
    assert refusal("Ask the host anything", Kind.TITLE) is None
    assert refusal("管理员答疑", Kind.TITLE) is None


@pytest.mark.parametrize(
    "text",
    [
        "a\u202eb",
        "a\u2066b",
        "a\u200bb",
        "a\nb",
        "a\x00b",
        "a\u200db",
        "\u200d👩",
        "a\u00adb",
        "a\ufeff",
        "a\u2028b",
        "a\u3164b",
        "a\ue000",
        "a\U000e0041",
    ],
)
def test_controls_and_invisible_characters_are_refused(text: str) -> None:
    assert refusal(text) is Code.HIDDEN
    assert refusal(text, Kind.TITLE) is Code.HIDDEN


@pytest.mark.parametrize("text", ["", " ", "\u3164", "\u2800", "\u0301"])
def test_what_draws_nothing_is_refused(text: str) -> None:
    assert refusal(text) is Code.EMPTY


def test_a_tower_of_marks_is_refused() -> None:
    assert refusal("Z" + "\u0300" * 3) is None
    assert refusal("Z" + "\u0300" * 4) is Code.MARKS


def test_the_list_is_matched_by_whole_words_in_any_disguise(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "words.txt"
    path.write_text("# not here\nfoo bar\nscam  # a comment\n诈骗\n\n", encoding="utf-8")
    settings.STOA_WORDS = str(path)
    for text in ("FOO   bar", "a foo-bar b", "Scam", "5cam", "ѕсам", "防诈骗讲座", "诈 骗"):
        assert refusal(text, Kind.TITLE) is Code.LISTED, text
    for text in ("foo", "bar foo", "scampi", "not here"):
        assert refusal(text, Kind.TITLE) is None, text


def test_a_changed_list_is_read_again(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "words.txt"
    path.write_text("one\n", encoding="utf-8")
    settings.STOA_WORDS = str(path)
    assert refusal("two") is None
    path.write_text("one\ntwo\n", encoding="utf-8")
    assert refusal("two") is Code.LISTED


def test_tidying_sets_single_spaces_and_composes() -> None:
    assert words.tidy("  Jose\u0301 \u3000 Mari\u0301a ") == "José María"


@given(st.text(max_size=80), st.sampled_from(Kind))
def test_any_text_passes_or_is_refused(text: str, kind: Kind) -> None:
    refusal(text, kind)
    assert words.tidy(words.tidy(text)) == words.tidy(text)


@given(st.text(max_size=40))
def test_a_skeleton_is_its_own_skeleton(text: str) -> None:
    plain = words.skeleton(text)
    assert plain == plain.strip()
