"""A room as a listener, a speaker and a host see it, with each sheet open: nothing for axe to find."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.flows import talk
from tests.flows.axe import Inspector
from tests.flows.chromium import Visitor
from tests.flows.crowd import GUESTS, crowd
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Visitor]
ROOM_SHEETS = ("link", "edit", "gear", "key", "stop")
"""What the sheet of a room leads a host to, by icon."""
SHEETS = {
    "#dock-more": ROOM_SHEETS,
    "#stage li:last-child button": ("star", "leave", "ban"),
    **dict.fromkeys(("#stage .own button", "#hands .person", talk.LISTED), ()),
}
"""What opens a sheet for a host, with what that sheet asks about or leads to, by icon."""


@pytest.fixture
def room(browser: Browser, stoa: Stoa) -> Iterator[tuple[str, Visitor]]:
    """A room with bob on stage, dana and erin listening and carol's hand up; and alice, who hosts it."""
    with talk.busy(browser, stoa, "dana", "erin") as room:
        yield room


def test_a_room_for_whoever_listens_and_then_speaks(
    visit: Visit, room: tuple[str, Visitor], look: dict[str, Any]
) -> None:
    room_id, alice = room
    dana = visit("dana", **look)
    dana.name = "Dana"
    inspector = Inspector(dana.page)
    enter(dana, room_id)
    inspector.look("a listener")
    dana.page.locator("#dock-more").click()
    inspector.look("a listener's sheet of the room")
    dana.page.keyboard.press("Escape")
    dana.page.locator("#dock-react").click()
    inspector.look("reactions")
    dana.page.locator(".reaction").first.click()
    dana.page.keyboard.press("Escape")
    dana.page.locator("#stage button").last.click()
    inspector.look("a listener's sheet of a speaker")
    dana.page.keyboard.press("Escape")
    dana.page.locator("#dock-main").click()
    dana.page.locator("#dock-main.raised").wait_for()
    inspector.look("a raised hand")
    alice.page.get_by_role("button", name="Invite Dana to speak").click()
    dana.page.locator("[data-name=invitation] .button.primary").wait_for()
    inspector.look("an invitation")
    speak(inspector)
    dana.page.locator("#dock-leave").click()
    dana.page.locator("#screen h1").wait_for()
    inspector.look("left")
    inspector.assert_nothing_found()


def test_a_room_for_its_host(visit: Visit, stoa: Stoa, room: tuple[str, Visitor], look: dict[str, Any]) -> None:
    alice = visit("alice", **look)
    inspector = Inspector(alice.page)
    enter(alice, room[0])
    alice.page.locator("#hands button").first.wait_for()
    inspector.look("a host")
    for opener, signs in SHEETS.items():
        for name in sheets(alice.page, opener, signs):
            inspector.look(name)
    with crowd(stoa, room[0], GUESTS):
        alice.page.locator("#audience-search").fill("nobody")
        alice.page.locator("#audience-found:not(:empty)").wait_for()
        inspector.look("a search that finds nobody")
    pin(alice.page)
    inspector.look("a pinned link")
    alice.page.locator("#hands .button").first.click()
    alice.page.locator("stoa-toast").wait_for()
    inspector.look("a toast")
    inspector.assert_nothing_found()


def speak(inspector: Inspector) -> None:
    """Nothing: the way from an invitation onto the stage was looked at."""
    page = inspector.page
    page.locator("[data-name=invitation] .button.primary").click()
    inspector.look("why the microphone is asked for")
    page.locator("dialog .button.primary").click()
    page.get_by_role("meter").wait_for()
    inspector.look("the microphone's level")
    page.locator("dialog .button.primary").click()
    page.locator("#dock-main.live").wait_for()
    inspector.look("a speaker")
    page.locator("#dock-main").click()
    page.locator("#dock-main:not(.live)").wait_for()
    inspector.look("a muted speaker")
    page.locator("#dock-more").click()
    page.locator("dialog .menu-item:has(use[href='#i-gear'])").click()
    page.get_by_role("meter").wait_for()
    inspector.look("the sound of a speaker")
    page.keyboard.press("Escape")


def enter(visitor: Visitor, room: str) -> None:
    """Nothing: in the room, whatever the page's language is, with everybody in sight."""
    visitor.page.goto(f"/r/{room}")
    visitor.page.locator("#join").click()
    talk.connected(visitor)
    visitor.page.locator(talk.LISTED).first.wait_for()


def sheets(page: Page, opener: str, signs: tuple[str, ...]) -> Iterator[str]:
    """The name of the sheet behind `opener`, and of those that it leads to, each while it is open."""
    page.locator(opener).first.click()
    yield f"the sheet behind {opener}"
    for sign in signs:
        page.locator(f"dialog .menu-item:has(use[href='#i-{sign}'])").click()
        yield f"the sheet {sign} behind {opener}"
        page.keyboard.press("Escape")
        page.locator(opener).first.click()
    page.keyboard.press("Escape")


def pin(page: Page) -> None:
    """Nothing: a link is pinned."""
    page.locator("#dock-more").click()
    page.locator("dialog .menu-item:has(use[href='#i-edit'])").click()
    page.locator("dialog input[inputmode=url]").fill("https://example.org/slow")
    page.keyboard.press("Enter")
    page.locator("#pinned").wait_for()
