"""The rooms that a media process was told of, and who went from them: a late offer brings back neither."""

from collections.abc import Callable, Iterator

from rooms.sfu.messages import MAX_PRESENT, Drop, Wanted
from rooms.sfu.room import Room

MAX_ROOMS = 20_000
"""Rooms remembered; empty ones are remembered too, so that a late offer cannot bring back what they were."""
MAX_DROPPED = 100_000
"""Members remembered to have gone, for the same reason."""


class Rooms:
    """Every room by its name; `make` makes one that was not known."""

    def __init__(self, make: Callable[[Wanted], Room]) -> None:
        self._make = make
        self._rooms: dict[str, Room] = {}
        self._dropped: dict[tuple[str, int], int] = {}

    def get(self, name: str) -> Room | None:
        """The room of this name, if it is known."""
        return self._rooms.get(name)

    def held(self) -> dict[str, int]:
        """The version that each room with connections is known in."""
        return {name: room.wanted.version for name, room in self._rooms.items() if room}

    def present(self) -> Iterator[dict[str, tuple[int, ...]]]:
        """Of whom there are connections in each room, so many at a time as go into one report."""
        here = [(name, member) for name, room in self._rooms.items() for member in room.members]
        for begin in range(0, len(here), MAX_PRESENT):
            found: dict[str, list[int]] = {}
            for name, member in here[begin : begin + MAX_PRESENT]:
                found.setdefault(name, []).append(member)
            yield {name: tuple(members) for name, members in found.items()}

    def talking(self, now: float) -> dict[str, tuple[int, ...]]:
        """Who talks in each room with connections; rooms in which nobody does are not in it."""
        found = {name: room.stage.talking(now) for name, room in self._rooms.items() if room}
        return {name: members for name, members in found.items() if members}

    def take(self, wanted: Wanted) -> Room:
        """The room that `wanted` is about, from now on the last to be forgotten; new ones are as it says."""
        room = self._rooms.pop(wanted.room, None)
        self._rooms[wanted.room] = made = self._make(wanted) if room is None else room
        return made

    def tidy(self) -> None:
        """Nothing: of too many rooms the empty one that was ordered about longest ago is not remembered any more."""
        if len(self._rooms) > MAX_ROOMS and (
            empty := next((name for name, room in self._rooms.items() if not room), "")
        ):
            del self._rooms[empty]

    def drop(self, order: Drop) -> None:
        """Nothing: it is remembered that the member went."""
        who = order.room, order.member
        self._dropped[who] = max(order.visit, self._dropped.pop(who, order.visit))
        if len(self._dropped) > MAX_DROPPED:
            del self._dropped[next(iter(self._dropped))]

    def went(self, room: str, member: int, visit: int) -> bool:
        """True when the member has gone from this visit."""
        return visit <= self._dropped.get((room, member), -1)
