"""Who asked in vain too often: counted per address, forgotten every second. PURE."""

from collections import Counter

from rooms.sfu.networks import network

LIMIT = 100
"""Vain requests in a second from one address (a `network`): whole companies sit behind one, and some are late."""
MAX_ADDRESSES = 10_000
"""Addresses remembered; whoever forges more than that is met by what each request costs, and no memory."""


class Strikes:
    """The addresses' vain requests in this second."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, host: str) -> None:
        """Nothing: `host` asked in vain once more."""
        whose = network(host)
        if whose in self._counts or len(self._counts) < MAX_ADDRESSES:
            self._counts[whose] += 1

    def out(self, host: str) -> bool:
        """True when nothing more of `host` is looked at, until `clear`."""
        return bool(self._counts) and self._counts[network(host)] >= LIMIT

    def clear(self) -> None:
        """Nothing: a new second."""
        self._counts.clear()
