"""docs/audit.md says what the code does."""

import re
from pathlib import Path

import pytest

from moderation.audit.leaf import PERSONAL, PUBLIC, SCHEMA
from moderation.audit.purpose import PURPOSES, Purpose

PAGE = (Path(__file__).parents[3] / "docs" / "audit.md").read_text(encoding="utf-8")
ENTRY = PAGE.partition("## An entry")[2].partition("## What is in it")[0]
ACTS = PAGE.partition("## What is in it, and why")[2].partition("Nobody's words")[0]
FIELDS = {name for row in re.findall(r"^\| (`[^|]*) \|", ENTRY, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}


def test_the_public_fields_on_the_page_are_those_of_the_leaf() -> None:
    assert set(PUBLIC) == FIELDS
    assert f"| `schema` | {SCHEMA}: " in ENTRY


def test_the_personal_fields_on_the_page_are_those_that_are_sealed() -> None:
    told = ENTRY.partition("The personal fields are")[2].partition("Their values and salts")[0]
    assert set(PERSONAL) == set(re.findall(r"`(\w+)`", told))


@pytest.mark.parametrize("noun", PURPOSES)
def test_every_noun_that_has_a_purpose_is_on_the_page(noun: str) -> None:
    assert re.search(rf"`{noun}[.`]", ACTS)


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_is_on_the_page(purpose: Purpose) -> None:
    assert f"`{purpose}`" in next(row for row in ENTRY.splitlines() if row.startswith("| `purpose`"))
