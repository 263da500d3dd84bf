"""A room that several media processes carry, ordered as the web side would: no web side takes part."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchmarks import servers
from benchmarks.light import Client, Identity
from benchmarks.orders import Desk, desk
from benchmarks.room import Room
from rooms.sfu import envelope
from rooms.sfu.messages import Alive, Elsewhere, Spread


class Wide:
    """One room, and its part in each media process: `parts` by the process's name. `key` is what it travels under."""

    def __init__(self, name: str, desks: dict[str, Desk], identity: Identity, key: bytes) -> None:
        self.name, self.key = name, key
        self.parts = {sfu: Room(orders, identity, name) for sfu, orders in desks.items()}
        self.keys: dict[str, str] = {}
        self.turn = 0

    async def spread(self, *carriers: str, tell: tuple[str, ...] = ()) -> None:
        """Orders that `carriers` carry the room, and tells them, or only those in `tell`."""
        self.turn += 1
        order = Spread(self.name, self.turn, carriers, "")
        for sfu in tell or carriers:
            if sfu not in self.keys:
                self.keys[sfu] = (await self.parts[sfu].desk.report(Alive, seconds=15)).key
            closed = envelope.close(order, self.key, self.keys[sfu], X25519PrivateKey.generate())
            await self.parts[sfu].desk.order(closed)

    async def want(self, **fields: Any) -> None:
        """Orders a new state in every process."""
        for part in self.parts.values():
            await part.want(**fields)

    async def join(self, sfu: str, member: int, **shape: Any) -> Client:
        """A connected client for `member`, by the process `sfu`."""
        self.parts[sfu].hops[member] = 1 + max(part.hops[member] for part in self.parts.values())
        return await self.parts[sfu].join(member, **shape)

    async def elsewhere(self, member: int, old: str, new: str) -> None:
        """Orders the process `old` to close the member's connection, which is by `new` now."""
        await self.parts[old].desk.order(Elsewhere(self.name, member, self.parts[new].peers[member]))

    def close(self) -> None:
        """Every client says goodbye."""
        for part in self.parts.values():
            part.close()


@contextlib.asynccontextmanager
async def wide(url: str, names: tuple[str, ...], identity: Identity, name: str, key: bytes) -> AsyncIterator[Wide]:
    """A room of the media processes `names` that the Valkey at `url` leads to, spread over all of them."""
    async with contextlib.AsyncExitStack() as stack:
        desks = {sfu: await stack.enter_async_context(desk(url, sfu)) for sfu in names}
        made = Wide(name, desks, identity, key)
        await made.spread(*names)
        try:
            yield made
        finally:
            made.close()


def names(count: int) -> tuple[str, ...]:
    """The names of so many media processes; the first is the one that everything else here talks to."""
    return tuple(f"{servers.NODE}{number or ''}-0" for number in range(count))
