"""What the room's page costs in Chromium: 50 on stage, three of them talk, 5,000 listen."""

import asyncio
import contextlib
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Browser, CDPSession, Page, Route, ViewportSize, WebSocketRoute, async_playwright

from benchmarks import hall
from benchmarks.browser import BINARY
from benchmarks.figures import Figure
from benchmarks.joins import HOST
from benchmarks.product import Product

SECONDS, SETTLE = 20, 8
GOAL = 5
MEDIA = Path(__file__).with_name("page.js")
_SIZE: ViewportSize = {"width": 1280, "height": 800}
PAINTERS = ("CompositorTile",)
"""Threads that make pixels of what the page wants drawn; where there is a graphics card, it does that."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Percent of a core: by the page's process without its painters, and by these with the process that composes."""

    page: float
    drawing: float


class Line:
    """The room's socket, played by us."""

    def __init__(self, room: str) -> None:
        self.room = room
        self._socket: WebSocketRoute | None = None

    def open(self, socket: WebSocketRoute) -> None:
        """The page connected: it is welcome."""
        self._socket = socket
        socket.on_message(self._heard)
        self._say(hall.welcome(self.room))

    async def go_on(self) -> None:
        """What a room of thousands says, second by second, until it is cancelled."""
        for second in hall.seconds():
            for message in second:
                self._say(message)
            await asyncio.sleep(1)

    def _heard(self, text: str | bytes) -> None:
        message = json.loads(text)
        if message["type"] == "media.offer":
            self._say({"type": "media.answer", "id": message["id"], "peer": "1", "sdp": ""})

    def _say(self, message: hall.Message) -> None:
        assert self._socket is not None
        self._socket.send(json.dumps(message))


async def measure(product: Product, *, seconds: float = SECONDS) -> AsyncIterator[Figure]:
    """The figures of a page on which somebody listens; its socket, its media and the audience's names are made up."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=BINARY, args=["--no-sandbox"])
        line = Line(product.room)
        page = await _page(browser, product, line)
        await asyncio.sleep(SETTLE)
        idle = await _spent(browser, seconds / 2)
        said = asyncio.create_task(line.go_on())
        await page.evaluate("talkers => { globalThis.talkers = talkers; }", list(hall.TALKERS))
        await asyncio.sleep(SETTLE)
        busy = await _spent(browser, seconds)
        said.cancel()
        await browser.close()
    name = f"page in a room of {hall.LISTENING:,}"
    yield Figure(f"{name}, three talk: script, style and layout", busy.page, "% of a core", GOAL)
    yield Figure(f"{name}, nobody talks: the same", idle.page, "% of a core")
    yield Figure(f"{name}, three talk: drawing without a graphics card", busy.drawing, "% of a core")


async def _page(browser: Browser, product: Product, line: Line) -> Page:
    """The room's page, joined."""
    context = await browser.new_context(locale="en", base_url=product.url, viewport=_SIZE)
    name, _, value = product.sessions[HOST + 1].partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": product.url}])
    page = await context.new_page()
    await page.add_init_script(path=MEDIA)
    await page.route("**/api/v1/rooms/*/members/**", _members)
    await page.route_web_socket("**/ws/rooms/**", line.open)
    await page.goto(f"/r/{product.room}")
    await page.get_by_role("button", name="Listen").click()
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
