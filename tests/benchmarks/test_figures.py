"""A figure is held to its goal in the right direction, and kept with the machine it was measured on."""

import json
from pathlib import Path

from benchmarks.figures import Figure, save, table
from benchmarks.meters import percentile

SLOW, FAST, FLOOR = (
    Figure("delay", 12, "ms", 10),
    Figure("joins", 120, "/s", 100, at_least=True),
    Figure("floor", 3, "us"),
)


def test_a_figure_is_reached_below_its_limit_or_above_its_least() -> None:
    assert (SLOW.reached, FAST.reached, FLOOR.reached) == (False, True, None)
    assert Figure("delay", 10, "ms", 10).reached


def test_the_table_has_a_row_for_each_figure() -> None:
    lines = table([SLOW, FAST, FLOOR]).splitlines()
    assert len(lines) == 5
    assert [cell.strip() for cell in lines[2].split("|")[1:-1]] == ["delay", "<= 10 ms", "12 ms", "no"]
    assert [cell.strip() for cell in lines[4].split("|")[1:-1]] == ["floor", "", "3 us", ""]


def test_what_is_saved_tells_the_machine(tmp_path: Path) -> None:
    body = json.loads(save([SLOW], tmp_path / "results", "now").read_text())
    assert body["figures"][0]["reached"] is False
    assert body["machine"]["cores"] > 0


def test_the_99th_percentile_is_the_worst_of_a_hundred() -> None:
    assert percentile(range(100), 0.99) == 99
    assert percentile([5.0], 0.5) == 5
