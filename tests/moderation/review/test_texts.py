import string
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from moderation.models import Reason, Severity
from moderation.review.catalogue import ASVS, CONTROLS, ISO, ITEMS, TESTED, TOPICS
from moderation.review.texts import LANGUAGES, language_of, texts

WAYS = {"title", "passed", "failed", "unknown", "advice"}


def leaves(table: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(table, str):
        yield path, table
        return
    for name, part in table.items():
        yield from leaves(part, (*path, name))


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_say_the_same_things() -> None:
    english, chinese = (dict(leaves(texts(language))) for language in LANGUAGES)
    assert set(english) == set(chinese)
    different = [path for path in english if path[-1] != "moment" and places(english[path]) != places(chinese[path])]
    assert different == []


def test_no_chinese_sentence_was_left_in_english() -> None:
    english, chinese = (dict(leaves(texts(language))) for language in LANGUAGES)
    same = {path for path in english if english[path] == chinese[path]}
    assert same == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_the_catalogue_names_has_its_words(language: str) -> None:
    words = texts(language)
    assert set(words["controls"]) == set(CONTROLS)
    assert all(set(control) == WAYS for control in words["controls"].values())
    assert set(words["topics"]) == set(TOPICS)
    assert set(words["items"]) == {str(item) for item in ITEMS}
    assert set(words["asvs"]) == set(ASVS)
    assert set(words["iso"]) == set(ISO)
    assert set(words["reasons"]) == set(Reason.values)
    assert set(words["laws"]) == {law for control in CONTROLS.values() for law in control.laws}
    assert set(Severity.values) <= set(words["words"])


def test_the_tests_that_a_report_names_are_there() -> None:
    assert [path for path in TESTED.values() if not (settings.BASE_DIR / path).exists()] == []


@pytest.mark.parametrize(("reader", "language"), [("zh-CN", "zh-hans"), ("zh-hans", "zh-hans"), ("de", "en")])
def test_a_reader_gets_the_language_nearest_to_theirs(reader: str, language: str) -> None:
    assert language_of(reader) == language
