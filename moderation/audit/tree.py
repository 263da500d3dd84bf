"""The Merkle tree of RFC 6962: the proofs that it holds an entry and never lost one (how it grows: `verify.Frontier`).

A node is named by its level (0 is the leaves) and its index in that level; it exists once all 2^level leaves under it
do. Proofs ask for nodes through a function and never for more than a handful.
"""

from collections.abc import Callable, Iterator

from moderation.audit.verify import Frontier

WIDTH = 256  # hashes of a tile, as in tlog-tiles: every eighth level is kept, the levels between are hashed again

NodeAt = Callable[[int, int], bytes]


class ProofError(ValueError):
    """The caller's fault: nothing can be proved of these `places` (a leaf and a size, or two sizes) of a tree."""

    def __init__(self, *places: int) -> None:
        super().__init__(f"nothing can be proved of {places}: the first is not in the second")


def inclusion(node: NodeAt, index: int, size: int) -> list[bytes]:
    """The proof that leaf `index` is in the tree of `size` leaves (RFC 6962, 2.1.1), nearest hash first."""
    if not 0 <= index < size:
        raise ProofError(index, size)
    path, first, last = [], 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            path.append(range_hash(node, middle, last))
            last = middle
        else:
            path.append(range_hash(node, first, middle))
            first = middle
    return path[::-1]


def consistency(node: NodeAt, old: int, new: int) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with the tree of `old` leaves (RFC 6962, 2.1.2)."""
    if not 0 <= old <= new:
        raise ProofError(old, new)
    if old in (0, new):
        return []
    path, first, last, whole = [], 0, new, True
    while old != last:
        middle = first + _split(last - first)
        if old <= middle:
            path.append(range_hash(node, middle, last))
            last = middle
        else:
            path.append(range_hash(node, first, middle))
            first, whole = middle, False
    return [*([] if whole else [range_hash(node, first, last)]), *path[::-1]]


def range_hash(node: NodeAt, first: int, last: int) -> bytes:
    """The hash of a subtree that the algorithms name: the leaves from `first` up to `last`, `last` not included."""
    whole = Frontier()
    for level, index in subtrees(first, last):
        whole.append(node(level, index), level)
    return whole.root()


def subtrees(first: int, last: int) -> Iterator[tuple[int, int]]:
    """The whole subtrees (level, index), left to right and as large as they can be, that make up [first, last)."""
    while first < last:
        level = (last - first).bit_length() - 1
        if first:
            level = min(level, (first & -first).bit_length() - 1)
        yield level, first >> level
        first += 1 << level


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)
