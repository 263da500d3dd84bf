"""The room socket's figures: one event to a room of 1,000, and what a socket costs the web process."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

from benchmarks import meters
from benchmarks.figures import Figure
from benchmarks.product import Product
from benchmarks.websocket import WebSocket

SOCKETS = 1000
EVENTS = 20
_AT_ONCE = 20
_SETTLE = 3


async def measure(product: Product, *, sockets: int = SOCKETS) -> AsyncIterator[Figure]:
    """Every figure of the sockets, with the first `sockets` people of `product` in its room."""
    empty, cpu = meters.memory(product.web), meters.cpu(product.web)
    opened = await _open(product, sockets)
    yield Figure("web CPU per socket that opens", (meters.cpu(product.web) - cpu) / sockets * 1000, "ms")
    await asyncio.sleep(_SETTLE)
    yield Figure("web memory per socket", (meters.memory(product.web) - empty) / sockets / 1024, "KB", 60)
    for figure in await _events(product, opened):
        yield figure
    for one in opened:
        one.close()


async def _open(product: Product, sockets: int) -> list[WebSocket]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(person: int) -> WebSocket:
        async with gate:
            socket = await product.socket(person)
            await socket.message("welcome", seconds=60)
            return socket

    return await asyncio.gather(*(one(person) for person in range(sockets)))


async def _events(product: Product, sockets: Sequence[WebSocket]) -> list[Figure]:
    """The host locks and unlocks the room; everybody is told."""
    waits: list[float] = []
    idle = await _spent(product, 5)
    before, began = meters.cpu(product.web), time.monotonic()
    for number in range(EVENTS):
        waits += await _event(sockets, "lock" if number % 2 == 0 else "unlock", number)
    spent = meters.cpu(product.web) - before - idle * (time.monotonic() - began)
    return [
        Figure(f"web CPU of one event to {len(sockets)} sockets", spent / EVENTS * 1000, "ms", 60),
        Figure("the host's move to the event at a socket, p50", meters.percentile(waits, 0.5), "ms"),
        Figure("the host's move to the event at a socket, p99", meters.percentile(waits, 0.99), "ms", 150),
        Figure(f"{len(sockets)} idle sockets, web CPU", idle * 100, "% of a core"),
    ]


async def _event(sockets: Sequence[WebSocket], move: str, number: int) -> list[float]:
    """For each socket, ms from the host's move to the event."""
    for one in sockets:
        one.received.clear()
    asked = time.monotonic()
    sockets[0].say({"type": "move", "id": number, "move": move})
    arrivals = [await one.message("room") for one in sockets]
    return [(arrived - asked) * 1000 for arrived, _ in arrivals]


async def _spent(product: Product, seconds: float) -> float:
    """CPU seconds per second of the web process while nothing happens."""
    before = meters.cpu(product.web)
    await asyncio.sleep(seconds)
    return (meters.cpu(product.web) - before) / seconds
