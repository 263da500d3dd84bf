"""What the hallway costs the web process when 500 rooms are live."""

import asyncio
import time
import urllib.request
from collections.abc import AsyncIterator, Mapping

from benchmarks import meters
from benchmarks.figures import Figure
from benchmarks.joins import HOST
from benchmarks.product import Product

ROOMS, ASKED = 500, 40
_WARM = 5
_PATHS = {"page": "/", "list, as a page asks for it anew": "/?part=rooms", "API": "/api/v1/rooms/"}
_GOALS = {"page": 60.0}


async def measure(product: Product) -> AsyncIterator[Figure]:
    """Time and CPU of each way to ask for the hallway, by somebody who hosts one of its rooms."""
    headers = {"Cookie": product.sessions[HOST + 1]}
    for name, path in _PATHS.items():
        await asyncio.to_thread(ask, product.url + path, headers, _WARM)
        before = meters.cpu(product.web)
        times = await asyncio.to_thread(ask, product.url + path, headers, ASKED)
        spent = (meters.cpu(product.web) - before) / ASKED * 1000
        yield Figure(f"hallway of {ROOMS} live rooms, {name}: web CPU", spent, "ms", _GOALS.get(name))
        yield Figure(f"hallway of {ROOMS} live rooms, {name}: answered, p50", meters.percentile(times, 0.5), "ms")


def ask(url: str, headers: Mapping[str, str], times: int) -> list[float]:
    """Milliseconds of each answer to the same question, one after the other."""
    took = []
    for _ in range(times):
        began = time.monotonic()
        with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers)), timeout=30) as answer:
            answer.read()
        took.append((time.monotonic() - began) * 1000)
    return took
