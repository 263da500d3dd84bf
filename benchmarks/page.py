"""What the room's page costs in Chromium: 50 on stage, three of them talk, 5,000 listen."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Browser, Page, Route, ViewportSize, async_playwright

from benchmarks import hall
from benchmarks.browser import BINARY
from benchmarks.figures import Figure
from benchmarks.joins import HOST
from benchmarks.product import Product
from benchmarks.threads import spent

SECONDS, SETTLE = 20, 8
GOAL = 5
_SCRIPT, _PLAY = (Path(__file__).with_name(f"{name}.js") for name in ("page", "play"))
_MOVING = """() => {
  const ring = document.createElement("div");
  ring.style.cssText = "width: 60px; height: 60px; border: 4px solid teal; border-radius: 50%; will-change: transform";
  document.body.append(ring);
  let step = 0;
  setInterval(() => { ring.style.transform = `scale(${1 + (step++ % 5) / 50})`; }, 100);
}"""
_SIZE: ViewportSize = {"width": 1280, "height": 800}


async def measure(product: Product, *, seconds: float = SECONDS) -> AsyncIterator[Figure]:
    """The figures of a page on which somebody listens; its socket, its media and the audience's names are made up.

    What any page costs that has one thing move on it is told apart: most of that is drawing without a graphics card.
    """
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=BINARY, args=["--no-sandbox"])
        page = await opened(browser, product, HOST + 1, _SCRIPT)
        await asyncio.sleep(SETTLE)
        idle = await spent(browser, seconds / 2)
        each = SETTLE + int(seconds)
        said = list(islice(hall.seconds(each), 2 * each))
        await page.evaluate("([talkers, said]) => { globalThis.talkers = talkers; play(said); }", [hall.TALKERS, said])
        await asyncio.sleep(SETTLE)
        calm = await spent(browser, seconds)
        await asyncio.sleep(SETTLE)
        applauded = await spent(browser, seconds)
        await page.goto("about:blank")
        await page.evaluate(_MOVING)
        await asyncio.sleep(SETTLE)
        empty = await spent(browser, seconds / 2)
        await browser.close()
    name, unit = f"page in a room of {hall.LISTENING:,}", "% of a core"
    yield Figure(f"{name}, three talk", calm.page, unit, GOAL)
    yield Figure(f"{name}, three talk, applause in two seconds of ten", applauded.page, unit)
    yield Figure(f"{name}, nobody talks", idle.page, unit)
    yield Figure("empty page on which a ring moves ten times a second", empty.page, unit)
    yield Figure(f"{name}, three talk: drawing without a graphics card, beside it", calm.drawing, unit)


async def opened(browser: Browser, product: Product, person: int, *scripts: Path) -> Page:
    """The room's page of this person, joined, with the audience's names made up; the scripts make up what else is."""
    page = await blank(browser, product, person)
    await page.add_init_script(f"globalThis.welcome = {json.dumps(hall.welcome(product.room))}")
    for script in (*scripts, _PLAY):
        await page.add_init_script(path=script)
    await page.route("**/api/v1/rooms/*/members/**", _members)
    await page.goto(f"/r/{product.room}")
    await page.locator("#join").click()
    await page.locator("#audience button").first.wait_for()
    return page


async def blank(browser: Browser, product: Product, person: int) -> Page:
    """An empty page of this person, signed in."""
    context = await browser.new_context(locale="en", base_url=product.url, viewport=_SIZE)
    name, _, value = product.sessions[person].partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": product.url}])
    return await context.new_page()


async def _members(route: Route) -> None:
    after = parse_qs(urlsplit(route.request.url).query).get("after", [""])[0]
    await route.fulfill(json=hall.audience(after))
