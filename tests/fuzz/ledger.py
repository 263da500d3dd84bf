"""How long each target was fuzzed without a find, by what its parser was then. Whoever ran it commits `hours.tsv`."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.targets import PARSERS

FILE = Path(__file__).with_name("hours.tsv")


class Row(NamedTuple):
    """A target, the beginning of its parser's SHA-256, and how many minutes and inputs it has had since."""

    target: str
    parser: str
    minutes: float
    inputs: int

    @classmethod
    def parse(cls, line: str) -> "Row":
        """The row that a line has."""
        target, parser, minutes, inputs = line.split("\t")
        return cls(target, parser, float(minutes), int(inputs))

    def __str__(self) -> str:
        return f"{self.target}\t{self.parser}\t{self.minutes:g}\t{self.inputs}"


def add(target: str, minutes: float, inputs: int) -> None:
    """Note one more run."""
    rows = [Row.parse(line) for line in FILE.read_text(encoding="ascii").splitlines()]
    rows = added(rows, Row(target, digest(target), minutes, inputs))
    FILE.write_text("".join(f"{row}\n" for row in rows), encoding="ascii")


def added(rows: list[Row], new: Row) -> list[Row]:
    """The rows in order, with a run that one of them already tells of, or none."""
    same = [row for row in rows if row[:2] == new[:2]]
    rest = [row for row in rows if row[:2] != new[:2]]
    total = Row(*new[:2], sum(row.minutes for row in (*same, new)), sum(row.inputs for row in (*same, new)))
    return sorted([*rest, total])


def digest(target: str) -> str:
    """The first twelve letters of the SHA-256 of the target's parser."""
    return hashlib.sha256(Path(str(PARSERS[target].__file__)).read_bytes()).hexdigest()[:12]
