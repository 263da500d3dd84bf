"""Tests of moderation.audit.purpose."""

import re
from pathlib import Path

import pytest

from moderation.audit.purpose import PURPOSES, Purpose, purpose_of
from moderation.staff import Act

ROOT = Path(__file__).parents[3]
WRITTEN = re.compile(r'(?:record|record_refusal|note|_note|refusals)\(\s*(?:case, |grant, )?f?"([a-z_]+)\.')


def nouns() -> set[str]:
    sources = [path for app in ("accounts", "rooms", "moderation", "config") for path in (ROOT / app).rglob("*.py")]
    return {noun for path in sources for noun in WRITTEN.findall(path.read_text())}


def test_every_act_that_is_written_anywhere_has_a_purpose() -> None:
    assert {"account", "room", "case", "evidence"} <= nouns()
    assert nouns() - {"console"} <= set(PURPOSES)  # whoever reads the console does it for what they read


def test_the_docs_say_of_every_act_why_it_is_written() -> None:
    docs = (ROOT / "docs" / "audit.md").read_text()
    table = docs.partition("## What is in it, and why")[2].partition("Nobody's words")[0]
    assert nouns() <= set(re.findall(r"`([a-z_]+)\.", table))


@pytest.mark.parametrize("act", Act)
def test_whatever_is_read_in_the_console_has_a_purpose(act: Act) -> None:
    assert purpose_of(act) in set(Purpose)


def test_an_act_that_belongs_to_nothing_has_none() -> None:
    assert purpose_of("moon.land") == ""
