"""The tree as it is kept: leaves, and the roots of every 256, 65,536, ... of them. Nodes between are hashed again."""

from collections.abc import Iterable, Iterator
from typing import Any

from moderation.audit.models import Leaf, Node
from moderation.audit.tree import WIDTH
from moderation.audit.verify import Frontier

STEP = WIDTH.bit_length() - 1  # levels from one kept level to the next


class Nodes:
    """Any node of the tree by level and index, for the proofs of `tree`. Keeps what it has read: make one per task."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The node's hash. Raises `LookupError` if the tree does not reach there."""
        base = level - level % STEP
        first = index << (level - base)
        tile, at = divmod(first, WIDTH)
        part = self._tile(base, tile)[at : at + (1 << (level - base))]
        if len(part) < 1 << (level - base):
            raise LookupError(level, index)
        return root_of(part)

    def _tile(self, level: int, tile: int) -> list[bytes]:
        if (level, tile) not in self._tiles:
            self._tiles[level, tile] = hashes(level, tile * WIDTH, (tile + 1) * WIDTH)
        return self._tiles[level, tile]


def hashes(level: int, first: int, last: int) -> list[bytes]:
    """The kept hashes of a level (0, 8, 16, ...) from `first` up to `last`, `last` not included."""
    rows: Any = Node.objects.filter(level=level) if level else Leaf.objects.all()
    found = rows.filter(index__gte=first, index__lt=last).order_by("index").values_list("hash", flat=True)
    return [bytes(value) for value in found]


def root_of(parts: Iterable[bytes]) -> bytes:
    """The root over these neighbours, all of one level."""
    frontier = Frontier()
    for part in parts:
        frontier.append(part)
    return frontier.root()


def completed(first: int, leaves: list[bytes]) -> Iterator[Node]:
    """The nodes to keep that are whole once `leaves` stand in the tree from `first` on."""
    level, new = 0, leaves
    while new:
        start = first - first % WIDTH
        whole = hashes(level, start, first) + new
        level, first = level + STEP, start // WIDTH
        new = [root_of(whole[at : at + WIDTH]) for at in range(0, len(whole) - WIDTH + 1, WIDTH)]
        yield from (Node(level=level, index=first + number, hash=value) for number, value in enumerate(new))
