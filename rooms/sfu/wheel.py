"""One timer wheel for everybody's deadlines: a deadline that moves on costs nothing until it comes up. PURE."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Wheel(Generic[Key]):
    """Keys by the whole second in which to look at them again."""

    def __init__(self) -> None:
        self._buckets: dict[int, set[Key]] = defaultdict(set)
        self._next: int | None = None

    def put(self, key: Key, deadline: float) -> None:
        """Nothing: `due` asks about `key` in the second after `deadline`, and in those it was put for before."""
        second = int(deadline) + 1
        self._buckets[second].add(key)
        self._next = second if self._next is None else min(self._next, second)

    def due(self, now: float, deadline: Callable[[Key], float | None]) -> list[Key]:
        """The keys whose deadline has passed, each once, however many seconds this looks at.

        `deadline` tells each one's present deadline, None to forget it.
        """
        late: dict[Key, None] = {}
        if self._next is None:
            return []
        for second in range(self._next, int(now) + 1):
            for key in self._buckets.pop(second, ()):
                moment = deadline(key)
                if moment is not None and moment > now:
                    self.put(key, moment)
                elif moment is not None:
                    late[key] = None
        self._next = max(self._next, int(now) + 1)
        return list(late)
