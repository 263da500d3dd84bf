"""Joining as a person does it: a tap on the page's button in Chromium, until it is connected and a packet is there."""

from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

from playwright.async_api import Browser, async_playwright

from benchmarks.figures import Figure
from benchmarks.joins import HOST, Crowd, talking
from benchmarks.product import Product

BINARY = Path("/usr/bin/chromium")
JOINS = 20
_ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--allow-loopback-in-peer-connection")
# A track is muted until its first packet (W3C WebRTC, section 5.3).
_WATCH = """
const Native = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Native {
  constructor(...settings) {
    super(...settings);
    this.addEventListener("connectionstatechange", () => {
      if (this.connectionState === "connected") window.connected ??= performance.now();
    });
    this.addEventListener("track", ({ track }) => track.addEventListener("unmute", () => {
      window.heard ??= performance.now();
    }));
  }
};
"""
_TAP = "button => { window.tapped = performance.now(); button.click(); }"
_DONE = "() => window.connected && window.heard"
_TIMES = "() => [window.connected - window.tapped, window.heard - window.tapped]"


async def measure(product: Product, *, joins: int = JOINS) -> AsyncIterator[Figure]:
    """Both figures, with the host of `product` speaking and the person after them joining again and again."""
    crowd = Crowd(product)
    async with talking(crowd), async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=BINARY, args=_ARGUMENTS)
        times = [await _join(browser, product) for _ in range(joins)]
        await browser.close()
    yield Figure("Chromium, tap to connected, p50", median(connected for connected, _ in times), "ms", 150)
    yield Figure("Chromium, tap to first packet, p50", median(heard for _, heard in times), "ms", 150)
    crowd.leave()


async def _join(browser: Browser, product: Product) -> tuple[float, float]:
    """Milliseconds from the tap to connected and to the first packet, in a fresh profile."""
    context = await browser.new_context(locale="en", base_url=product.url)
    name, _, value = product.sessions[HOST + 1].partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": product.url}])
    page = await context.new_page()
    await page.add_init_script(_WATCH)
    await page.goto(f"/r/{product.room}")
    await page.locator("#join").evaluate(_TAP)
    await page.wait_for_function(_DONE)
    connected, heard = await page.evaluate(_TIMES)
    await context.close()
    return connected, heard
