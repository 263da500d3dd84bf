"""What the server does by itself, before a person has looked: few reflexes, all off until somebody turns them on. PURE.

A reflex's measure is for the time until a person decides. One that is reversed too often turns itself off.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from moderation.measures import Measure


class Name(StrEnum):
    """The reflexes there are."""

    CROWD = "crowd"  # several people, who were not let in by the same person, report one speaker of one room


MEASURES: Mapping[Name, Measure] = MappingProxyType({Name.CROWD: Measure.TO_AUDIENCE})

CROWD = 3
AMONG = 2 * CROWD
"""So many others must be there: among fewer, whoever it acts on could tell by that who reported."""
LIMIT = 20
"""Per cent of a reflex's decisions that may be undone before it turns itself off."""
ENOUGH = 5
"""Decisions before a reflex is judged."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who reported: their uid, and who let them in, the nearest first, as far up as it counts."""

    uid: str
    above: tuple[str, ...] = ()


def crowd(witnesses: Collection[Witness], others: int) -> bool:
    """Whether so many reported that came by different people: one branch that raids somebody counts as one.

    `others` is how many are there beside whoever was reported.
    """
    branches = {(one.uid, *one.above)[-1] for one in witnesses}
    alone = {one.uid for one in witnesses}.difference(*(one.above for one in witnesses))
    return others >= AMONG and len(branches) >= CROWD and len(alone) >= CROWD


def fails(decisions: int, share: float | None, limit: int) -> bool:
    """Whether a reflex with so many decisions, of which this share was undone, must be off."""
    return decisions >= ENOUGH and share is not None and share * 100 > limit
