"""From which connection each member of a room is heard, where processes share the room: the newest. PURE.

Who changes from one process to another sends by both for a moment. All processes must follow the same one.
"""

from typing import NamedTuple

PAUSE = 1.0
"""Seconds of silence after which an older connection counts again: the newer one's process may hang."""


class Origin(NamedTuple):
    """A member's connection: the number of the hop that led to it, to which process, and when it was last heard."""

    hop: int
    sfu: str
    at: float


class Origins:
    """The connections that the members of one room were last heard from. `now` is in monotonic seconds."""

    def __init__(self) -> None:
        self._origins: dict[int, Origin] = {}

    def heard(self, member: int, hop: int, sfu: str, now: float) -> bool:
        """True when a packet of `member` counts that came by the connection of this `hop`, from the process `sfu`."""
        before = self._origins.get(member)
        if before and hop < before.hop and now - before.at <= PAUSE:
            return False
        self._origins[member] = Origin(hop, sfu, now)
        return True

    def moves(self, member: int, hop: int, now: float) -> None:
        """Nothing: the member has a connection newer than this one, which may have said nothing yet."""
        before = self._origins.get(member)
        if before and before.hop <= hop:
            self._origins[member] = Origin(hop + 1, "", now)

    def leave(self, member: int, hop: int) -> bool:
        """True when the member was last heard by this connection, which ends, or an older one: nobody follows now."""
        before = self._origins.get(member)
        if before is None or before.hop > hop:
            return False
        del self._origins[member]
        return True

    def lose(self, sfu: str) -> list[int]:
        """The members who were last heard by this process, which carries the room no more."""
        lost = [member for member, origin in self._origins.items() if origin.sfu == sfu]
        for member in lost:
            del self._origins[member]
        return lost
