"""How long something took, counted into steps. PURE."""

from bisect import bisect_left

from rooms.sfu.messages import STEPS


class Timing:
    """A histogram: how often something took up to each of `STEPS`, longer than all, and how long in all."""

    __slots__ = ("_counts", "_micros")

    def __init__(self) -> None:
        self._counts = [0] * (len(STEPS) + 1)
        self._micros = 0

    def note(self, seconds: float) -> None:
        """Nothing: it took so long once more."""
        self._counts[bisect_left(STEPS, seconds * 1000)] += 1
        self._micros += round(seconds * 1_000_000)

    def told(self) -> tuple[int, ...]:
        """The counts, each step's own, and the microseconds of all: as `messages.Figures` has them."""
        return (*self._counts, self._micros)
