"""The media connections that a web process asked for, from the offer until they are gone."""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from moderation.audit.source import Source, correlation
from rooms.actions.peers import Placed, Reached
from rooms.actions.presence import Seat
from rooms.sfu.messages import Connected

MOST = 20_000
"""Connections remembered, beyond which the oldest is not heard of any more; and places that wait for the database."""
AT_ONCE = 50
"""Entries in one transaction: on SQLite everybody else waits for it."""


@dataclass(slots=True)
class Offer:
    """A connection on its way or up: whose it is, by what it was asked for, and which media process has it.

    `moved` says that an older one of theirs may be on another, to be closed when this one is up.
    """

    seat: Seat
    source: Source
    sfu: str
    moved: bool
    correlation: str


class Offered:
    """The connections by peer, and what is to be written down of them."""

    def __init__(self) -> None:
        self._offers: dict[str, Offer] = {}
        self._reached: deque[Reached] = deque()

    def __contains__(self, peer: str) -> bool:
        return peer in self._offers

    def add(self, peer: str, seat: Seat, source: Source, placed: Placed) -> None:
        """Remember whose connection this will be."""
        self._offers[peer] = Offer(seat, source, placed.sfu, placed.moved, correlation.get())
        if len(self._offers) > MOST:
            del self._offers[next(iter(self._offers))]

    def connected(self, report: Connected, now: datetime) -> bool:
        """Whether the member may have an older connection on another media process, which is closed now."""
        offer = self._offers[report.peer]
        if report.address and len(self._reached) < MOST:
            place = {"address": report.address, "port": report.port, "destination": report.local, "channel": "media"}
            source = replace(offer.source, **place)  # type: ignore[arg-type]  # of these very fields
            self._reached.append(Reached(offer.seat, source, report.over, now, offer.correlation))
        moved, offer.moved = offer.moved, False
        return moved

    def forget(self, peer: str) -> None:
        """The connection is gone, or never came to be."""
        self._offers.pop(peer, None)

    def lose(self, sfu: str) -> None:
        """All connections on this media process are gone."""
        self._offers = {peer: offer for peer, offer in self._offers.items() if offer.sfu != sfu}

    async def note(self, write: Callable[[Sequence[Reached]], Awaitable[None]]) -> None:
        """Have written down, many at once, where connections came from; what fails is left for the next call."""
        while some := list(islice(self._reached, AT_ONCE)):
            await write(some)
            for _ in some:
                self._reached.popleft()
