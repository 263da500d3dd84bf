"""The numbers of a period, counted from public fields of entries alone, so that a bundle gives the same ones again."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

Row = tuple[str, str, int]
"""An action, how it ended, and how often."""


def tally(rows: Iterable[Row]) -> dict[str, Any]:
    """The numbers: `entries`, `refused`, and for every action how often it ended in which way."""
    acts: dict[str, dict[str, int]] = {}
    for action, result, times in rows:
        ways = acts.setdefault(action, {})
        ways[result] = ways.get(result, 0) + times
    return {
        "entries": sum(sum(ways.values()) for ways in acts.values()),
        "refused": sum(ways.get("refused", 0) for ways in acts.values()),
        "acts": {action: acts[action] for action in sorted(acts)},
    }


def counted(lines: Iterable[str], start: str, end: str, size: int) -> dict[str, Any]:
    """The numbers of the entries of a bundle (the lines of its `entries.jsonl`) that lie in a period.

    `start` and `end` are written as the log writes times; `size` is that of the checkpoint the numbers were made under.
    """
    return tally(_rows(map(json.loads, lines), start, end, size))


def _rows(entries: Iterable[Mapping[str, Any]], start: str, end: str, size: int) -> Iterable[Row]:
    for entry in entries:
        fields = json.loads(entry["leaf"])
        if entry["index"] < size and start <= fields["recorded_at"] < end:
            yield fields["action"], fields["result"], 1
