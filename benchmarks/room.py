"""A room full of light clients: who joins, who may speak, who is talking, and their signs of life."""

import asyncio
import contextlib
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from itertools import count
from typing import Any

from benchmarks import packets, sdp
from benchmarks.light import Client, Identity
from benchmarks.orders import Desk
from rooms.sfu.messages import Connected, Drop, Offer, Wanted

CHECK_INTERVAL = 2.5
_STEPS = 50


class Room:
    """One room of one media process, ordered directly: no web side takes part."""

    def __init__(self, desk: Desk, identity: Identity, name: str) -> None:
        self.desk = desk
        self.identity = identity
        self.wanted = Wanted(name, 1, live=True, speak=(), absent=())
        self.clients: dict[int, Client] = {}
        self.peers: dict[int, str] = {}
        self.visits: Counter[int] = Counter()
        self.hops: Counter[int] = Counter()

    async def want(self, **fields: Any) -> None:
        """Orders a new state: `speak`, `absent` and `live` as in `Wanted`, the version one higher."""
        self.wanted = replace(self.wanted, version=self.wanted.version + 1, **fields)
        await self.desk.order(self.wanted)

    def offer(self, member: int, text: str, *, listen: bool = True) -> Offer:
        """The order that connects `member` with the SDP offer `text`, under a new peer id."""
        request, peer = uuid.uuid4().hex, uuid.uuid4().hex
        counts = self.visits[member], self.hops[member]
        return Offer(request, peer, member, *counts, listen=listen, sdp=text, wanted=self.wanted)

    async def answered(self, member: int, *, ipv6: bool = False, listen: bool = True, **shape: Any) -> Client:
        """A client for `member` that has its answer but has not sent a packet; `shape` as in `sdp.Local`."""
        local = self.identity.local(**shape)
        order = self.offer(member, sdp.offer(local), listen=listen)
        answer = await self.desk.answer(order)
        client = Client(self.identity, local, sdp.answer(answer, ipv6=ipv6))
        self.clients[member] = client
        self.peers[member] = order.peer
        return client

    async def join(self, member: int, **shape: Any) -> Client:
        """A connected client for `member`, once the media process has reported it."""
        client = await self.answered(member, **shape)
        await client.connect()
        await self.desk.report(Connected, peer=self.peers[member])
        return client

    async def drop(self, member: int) -> None:
        """Orders the member's connections closed."""
        await self.desk.order(Drop(self.wanted.room, member, self.visits[member]))
        self.visits[member] += 1

    def close(self) -> None:
        """Every client says goodbye."""
        for client in self.clients.values():
            client.close()
        self.clients.clear()


async def keep(clients: dict[int, Client]) -> None:
    """Keeps `clients` alive until cancelled, as browsers do: a check each every 2.5 s, a receiver report every 5 s."""
    start = time.monotonic()
    for step in count():
        for client in list(clients.values())[step % _STEPS :: _STEPS]:
            if client.closed:
                continue
            client.check()
            if step // _STEPS % 2 and client.connected:
                client.report()
        await asyncio.sleep(start + (step + 1) * CHECK_INTERVAL / _STEPS - time.monotonic())


async def talk(client: Client, voice: packets.Voice, frames: Iterable[int] | None = None, *, level: int = 30) -> None:
    """Speaks: one packet every 20 ms for each of `frames`, or until cancelled."""
    start = time.monotonic()
    for frame in frames if frames is not None else count():
        client.say(voice.next(time.time_ns(), level))
        await asyncio.sleep(start + (frame + 1) * packets.INTERVAL - time.monotonic())


@contextlib.asynccontextmanager
async def background(*works: Any) -> AsyncIterator[None]:
    """Runs coroutines beside the block, and ends them with it. An error of theirs is raised at the end."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
