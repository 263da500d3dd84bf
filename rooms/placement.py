"""Which media process takes a connection. PURE."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Taker:
    """A media process that takes connections, as its last `Alive` told; `peers` is how many it has."""

    sfu: str
    epoch: str
    key: str
    peers: int


def place(taking: Sequence[Taker], carriers: Collection[str], own: str, cap: int) -> Taker:
    """The one of `taking`, which are at least one, that takes a connection into a room.

    `carriers` are those that carry the room. Whoever has a connection stays where it is (`own`): the new one takes its
    place. Others go where the room is, the least loaded first, as long as there are fewer than `cap` there: a room in
    one process costs no road between several. The cap is where a room spreads; when it is reached everywhere, the
    least loaded takes them all the same.
    """
    for taker in taking:
        if taker.sfu == own and own in carriers:
            return taker

    def rank(taker: Taker) -> tuple[bool, bool, int, str]:
        full = taker.peers >= cap
        return full, not full and taker.sfu not in carriers, taker.peers, taker.sfu

    return min(taking, key=rank)
