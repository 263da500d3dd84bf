"""What three voices cost a room's page that receives and plays them, beside a page that does nothing else.

Three people speak real Opus (espeak-ng's speech) through the whole product. The page is that of a room of 5,000, most
of whom are made up (`benchmarks.hall`); its connection and its sound are real.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from playwright.async_api import Browser, Page, async_playwright

from benchmarks import hall, packets, sdp
from benchmarks.browser import BINARY
from benchmarks.figures import Figure
from benchmarks.joins import HOST, Crowd
from benchmarks.light import Client
from benchmarks.page import GOAL, blank, opened
from benchmarks.product import Product
from benchmarks.room import background, keep, talk
from benchmarks.threads import Spent, spent
from tests.rooms.sfu.voices import speech

COMPANY = max(hall.TALKERS)
"""So many come in before the page: the numbers of those who talk must be those of the made-up room."""
SECONDS, ROUNDS, SETTLE = 10, 3, 5
TEXT = "The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background."
_VOICES = ("en-us", "en-us+f3", "en-us+m7")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
)
_SOCKET, _PEERS, _BARE = (Path(__file__).with_name(f"{name}.js") for name in ("hearing", "peers", "bare"))
_PACKETS = 50
"""A second, of each voice."""


class Speaker(packets.Voice):
    """A browser's microphone into which somebody speaks without an end."""

    red = True

    def __init__(self, ssrc: int, remote: sdp.Remote, voice: str) -> None:
        super().__init__(ssrc, remote)
        self._said = cycle(speech(voice, TEXT))

    def next(self, sent: int, level: int = 30) -> bytes:
        """The next 20 ms, which have a level of their own."""
        said = next(self._said)
        return self.packet(said.payload, said.level)


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page took while nobody talked and while three did, and the packets a second that it received of them."""

    quiet: Spent
    heard: Spent
    packets: float


async def measure(product: Product) -> AsyncIterator[Figure]:
    """What each page takes, the median of a few rounds in turns, and what is the room's own of that."""
    crowd = Crowd(product)
    clients = await _stage(crowd)
    talks = [(one, Speaker(one.local.ssrc, one.remote, voice)) for one, voice in zip(clients, _VOICES, strict=True)]
    bare, room = list[Visit](), list[Visit]()
    async with async_playwright() as driver, background(keep(crowd.clients)):
        browser = await driver.chromium.launch(executable_path=BINARY, args=_ARGUMENTS)
        for _ in range(ROUNDS):
            bare.append(await _visit(browser, await _bare(browser, product), talks))
            room.append(await _visit(browser, await _room(browser, product), talks))
        await browser.close()
    crowd.leave()
    for figure in [*_figures(f"page in a room of {hall.LISTENING:,}", room, GOAL), *_figures("bare page", bare, None)]:
        yield figure
    for what, taken in (("three are heard", _heard), ("nobody talks", _quiet)):
        beyond = [taken(one) - taken(other) for one, other in zip(room, bare, strict=True)]
        yield Figure(f"the room's page beyond a bare one, {what}", median(beyond), "% of a core")


def _figures(name: str, visits: Sequence[Visit], goal: float | None) -> list[Figure]:
    unit, beside = "% of a core", "browser, network and sound, beside it"
    least, middle, most = sorted(map(_heard, visits))
    return [
        Figure(f"{name}, three are heard", middle, unit, goal),
        Figure(f"{name}, three are heard: least of {ROUNDS} rounds", least, unit),
        Figure(f"{name}, three are heard: most of {ROUNDS} rounds", most, unit),
        Figure(f"{name}, nobody talks", median(map(_quiet, visits)), unit),
        Figure(f"{name}, three are heard: {beside}", median(one.heard.services for one in visits), unit),
        Figure(f"{name}, nobody talks: {beside}", median(one.quiet.services for one in visits), unit),
        Figure(f"{name}, three are heard: drawing, beside it", median(one.heard.drawing for one in visits), unit),
        Figure(f"{name}: packets received", min(one.packets for one in visits), "/s", 2.9 * _PACKETS, at_least=True),
    ]


def _heard(visit: Visit) -> float:
    return visit.heard.page


def _quiet(visit: Visit) -> float:
    return visit.quiet.page


async def _visit(browser: Browser, page: Page, talks: Sequence[tuple[Client, Speaker]]) -> Visit:
    """What the page takes, before and while these talk; then it is closed."""
    await asyncio.sleep(SETTLE)
    quiet = await spent(browser, SECONDS)
    async with background(*(talk(client, speaker) for client, speaker in talks)):
        await asyncio.sleep(SETTLE)
        before = await page.evaluate("received()")
        heard = await spent(browser, SECONDS)
        received = await page.evaluate("received()") - before
    await page.context.close()
    return Visit(quiet, heard, received / SECONDS)


async def _room(browser: Browser, product: Product) -> Page:
    """The room's page, in which the made-up people come and go, and whose own connection is up."""
    page = await opened(browser, product, COMPANY, _PEERS, _SOCKET)
    each = 4 * SETTLE + 2 * SECONDS
    await page.evaluate("said => play(said)", list(islice(hall.seconds(each), each)))
    return page


async def _bare(browser: Browser, product: Product) -> Page:
    """A page of the same site with nothing on it but three players."""
    page = await blank(browser, product, COMPANY + 1)
    await page.add_init_script(path=_PEERS)
    await page.goto("/offline/")
    await page.evaluate(_BARE.read_text(encoding="utf-8"), product.room)
    return page


async def _stage(crowd: Crowd) -> list[Client]:
    """The clients of those who talk, connected; the others only sit in the room."""
    clients = []
    for person in range(COMPANY):
        client = await crowd.come_in(person)
        assert crowd.numbers[person] == person + 1
        if person + 1 in hall.TALKERS:
            await _speak(crowd, person)
            await client.connect()
            clients.append(client)
        else:
            client.abandon()
    return clients


async def _speak(crowd: Crowd, person: int) -> None:
    """Nothing: the host is unmuted, anybody else invited by the host, and there."""
    if person == HOST:
        await _move(crowd, person, "unmute")
        return
    await _move(crowd, person, "raise_hand")
    await _move(crowd, HOST, "invite", member=crowd.numbers[person])
    await _move(crowd, person, "accept")


async def _move(crowd: Crowd, person: int, move: str, **on: int) -> None:
    socket = crowd.sockets[person]
    socket.say({"type": "move", "id": 7, "move": move, **on})
    await socket.message("ok", id=7)
