"""What Chromium spends, by kind of process and name of thread."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, CDPSession

PAINTERS = ("CompositorTile",)
"""Threads that make pixels of what the page wants drawn; where there is a graphics card, it does that."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Percent of a core: by the page's process without its painters, by these with the process that composes, and by
    the browser's own process with its services, among them those of network and sound."""

    page: float
    drawing: float
    services: float


async def spent(browser: Browser, seconds: float) -> Spent:
    """What one page, the only one that is open, takes for so long."""
    shares = await by_thread(browser, seconds)
    drawing = sum(share for (kind, name), share in shares.items() if kind == "GPU" or name.startswith(PAINTERS))
    page = sum(share for (kind, _), share in shares.items() if kind in {"GPU", "renderer"}) - drawing
    return Spent(page, drawing, sum(shares.values()) - page - drawing)


async def by_thread(browser: Browser, seconds: float) -> dict[tuple[str, str], float]:
    """Percent of a core by kind of process and name of thread, over so long."""
    devtools = await browser.new_browser_cdp_session()
    before, began = await _threads(devtools), time.monotonic()
    await asyncio.sleep(seconds)
    after, took = await _threads(devtools), time.monotonic() - began
    await devtools.detach()
    return {thread: (so_far - before[thread]) / took * 100 for thread, so_far in after.items()}


async def _threads(devtools: CDPSession) -> defaultdict[tuple[str, str], float]:
    """CPU seconds so far by kind of process and name of thread."""
    so_far: defaultdict[tuple[str, str], float] = defaultdict(float)
    for process in (await devtools.send("SystemInfo.getProcessInfo"))["processInfo"]:
        for name, seconds in _of(process["id"]):
            so_far[process["type"], name] += seconds
    return so_far


def _of(pid: int) -> Iterator[tuple[str, float]]:
    """Name and CPU seconds so far of each thread of a process, in the scheduler's nanosecond accounting."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # it ended meanwhile
            yield (thread / "comm").read_text().strip(), int((thread / "schedstat").read_text().split()[0]) / 1e9
