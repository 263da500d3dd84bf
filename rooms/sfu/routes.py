"""Which media processes carry a room together with us, and the keys of what travels between them. PURE."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from rooms.sfu import envelope
from rooms.sfu.messages import Spread
from rooms.sfu.parcels import EPOCH, Parcel, Receiver, Sender
from rooms.sfu.refusals import Code, Refused

MAX_ROUTES = 20_000
"""Rooms remembered, the one longest without an order forgotten first."""


@dataclass(slots=True)
class Route:
    """How a room is spread at `turn`: with one receiver for each other process; none: nothing travels."""

    turn: int
    key: bytes
    sender: Sender | None = None
    receivers: dict[str, Receiver] = field(default_factory=dict)


class Arrival(NamedTuple):
    """A parcel for `room` from the process `sfu`; `missed` of its parcels before this one never came."""

    room: str
    sfu: str
    parcel: Parcel
    missed: int


class Routes:
    """The routes of the process `sfu`, whose key is `private`; `chance` gives so many random bytes.

    `channels` are those that the other processes publish on and we must hear.
    """

    def __init__(self, sfu: str, private: X25519PrivateKey, chance: Callable[[int], bytes]) -> None:
        self.public = private.public_key().public_bytes_raw().hex()
        self.channels: dict[str, tuple[str, str]] = {}
        self._sfu = sfu
        self._private = private
        self._chance = chance
        self._routes: dict[str, Route] = {}

    def take(self, order: Spread) -> tuple[str, ...]:
        """The processes that carry the room no more. An order that is not newer than the last is ignored.

        Raises `Refused` as `envelope.open_` does, and nothing is changed then.
        """
        before = self._routes.get(order.room)
        if before and order.turn <= before.turn:
            return ()
        others = set(order.carriers) - {self._sfu} if self._sfu in order.carriers else set()
        route = Route(order.turn, envelope.open_(order, self._private) if others else b"")
        kept = before if before and before.key == route.key else None
        if others:
            route.sender = kept.sender if kept else Sender(route.key, self._sfu, self._chance(EPOCH))
        old = kept.receivers if kept else {}
        route.receivers = {sfu: old.get(sfu) or Receiver(route.key, sfu) for sfu in sorted(others)}
        self.forget(order.room)
        self._add(order.room, route)
        return tuple(sfu for sfu in (before.receivers if before else ()) if sfu not in others)

    def forget(self, room: str) -> None:
        """Nothing: the room is not spread any more, as far as we know."""
        route = self._routes.pop(room, None)
        for sfu in route.receivers if route else ():
            del self.channels[audio_channel(room, sfu)]

    def _add(self, room: str, route: Route) -> None:
        self._routes[room] = route
        self.channels.update((audio_channel(room, sfu), (room, sfu)) for sfu in route.receivers)
        if len(self._routes) > MAX_ROUTES:
            self.forget(next(iter(self._routes)))

    def turn(self, room: str) -> int | None:
        """The turn known of the room, None if it never was spread."""
        route = self._routes.get(room)
        return route.turn if route else None

    def travels(self, room: str) -> bool:
        """True when other processes carry the room too."""
        route = self._routes.get(room)
        return route is not None and route.sender is not None

    def close(self, room: str, parcel: Parcel) -> tuple[str, bytes] | None:
        """The channel and what to publish there; None where nothing travels."""
        route = self._routes.get(room)
        if route is None or route.sender is None:
            return None
        return audio_channel(room, self._sfu), route.sender.close(parcel)

    def open(self, channel: str, data: bytes) -> Arrival:
        """What came by `channel`. Raises `Refused`: PARCEL_INVALID, FORGED or REPLAYED."""
        if channel not in self.channels:
            raise Refused(Code.PARCEL_INVALID)
        room, sfu = self.channels[channel]
        return Arrival(room, sfu, *self._routes[room].receivers[sfu].open(data))


def audio_channel(room: str, sfu: str) -> str:
    """The Redis channel on which the media process `sfu` publishes what is said in the room, closed."""
    return f"stoa:audio:{room}:{sfu}"
