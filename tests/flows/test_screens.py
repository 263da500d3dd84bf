"""Every page as people get it: both sizes, themes and languages; pictures go to `screens/`, which is not committed."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.flows import chromium, talk
from tests.flows.chromium import DESKTOP, PHONE, Visitor
from tests.flows.door import PASSWORD
from tests.flows.stack import ROOT, Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(300)]
FOLDER = ROOT / os.environ.get("STOA_SCREENS", "screens")
SIZES, LANGUAGES = {"phone": PHONE, "desktop": DESKTOP}, {"en": "en", "zh": "zh-CN"}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OUTSIDE = {
    "login": "/accounts/login/",
    "code": "/join/",
    "privacy-outside": "/privacy/",
    "rules": "/rules/",
    "transparency": "/transparency/",
    "notice": "/report/",
}
INSIDE = {
    "hallway": "/",
    "new": "/new/",
    "me": "/me/",
    "invites": "/invites/",
    "history": "/history/",
    "privacy": "/privacy/",
    "own-data": "/privacy/data/",
    "decisions": "/privacy/decisions/",
    "reports": "/privacy/reports/",
    "totp": "/accounts/2fa/totp/activate/",
    "not-found": "/r/aaaaaaaaaaaa",
}
SHEETS = {"sheet-person": "#stage button", "sheet-room": "#dock-more"}
LATIN = {"Stoa", "IP", "SHA", "CSV", "JSON", "UTC", "https", "http", "QR", "PIN", "Cookie", "Space", "English", "XXXX"}
"""What stays as it is in Chinese: names, abbreviations and samples."""
TYPED = r"Alice|Bob|Carol|Slow Sunday|Reading together"
SENTENCES = """() => {
  const own = "bdi, code, kbd, pre, time, script, style, noscript, option, [lang=en], [hidden], .code, .only-read";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (!parentElement.closest(own) && parentElement.checkVisibility()) found.push(data);
  }
  return found.concat([...document.querySelectorAll("[aria-label], [placeholder], [title]")]
    .filter((element) => !element.closest("bdi, [lang=en]"))
    .flatMap((element) => ["aria-label", "placeholder", "title"].map((name) => element.getAttribute(name) ?? "")))
    .concat(document.title);
}"""


@dataclass
class Album:
    """One size's and language's pictures, taken as a visitor goes along, and what was wrong with them."""

    visitor: Visitor
    size: str
    language: str
    faults: list[str]

    def take(self, name: str, *, whole: bool = True) -> None:
        """Nothing: the page as it is now is in the album in both themes."""
        page = self.visitor.page
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            path = FOLDER / "-".join((self.size, theme, self.language)) / f"{name}.png"
            page.screenshot(path=path, full_page=whole, animations="disabled")
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if sideways > 0:
            self.faults.append(f"{name} scrolls sideways by {sideways} px")
        if self.language == "zh":
            self.faults += [f"{name} says {text!r}" for text in english(page.evaluate(SENTENCES))]

    def in_reach(self, name: str, onwards: str) -> None:
        """Nothing: the way on is seen without scrolling, or it is a fault."""
        page = self.visitor.page
        box, height = page.locator(onwards).bounding_box(), page.evaluate("innerHeight")
        if box is None or box["y"] + box["height"] > height:
            self.faults.append(f"{name} has its way on below the fold")

    def tour(self, pages: dict[str, str]) -> None:
        """Nothing: a picture of each page."""
        for name, path in pages.items():
            self.visitor.page.goto(path)
            self.take(name)


@pytest.fixture(scope="module")
def busy(browser: Browser, stoa: Stoa) -> Iterator[tuple[str, Visitor]]:
    """A room with alice as host, bob on stage, carol's hand up and dana listening; and alice herself."""
    room = stoa.room("alice", "Slow Sunday", topic="Reading together")
    stoa.ask("alice", "POST", "/api/v1/rooms/", {"title": "Jazz", "access": "invite"})
    later = {"title": "Questions", "access": "open", "scheduled_for": "2099-01-05T20:00:00Z"}
    stoa.ask("alice", "POST", "/api/v1/rooms/", later)
    people = {name: chromium.visit(browser, stoa, name) for name in ("alice", "bob", "carol", "dana")}
    for visitor in people.values():
        talk.enter(visitor, room)
    talk.bring_on_stage(people["alice"], people["bob"])
    talk.raise_hand(people["carol"])
    yield room, people["alice"]
    for visitor in people.values():
        visitor.page.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_every_page(
    size: str, language: str, visit: Callable[..., Visitor], stoa: Stoa, busy: tuple[str, Visitor]
) -> None:
    room, host = busy
    faults: list[str] = []
    look = {"viewport": SIZES[size], "locale": LANGUAGES[language]}
    outside = Album(visit(**look), size, language, faults)
    outside.tour(OUTSIDE)
    onboarding(outside, stoa)
    erin = Album(visit("erin", **look), size, language, faults)
    erin.tour(INSIDE)
    erin.visitor.forgive("404")
    as_listener(erin, room)
    as_host(Album(visit("alice", **look), size, language, faults), room)
    host.page.get_by_role("button", name="Listen here instead").click()
    talk.connected(host)
    assert not faults, "\n".join(faults)


