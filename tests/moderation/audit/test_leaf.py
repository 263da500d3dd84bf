"""Tests of moderation.audit.leaf."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from moderation.audit.canonical import CanonicalError
from moderation.audit.leaf import PERSONAL, PUBLIC, leaf, leaf_of, stamp

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
EMPTY: dict[str, object] = dict.fromkeys(PUBLIC, "")


def test_a_leaf_has_the_public_fields_and_leaves_out_what_is_empty() -> None:
    fields = EMPTY | {"schema": 2, "action": "room.open", "occurred_at": NOON, "automated": False, "score": None}
    assert leaf(fields) == b'{"action":"room.open","occurred_at":"2026-11-25T12:00:00.000000Z","schema":2}'


def test_a_score_of_nothing_is_a_score() -> None:
    assert json.loads(leaf(EMPTY | {"score": 0})) == {"score": 0}


def test_no_personal_field_reaches_the_leaf() -> None:
    assert leaf(EMPTY | dict.fromkeys(PERSONAL, "alice")) == b"{}"


def test_a_moment_is_written_in_one_way_whatever_its_zone() -> None:
    assert stamp(NOON.astimezone(timezone(timedelta(hours=8)))) == stamp(NOON) == "2026-11-25T12:00:00.000000Z"


def test_a_leaf_that_no_log_would_take_is_refused() -> None:
    with pytest.raises(CanonicalError):
        leaf(EMPTY | {"detail": {"words": "x" * 65_536}})


@pytest.mark.parametrize("odd", [[{}], "x", 7, None])
def test_commitments_that_are_no_object_have_a_hash_in_their_place(odd: object) -> None:
    assert list(json.loads(leaf_of(EMPTY | {"commitments": odd}))["commitments"]) == ["unreadable"]


def test_the_leaf_of_an_entry_from_before_a_field_was_there_is_what_it_was() -> None:
    older = {"schema": 3, "action": "room.open", "detail": {}, "commitments": {}}
    new = {"kind": "", "purpose": "", "consent": "", "factors": "", "evidence": []}
    assert leaf(EMPTY | older | new) == b'{"action":"room.open","schema":3}'
