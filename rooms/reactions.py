"""Reactions, counted and never kept. PURE: who reacted is forgotten at once, how many did is told each second."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from enum import StrEnum

CHANNEL = "stoa:reactions"  # where web processes tell each other

Counts = Mapping[str, int]  # how often each reaction was made


class Reaction(StrEnum):
    """What somebody in a room may show."""

    CLAP = "clap"
    HEART = "heart"
    LAUGH = "laugh"
    WOW = "wow"
    SAD = "sad"


class Coalescer:
    """The reactions since they were last taken, room by room: what to show here, and what to tell other processes.

    `process` is the id of this one: what it told comes back to it by the same road, and is counted already.
    """

    def __init__(self, process: str) -> None:
        self._process = process
        self._here: dict[str, Counter[str]] = defaultdict(Counter)
        self._ours: dict[str, Counter[str]] = defaultdict(Counter)

    def react(self, room: str, reaction: Reaction) -> None:
        """Count one reaction of somebody whose socket this process has."""
        for rooms in (self._here, self._ours):
            rooms[room][reaction.value] += 1

    def hear(self, text: str) -> None:
        """Count what another process told."""
        process, rooms = json.loads(text)
        if process != self._process:
            for room, counts in rooms.items():
                self._here[room].update(counts)

    def show(self) -> Mapping[str, Counts]:
        """What was counted in each room, from here and elsewhere; taken."""
        shown, self._here = self._here, defaultdict(Counter)
        return shown

    def tell(self) -> str:
        """What the other processes are to `hear`, or nothing; taken."""
        told, self._ours = self._ours, defaultdict(Counter)
        return json.dumps([self._process, told]) if told else ""


class Pace:
    """How far apart one person's reactions in a room must be, where slow mode is on; each process keeps its own.

    What is told of a room has the number of the event it was read at: older news changes nothing.
    """

    def __init__(self) -> None:
        self._slow: dict[str, tuple[int, int]] = {}
        self._last: dict[str, dict[str, float]] = defaultdict(dict)

    def set(self, room: str, seq: int, seconds: int) -> None:
        """From now on so many seconds lie between them; 0 is as many as anybody likes."""
        if seq >= self._slow.get(room, (0, 0))[0]:
            self._slow[room] = (seq, seconds)
        if not seconds:
            self._last.pop(room, None)

    def take(self, room: str, uid: str, now: float) -> bool:
        """Whether this person may react at `now` (in seconds, of any clock that only goes forward); it is counted."""
        _, seconds = self._slow.get(room, (0, 0))
        if not seconds:
            return True
        last = self._last[room]
        if now - last.get(uid, -seconds) < seconds:
            return False
        last[uid] = now
        return True

    def forget(self, room: str) -> None:
        """Nobody is in the room here any more."""
        self._slow.pop(room, None)
        self._last.pop(room, None)
