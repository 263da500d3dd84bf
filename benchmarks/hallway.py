"""What the hallway costs the web process when 500 rooms are live."""

import asyncio
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from benchmarks import meters
from benchmarks.figures import Figure
from benchmarks.joins import HOST
from benchmarks.product import Product

ROOMS, ASKED = 500, 40
_WARM = 5
_NEWS = "/?part=rooms"
_PATHS = {"page": "/", "its lists anew": _NEWS, "API": "/api/v1/rooms/"}
_GOALS = {"page": 60.0}


class Answer(NamedTuple):
    """Milliseconds until it was there, bytes of its body, and its ETag."""

    took: float
    size: int
    etag: str


async def measure(product: Product) -> AsyncIterator[Figure]:
    """Time, CPU and bytes of each way to ask for the hallway, by somebody who hosts one of its rooms.

    An open page asks for its lists every 15 to 19 seconds; the answer is short while they are what they were.
    """
    headers = {"Cookie": product.sessions[HOST + 1]}
    for name, path in _PATHS.items():
        for figure in await _figures(product, name, path, headers):
            yield figure
    [now] = await asyncio.to_thread(ask, product.url + _NEWS, headers, 1)
    for figure in await _figures(product, "its lists, unchanged", _NEWS, {**headers, "If-None-Match": now.etag}):
        yield figure


async def _figures(product: Product, name: str, path: str, headers: Mapping[str, str]) -> list[Figure]:
    await asyncio.to_thread(ask, product.url + path, headers, _WARM)
    before = meters.cpu(product.web)
    answers = await asyncio.to_thread(ask, product.url + path, headers, ASKED)
    spent = (meters.cpu(product.web) - before) / ASKED * 1000
    told = f"hallway of {ROOMS} live rooms, {name}"
    return [
        Figure(f"{told}: web CPU", spent, "ms", _GOALS.get(name)),
        Figure(f"{told}: answered, p50", meters.percentile([one.took for one in answers], 0.5), "ms"),
        Figure(f"{told}: answered, p95", meters.percentile([one.took for one in answers], 0.95), "ms"),
        Figure(f"{told}: body", answers[-1].size / 1024, "KB"),
    ]


def ask(url: str, headers: Mapping[str, str], times: int) -> list[Answer]:
    """The answers to the same question, asked so many times, one after the other."""
    return [_ask(urllib.request.Request(url, headers=dict(headers))) for _ in range(times)]


def _ask(request: urllib.request.Request) -> Answer:
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            size, etag = len(answer.read()), answer.headers.get("ETag", "")
    except urllib.error.HTTPError as error:
        if error.code != 304:
            raise
        size, etag = 0, ""
    return Answer((time.monotonic() - began) * 1000, size, etag)
