"""Whole joins: from a signed-in person's open socket to the first packet heard, web and media process together."""

import asyncio
import contextlib
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from statistics import mean

from benchmarks import meters, packets, sdp
from benchmarks.figures import Figure
from benchmarks.light import Client, Identity
from benchmarks.product import Product
from benchmarks.room import background, keep, talk
from benchmarks.websocket import WebSocket

JOINS = 400
_AT_ONCE = 16
HOST = 0


class Crowd:
    """People of one product who come in, with one certificate between them.

    `clients` are those connected, `numbers` what the room calls them.
    """

    def __init__(self, product: Product) -> None:
        self.product = product
        self.identity = Identity()
        self.clients: dict[int, Client] = {}
        self.sockets: list[WebSocket] = []
        self.numbers: dict[int, int] = {}

    async def come_in(self, person: int) -> Client:
        """The person's connected client: socket, welcome, offer, answer, ICE, DTLS."""
        socket = await self.product.socket(person)
        self.sockets.append(socket)
        _, welcome = await socket.message("welcome", seconds=30)
        self.numbers[person] = welcome["you"]["number"]
        local = self.identity.local()
        socket.say({"type": "media.offer", "id": 1, "sdp": sdp.offer(local)})
        _, answer = await socket.message("media.answer", seconds=30)
        client = self.clients[person] = Client(self.identity, local, sdp.answer(answer["sdp"]))
        return client

    async def join(self, person: int) -> float:
        """Seconds from nothing to the first packet heard."""
        began = time.monotonic()
        client = await self.come_in(person)
        first = asyncio.Event()
        client.heard = lambda _: first.set()
        await client.connect()
        async with asyncio.timeout(10):
            await first.wait()
        client.drop_rtp()
        client.heard = None
        return time.monotonic() - began

    async def speaker(self, person: int) -> Client:
        """The host's client; a host comes in on stage, muted, and opens the microphone."""
        client = await self.come_in(person)
        self.sockets[-1].say({"type": "move", "id": 2, "move": "unmute"})
        await self.sockets[-1].message("ok", id=2)
        await client.connect()
        return client

    def leave(self) -> None:
        """Everybody goes."""
        for client in self.clients.values():
            client.close()
        for socket in self.sockets:
            socket.close()


@contextlib.asynccontextmanager
async def talking(crowd: Crowd) -> AsyncIterator[None]:
    """The host talks during the block, and all clients keep themselves alive."""
    speaker = await crowd.speaker(HOST)
    voice = packets.Voice(speaker.local.ssrc, speaker.remote)
    async with background(talk(speaker, voice), keep(crowd.clients)):
        yield


async def measure(product: Product, *, joins: int = JOINS) -> AsyncIterator[Figure]:
    """Every figure of joining, with the host of `product` speaking and the next `joins` people coming in."""
    crowd = Crowd(product)
    async with talking(crowd):
        alone = [await crowd.join(person) for person in range(1, 21)]
        web, sfu, began = meters.cpu(product.web), meters.cpu(product.sfu), time.monotonic()
        waits = await _all(crowd, range(21, 21 + joins))
        took = time.monotonic() - began
    yield Figure("whole joins, web and SFU and clients on this machine", len(waits) / took, "/s", 100, at_least=True)
    yield Figure("joins that failed", joins - len(waits), "", 0)
    yield Figure(f"one of them, {_AT_ONCE} at once, p50", meters.percentile(waits, 0.5) * 1000, "ms")
    yield Figure(f"one of them, {_AT_ONCE} at once, p99", meters.percentile(waits, 0.99) * 1000, "ms")
    yield Figure("a whole join alone, mean of 20", mean(alone) * 1000, "ms")
    yield Figure("web CPU per whole join", (meters.cpu(product.web) - web) / joins * 1000, "ms")
    yield Figure("SFU CPU per whole join, speaker included", (meters.cpu(product.sfu) - sfu) / joins * 1000, "ms")
    crowd.leave()


async def _all(crowd: Crowd, people: range) -> list[float]:
    """Seconds of each join that worked; the others were refused, or were not heard in time."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(person: int) -> float:
        async with gate:
            return await crowd.join(person)

    ends = await asyncio.gather(*(one(person) for person in people), return_exceptions=True)
    for reason, times in Counter(repr(end) for end in ends if isinstance(end, BaseException)).items():
        print(f"{times} joins failed: {reason}", file=sys.stderr)
    return [end for end in ends if isinstance(end, float)]
