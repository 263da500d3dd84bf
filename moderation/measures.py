"""What a decision may do, to whom, for how long, and which decisions take two people: one table. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType


class Measure(StrEnum):
    """What a decision does."""

    NONE = "none"  # nothing was broken
    WARN = "warn"
    MUTE = "mute"
    TO_AUDIENCE = "move_to_audience"
    REMOVE = "remove"
    BAN_ROOM = "ban_room"
    SUSPEND = "suspend"
    BAN = "ban"
    END_ROOM = "end_room"
    PRUNE = "prune"
    RESTRICT_REPORTING = "restrict_reporting"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a measure takes: a room, an end (`timed`), a second person; `longest` is how long one person may decide."""

    in_room: bool = False
    timed: bool = False
    second: bool = False
    longest: timedelta | None = None


RULES: Mapping[Measure, Rule] = MappingProxyType(
    {
        Measure.NONE: Rule(),
        Measure.WARN: Rule(),
        Measure.MUTE: Rule(in_room=True),
        Measure.TO_AUDIENCE: Rule(in_room=True),
        Measure.REMOVE: Rule(in_room=True),
        Measure.BAN_ROOM: Rule(in_room=True),
        Measure.SUSPEND: Rule(timed=True, longest=timedelta(days=30)),
        Measure.BAN: Rule(second=True),
        Measure.END_ROOM: Rule(in_room=True),
        Measure.PRUNE: Rule(timed=True, second=True),
        Measure.RESTRICT_REPORTING: Rule(timed=True, longest=timedelta(days=90)),
    }
)

LONGEST = timedelta(days=365)
"""No timed measure is longer, however many people decide."""

RESTRICTIONS = frozenset(Measure) - {Measure.NONE}
"""What takes a statement of reasons: everything that is held against somebody (DSA Art. 17(1))."""


def two_people(measure: Measure, lasts: timedelta | None) -> bool:
    """Whether a second person must confirm it."""
    rule = RULES[measure]
    return rule.second or (rule.longest is not None and lasts is not None and lasts > rule.longest)


def fits(measure: Measure, lasts: timedelta | None, *, in_room: bool) -> bool:
    """Whether a decision with this length, on a case with or without a room, can be made at all."""
    rule = RULES[measure]
    if rule.in_room and not in_room:
        return False
    if not rule.timed:
        return lasts is None
    return lasts is not None and timedelta() < lasts <= LONGEST
