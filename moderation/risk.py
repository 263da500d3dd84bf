"""How urgent a case looks: 0 to 100, which sorts the queue and decides nothing. PURE: one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from moderation.policies import Severity

SEVERITY: Mapping[Severity, int] = MappingProxyType(
    {Severity.LOW: 5, Severity.NORMAL: 15, Severity.HIGH: 30, Severity.CRITICAL: 45}
)
EACH_REPORTER, MOST_REPORTERS = 5, 20  # beyond the first
EACH_DECISION, MOST_HISTORY = 5, 10
WORDS, SOUND, RAID = 10, 5, 10
"""Points for a score of 1. Models are wrong often enough that all of them together weigh less than two grades."""
TELL = 50
"""From here on the staff is told at once, whatever the policy."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What counts: how grave it is, how many people reported it independently, and the highest scores of the hints.

    `history` is how many decisions against the person are in force, `raid` the score where they came in a raid.
    """

    severity: Severity
    reporters: int
    history: int = 0
    words: float = 0.0
    sound: float = 0.0
    raid: float = 0.0


def points(facts: Facts) -> dict[str, int]:
    """What each fact adds; their sum is the risk."""
    return {
        "severity": SEVERITY[facts.severity],
        "reporters": min(MOST_REPORTERS, EACH_REPORTER * max(0, facts.reporters - 1)),
        "history": min(MOST_HISTORY, EACH_DECISION * facts.history),
        "words": round(WORDS * facts.words),
        "sound": round(SOUND * facts.sound),
        "raid": round(RAID * facts.raid),
    }


def risk(facts: Facts) -> int:
    """0 to 100."""
    return sum(points(facts).values())
