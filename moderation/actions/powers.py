"""The live levers, pulled: rooms muted, locked or slowed at once, and what holds for the whole server.

What changes is written, with its entry `power.*`, by `rooms.actions.orders` and `accounts.actions.switches`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction

from accounts.actions import switches
from accounts.actions.base import Refused as AccountRefused
from accounts.models import Lever, User
from moderation.actions.base import Code, Refused
from moderation.audit.record import Grounds
from moderation.audit.source import Source
from moderation.powers import Power, Reason
from moderation.staff import Role
from rooms import protocol
from rooms.actions import orders
from rooms.roles import Code as RoomCode
from rooms.roles import Refused as RoomRefused

_REFUSALS: Mapping[RoomCode, Code] = MappingProxyType({
    RoomCode.UNAVAILABLE: Code.AWAY,
    RoomCode.ALREADY: Code.ALREADY,
    RoomCode.NOT_FOUND: Code.GONE,
    RoomCode.ENDED: Code.GONE,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pull:
    """Who pulls a lever, in which role, when, why, and what people read of it."""

    by: User
    role: Role
    reason: Reason
    now: datetime
    source: Source
    words: str = ""

    @property
    def grounds(self) -> Grounds:
        """What the entry says of it."""
        return {"role": self.role, "reason": self.reason}


def in_room(room_id: str, power: Power, pull: Pull, *, seconds: int = 0) -> None:
    """Nothing: it is done to the room, and told there with its reasons; `seconds` is how slow.

    Raises `Refused`: EMPTY where people are muted without a word, GONE, ALREADY, AWAY, UNDOABLE.
    """
    if power is Power.MUTE_ALL and not pull.words.strip():
        raise Refused(Code.EMPTY)
    how = {"by": pull.by, "notice": protocol.measure(power, pull.words), "source": pull.source, "now": pull.now}
    with _refusals():
        _ROOM[power](room_id, seconds, {**how, **pull.grounds})


def pull_lever(lever: Lever, pull: Pull, *, most: int | None = None) -> None:
    """Nothing: it holds for the whole server from now on; where that is suspended, every live room is told.

    Raises `Refused`: EMPTY without words for the people whom it stops, NUMBER for a brake without one, ALREADY, AWAY.
    """
    if not pull.words.strip():
        raise Refused(Code.EMPTY)
    if (lever is Lever.JOINS) != (most is not None):
        raise Refused(Code.NUMBER)
    with _refusals(), transaction.atomic():
        how: dict[str, Any] = {"by": pull.by, "now": pull.now, "source": pull.source}
        switches.pull(lever, note=pull.words, most=most, **how, **pull.grounds)
        if lever is Lever.SERVER:
            orders.announce(protocol.measure("server", pull.words))


def release_lever(lever: Lever, pull: Pull) -> None:
    """Nothing: it holds no more. Raises `Refused` (ALREADY)."""
    with _refusals():
        switches.release(lever, by=pull.by, source=pull.source, **pull.grounds)


@contextmanager
def _refusals() -> Iterator[None]:
    """Makes the refusals of rooms and accounts those of the staff."""
    try:
        yield
    except RoomRefused as refused:
        raise Refused(_REFUSALS.get(refused.code, Code.UNDOABLE)) from refused
    except AccountRefused as refused:
        raise Refused(Code.ALREADY) from refused


_ROOM: Mapping[Power, Callable[..., object]] = MappingProxyType({
    Power.MUTE_ALL: lambda room_id, _, how: orders.mute_all(room_id, **how),
    Power.LOCK: lambda room_id, _, how: orders.lock(room_id, locked=True, **how),
    Power.UNLOCK: lambda room_id, _, how: orders.lock(room_id, locked=False, **how),
    Power.SLOW: lambda room_id, seconds, how: orders.slow(room_id, seconds, **how),
})  # fmt: skip
