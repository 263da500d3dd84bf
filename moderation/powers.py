"""The live levers of the staff: what each is called in the log, and for which reasons one is pulled. PURE."""

from enum import StrEnum


class Power(StrEnum):
    """What a room is put through."""

    MUTE_ALL = "mute_all"
    LOCK = "lock"
    UNLOCK = "unlock"
    SLOW = "slow"


class Reason(StrEnum):
    """Why a lever is pulled: the log has this word, people read whatever the moderator wrote."""

    RAID = "raid"
    SAFETY = "safety"
    UNLAWFUL = "unlawful"
    DISRUPTION = "disruption"
    OPERATION = "operation"
    OVER = "over"  # what it was pulled for


PACES = (0, 10, 30, 60, 300)
"""Slow modes on offer, in seconds."""
MOST_NEWCOMERS = 1000
"""The weakest brake: so many a minute and room."""
EXPORT_AFTER = 30
"""Seconds after the last room of a suspended server has ended, in which its end is sealed in the log."""