def as_listener(erin: Album, room: str) -> None:
    """Nothing: pictures of a room before, while and after one listens."""
    page = erin.visitor.page
    page.goto(f"/r/{room}")
    erin.take("prejoin")
    page.locator("#join").click()
    talk.connected(erin.visitor)
    page.locator(talk.LISTED).first.wait_for()
    erin.take("room-listener", whole=False)
    reporting(erin)
    page.locator("#dock-leave").click()
    page.locator("#screen h1").wait_for()
    erin.take("left", whole=False)


def reporting(erin: Album) -> None:
    """Nothing: pictures of a report of bob, from its reasons to its receipt."""
    page = erin.visitor.page
    page.locator("#stage button").last.click()
    page.locator("dialog .menu-item:has(use[href='#i-flag'])").click()
    page.locator("dialog .reasons").wait_for()
    erin.take("sheet-report", whole=False)
    page.locator("dialog .reasons button").first.click()
    page.locator("dialog .code").wait_for()
    erin.take("sheet-reported", whole=False)
    page.keyboard.press("Escape")


def as_host(alice: Album, room: str) -> None:
    """Nothing: pictures of what a host sees and may do."""
    page = alice.visitor.page
    page.goto(f"/r/{room}")
    page.locator("#join").click()
    talk.connected(alice.visitor)
    page.locator("#hands button").first.wait_for()
    page.locator(talk.LISTED).first.wait_for()
    alice.take("room-host", whole=False)
    for name, opener in SHEETS.items():
        page.locator(opener).last.click()
        alice.take(name, whole=False)
        page.keyboard.press("Escape")
    page.locator("#dock-main").click()
    alice.take("sheet-why", whole=False)
    page.get_by_role("dialog").locator(".button.primary").click()
    page.get_by_role("meter").wait_for()
    alice.take("sheet-microphone", whole=False)


def onboarding(album: Album, stoa: Stoa) -> None:
    """Nothing: a picture of each screen between a code and the hallway."""
    page = album.visitor.page
    page.goto(stoa.manage("create_invite").strip())
    for screen, answer in {"1-name": "Robin", "2-keys": PASSWORD}.items():
        album.take(f"onboarding-{screen}")
        page.keyboard.type(answer)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    album.take("onboarding-3-notice")
    album.in_reach("onboarding-3-notice", "main form .button.primary")
    page.goto("/join/user-name/")
    album.take("onboarding-2-user-name")
    page.goto("/join/notice/")
    page.locator("main form .button.primary").click()
    page.wait_for_url("**/join/sound/")
    album.take("onboarding-4-sound")


def english(sentences: list[str]) -> list[str]:
    """The sentences with English words in them that are neither what people typed nor abbreviations."""
    return [text for text in sentences if set(re.findall(r"[A-Za-z]{3,}", re.sub(TYPED, "", text))) - LATIN]
