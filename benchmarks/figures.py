"""A measured figure beside what it should reach, as a table and as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One row. `goal` is the limit `measured` should keep to, none where the row is only told for comparison."""

    name: str
    measured: float
    unit: str
    goal: float | None = None
    at_least: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; none without a goal."""
        if self.goal is None:
            return None
        return self.measured >= self.goal if self.at_least else self.measured <= self.goal

    def row(self) -> tuple[str, str, str, str]:
        """The cells: name, goal, measured, verdict."""
        bound = "" if self.goal is None else f"{'>=' if self.at_least else '<='} {self.goal:g} {self.unit}"
        amount = f"{self.measured:,.0f}" if self.measured >= 1000 else f"{self.measured:.3g}"
        verdict = {None: "", True: "yes", False: "no"}[self.reached]
        return self.name, bound, f"{amount} {self.unit}", verdict


def table(figures: Sequence[Figure]) -> str:
    """The rows as a Markdown table."""
    rows = [("figure", "to reach", "measured", "reached"), *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def save(figures: Sequence[Figure], folder: Path, name: str) -> Path:
    """The JSON file with the rows and the machine they were measured on."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    body = {"machine": machine(), "figures": [asdict(figure) | {"reached": figure.reached} for figure in figures]}
    path.write_text(json.dumps(body, indent=2) + "\n")
    return path


def machine() -> dict[str, str | int | float]:
    """What the figures depend on: processor, cores, system, Python, and how busy others keep it."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "processor": models[0].partition(": ")[2] if models else platform.machine(),
        "cores": os.cpu_count() or 0,
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }
