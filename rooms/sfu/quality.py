"""How one direction of a member's line is, by what receiver reports say of it, and when its hosts are told. PURE."""

from collections.abc import Sequence
from typing import NamedTuple

from rooms.sfu import rtcp
from rooms.sfu.rtp import CLOCK_RATE

UNKNOWN = -1
"""The round trip where nobody measured it."""
TIMES_WEAK, TIMES_WELL = 2, 3
"""Readings in a row until a line is called weak, and until that is taken back."""
EVERY = 0.5
"""Seconds between two readings: browsers report every few seconds, and who reports faster shall not flood the hosts."""
AGAIN = 30.0
"""Seconds after which it is told again that a line is weak, for hosts who have come meanwhile."""
_LATEST = 10.0
"""Seconds of a round trip beyond which a report is nonsense."""


class Reading(NamedTuple):
    """One look at a line: per cent of the packets lost, jitter and round trip in milliseconds."""

    lost: int
    jitter: int
    trip: int = UNKNOWN


WEAK = Reading(5, 100, 800)
"""From any of these on one is heard badly, or late."""
WELL = Reading(2, 60, 600)
"""Below all of these it is not noticed."""


def reading(blocks: Sequence[rtcp.Block], wall: float) -> Reading:
    """The worst of all `blocks`, at least one, of a report that came at `wall`, in seconds since 1970."""
    trips = (rtcp.round_trip(block, wall) for block in blocks)
    known = [round(trip * 1000) for trip in trips if trip is not None and trip < _LATEST]
    lost = max(block.lost for block in blocks) * 100 // 256
    return Reading(lost, max(block.jitter for block in blocks) * 1000 // CLOCK_RATE, max(known, default=UNKNOWN))


class Line:
    """Weak or not, with hysteresis: one bad moment is none, and one good one does not end it."""

    __slots__ = ("_read_at", "_row", "_told_at", "weak")

    def __init__(self) -> None:
        self.weak = False
        self._row = 0
        self._read_at = float("-inf")
        self._told_at = 0.0

    def take(self, now: Reading, at: float) -> bool:
        """True when the hosts are to be told of `now`, read at so many seconds: it changed, or is weak for long.

        What comes too soon after the last one is not looked at.
        """
        if at - self._read_at < EVERY:
            return False
        self._read_at = at
        turns = all(one < well for one, well in zip(now, WELL, strict=True)) if self.weak else _weak(now)
        self._row = self._row + 1 if turns else 0
        if self._row >= (TIMES_WELL if self.weak else TIMES_WEAK):
            self.weak, self._row = not self.weak, 0
        elif not self.weak or at - self._told_at < AGAIN:
            return False
        self._told_at = at
        return True


def _weak(now: Reading) -> bool:
    return any(one >= weak for one, weak in zip(now, WEAK, strict=True))
