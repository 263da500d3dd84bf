"""The ledger of what was fuzzed for how long."""

from pathlib import Path

import pytest

from tests.fuzz import ledger
from tests.fuzz.ledger import FILE, Row
from tests.fuzz.targets import PARSERS, TARGETS


def test_runs_of_one_parser_are_added_up_and_those_of_another_stand_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hours.tsv"
    file.write_text("")
    monkeypatch.setattr(ledger, "FILE", file)
    for target, minutes, inputs in (("zip", 2.5, 10), ("note", 1, 7), ("zip", 60, 32)):
        ledger.add(target, minutes, inputs)
    monkeypatch.setattr(ledger, "digest", lambda _: "f" * 12)
    ledger.add("zip", 1, 1)
    note, zipped, newer = file.read_text().splitlines()
    assert (note.split("\t")[2:], zipped.split("\t")[2:]) == (["1", "7"], ["62.5", "42"])
    assert newer == f"zip\t{'f' * 12}\t1\t1"


def test_the_ledger_is_in_order_and_of_targets_that_are_there() -> None:
    rows = [Row.parse(line) for line in FILE.read_text().splitlines()]
    assert rows == sorted(rows)
    assert {row.target for row in rows} <= set(TARGETS)
    assert len({row[:2] for row in rows}) == len(rows)


def test_every_target_has_a_parser_of_its_own_to_be_told_by() -> None:
    assert list(PARSERS) == list(TARGETS)
