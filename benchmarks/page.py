"""What the room's page costs in Chromium: 50 on stage, three of them talk, 5,000 listen."""

import asyncio
import contextlib
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Browser, CDPSession, Page, Route, ViewportSize, async_playwright

from benchmarks import hall
from benchmarks.browser import BINARY
from benchmarks.figures import Figure
from benchmarks.joins import HOST
from benchmarks.product import Product

SECONDS, SETTLE = 20, 8
GOAL = 5
SCRIPT = Path(__file__).with_name("page.js")
_MOVING = """() => {
  const ring = document.createElement("div");
  ring.style.cssText = "width: 60px; height: 60px; border: 4px solid teal; border-radius: 50%; will-change: transform";
  document.body.append(ring);
  let step = 0;
  setInterval(() => { ring.style.transform = `scale(${1 + (step++ % 5) / 50})`; }, 100);
}"""
_SIZE: ViewportSize = {"width": 1280, "height": 800}
PAINTERS = ("CompositorTile",)
"""Threads that make pixels of what the page wants drawn; where there is a graphics card, it does that."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Percent of a core: by the page's process without its painters, and by these with the process that composes."""

    page: float
    drawing: float


async def measure(product: Product, *, seconds: float = SECONDS) -> AsyncIterator[Figure]:
    """The figures of a page on which somebody listens; its socket, its media and the audience's names are made up.

    What any page costs that has one thing move on it is told apart: most of that is drawing without a graphics card.
    """
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=BINARY, args=["--no-sandbox"])
        page = await _page(browser, product)
        await asyncio.sleep(SETTLE)
        idle = await _spent(browser, seconds / 2)
        each = SETTLE + int(seconds)
        said = list(islice(hall.seconds(each), 2 * each))
        await page.evaluate("([talkers, said]) => { globalThis.talkers = talkers; play(said); }", [hall.TALKERS, said])
        await asyncio.sleep(SETTLE)
        calm = await _spent(browser, seconds)
        await asyncio.sleep(SETTLE)
        applauded = await _spent(browser, seconds)
        await page.goto("about:blank")
        await page.evaluate(_MOVING)
        await asyncio.sleep(SETTLE)
        empty = await _spent(browser, seconds / 2)
        await browser.close()
    name, unit = f"page in a room of {hall.LISTENING:,}", "% of a core"
    yield Figure(f"{name}, three talk", calm.page, unit, GOAL)
    yield Figure(f"{name}, three talk, applause in two seconds of ten", applauded.page, unit)
    yield Figure(f"{name}, nobody talks", idle.page, unit)
    yield Figure("empty page on which a ring moves ten times a second", empty.page, unit)
    yield Figure(f"{name}, three talk: drawing without a graphics card, beside it", calm.drawing, unit)


async def _page(browser: Browser, product: Product) -> Page:
    """The room's page, joined."""
    context = await browser.new_context(locale="en", base_url=product.url, viewport=_SIZE)
    name, _, value = product.sessions[HOST + 1].partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": product.url}])
    page = await context.new_page()
    await page.add_init_script(f"globalThis.welcome = {json.dumps(hall.welcome(product.room))}")
    await page.add_init_script(path=SCRIPT)
    await page.route("**/api/v1/rooms/*/members/**", _members)
    await page.goto(f"/r/{product.room}")
    await page.locator("#join").click()
    await page.locator("#audience button").first.wait_for()
    return page


async def _members(route: Route) -> None:
    after = parse_qs(urlsplit(route.request.url).query).get("after", [""])[0]
    await route.fulfill(json=hall.audience(after))


async def _spent(browser: Browser, seconds: float) -> Spent:
    """Percent of a core that the page takes, and that drawing takes beside it."""
    devtools = await browser.new_browser_cdp_session()
    before, began = await _threads(devtools), time.monotonic()
    await asyncio.sleep(seconds)
    after, took = await _threads(devtools), time.monotonic() - began
    await devtools.detach()
    shares = {thread: (spent - before[thread]) / took * 100 for thread, spent in after.items()}
    drawing = sum(share for (kind, name), share in shares.items() if kind == "GPU" or name.startswith(PAINTERS))
    whole = sum(share for (kind, _), share in shares.items() if kind in {"GPU", "renderer"})
    return Spent(whole - drawing, drawing)


async def _threads(devtools: CDPSession) -> defaultdict[tuple[str, str], float]:
    """CPU seconds so far by kind of process and name of thread."""
    spent: defaultdict[tuple[str, str], float] = defaultdict(float)
    for process in (await devtools.send("SystemInfo.getProcessInfo"))["processInfo"]:
        for name, seconds in _of(process["id"]):
            spent[process["type"], name] += seconds
    return spent


def _of(pid: int) -> Iterator[tuple[str, float]]:
    """Name and CPU seconds so far of each thread of a process, in the scheduler's nanosecond accounting."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # it ended meanwhile
            yield (thread / "comm").read_text().strip(), int((thread / "schedstat").read_text().split()[0]) / 1e9
