"""One connection that listens, and how it sees each slot of its room. PURE."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from rooms.sfu.red import MANY


@dataclass(frozen=True, slots=True)
class Shape:
    """What was negotiated for a line: payload type of Opus, id of the level extension, payload type of RED, or None."""

    payload_type: int
    level_id: int | None
    red_type: int | None = None


class View(NamedTuple):
    """How a listener sees one slot: what he adds to its sequence, his `Shape`, and with RED how many copies he is sent.

    Equal views share their bytes.
    """

    offset: int
    payload_type: int
    level_id: int | None
    red_type: int | None = None
    copies: int = MANY


def _nobody(slot: int, view: View) -> None:
    """Nothing: the views are read for every packet."""


@dataclass(slots=True, eq=False)
class Listener:
    """One connection that listens: what it negotiated for its lines and, once it joined, its views.

    Both are in the order of the slots. `turned` is told of a view that changed after that.
    """

    member: int
    shapes: tuple[Shape, ...]
    views: list[View] = field(default_factory=list)
    turned: Callable[[int, View], None] = _nobody
