"""A room as a listener, a speaker, a host and the staff see it, with each sheet open: nothing for axe to find."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.flows import talk
from tests.flows.axe import LOOKS, Inspector
from tests.flows.chromium import Visitor
from tests.flows.crowd import GUESTS, crowd
from tests.flows.desk import DECIDED, SIT_DOWN
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
POWERS = ("lock", "slow", "mute_all")
PULLED = {"reason": "raid", "words": "A moment, please: somebody raids us.", "seconds": 30}
FACTS = "Shouted at whoever came on stage."
ENDS = {"enid": "remove", "ines": "suspend"}
"""Two ways in which the staff ends somebody's visit."""

PLUG_IN = """() => {
  const { mediaDevices } = navigator;
  const had = mediaDevices.enumerateDevices.bind(mediaDevices);
  const headset = { kind: "audioinput", deviceId: "headset", label: "Headset (0b0e:0300)" };
  mediaDevices.enumerateDevices = async () => [...(await had()), headset];
  mediaDevices.dispatchEvent(new Event("devicechange"));
}"""
"""A headset is plugged in."""


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
    open_sheet(dana.page, "#dock-more")
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


def test_a_room_for_the_staff_that_acts_in_it_and_for_those_whom_it_concerns(visit: Visit, stoa: Stoa) -> None:
    keys, (phone, desktop) = stoa.sign_in("dana", "enid", "femi", "ines", "nora"), LOOKS.values()
    stoa.manage("shell", "--verbosity", "0", "--command", SIT_DOWN % {"roles": {"nora": "moderator"}, "keys": keys})
    room, found = stoa.room("alice", "Loud Monday"), list[str]()
    alice, enid, ines = visit("alice", **phone), visit("enid", **desktop), visit("ines", **phone)
    talk.enter(alice, room)
    talk.speak_up(alice)
    for visitor in (enid, ines):
        enter(visitor, room)
    listen_in(Inspector(visit("nora", **desktop).page, found), room)
    for power in POWERS:
        stoa.page("nora", f"/console/powers/room/{room}/", {"power": power, **PULLED})
    Inspector(alice.page, found).see("everybody muted, slow, locked, and somebody listening in", "#banners stoa-banner")
    decide(stoa, room, dict.fromkeys(ENDS, "warn"))
    for visitor in (enid, ines):
        Inspector(visitor.page, found).see("a warning", "#banners stoa-banner")
    decide(stoa, room, ENDS)
    for visitor in (enid, ines):
        Inspector(visitor.page, found).see("the end of a visit, with its reasons", "#screen h1")
    Inspector(ines.page, found).visit("/")
    ines.forgive("403")
    stoa.page("nora", f"/console/powers/room/{room}/end/", {"policy": "spam", "facts": FACTS, "ground": "terms"})
    Inspector(alice.page, found).see("the end of a room, with its reasons", "#screen h1")
    assert not found, "\n".join(found)


def listen_in(inspector: Inspector, room: str) -> None:
    """Nothing: the room was looked at before and while one of the staff listens in, and their sheet of it."""
    page = inspector.page
    page.goto("/console/live/")
    page.locator(f"form[action*=listen]:has([value='{room}']) button").click()
    inspector.see("before listening in", "#join:enabled")
    page.locator("#join").click()
    inspector.see("listening in", "#room-observed")
    page.locator("#dock-more").click()
    inspector.see("the sheet of the room for whoever listens in", "dialog h2")
    page.keyboard.press("Escape")


def decide(stoa: Stoa, room: str, measures: dict[str, str]) -> None:
    """Nothing: femi decided so about each of these people."""
    told = {"room": room, "measures": measures, "facts": FACTS}
    stoa.manage("shell", "--verbosity", "0", "--command", DECIDED % told)


def speak(inspector: Inspector) -> None:
    """Nothing: the way from an invitation onto the stage was looked at."""
    page = inspector.page
    open_sheet(page, "[data-name=invitation] .button.primary")
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
    page.evaluate(PLUG_IN)
    inspector.see("a device that was plugged in", "#banners [data-name=plugged]")


def enter(visitor: Visitor, room: str) -> None:
    """Nothing: in the room, whatever the page's language is, with everybody in sight."""
    visitor.page.goto(f"/r/{room}")
    visitor.page.locator("#join").click()
    talk.connected(visitor)
    visitor.page.locator(talk.LISTED).first.wait_for()


def open_sheet(page: Page, opener: str) -> None:
    """Nothing: the sheet behind the first `opener` is there, whose script may have had to come."""
    page.locator(opener).first.click()
    page.get_by_role("dialog").wait_for()


def sheets(page: Page, opener: str, signs: tuple[str, ...]) -> Iterator[str]:
    """The name of the sheet behind `opener`, and of those that it leads to, each while it is open."""
    open_sheet(page, opener)
    yield f"the sheet behind {opener}"
    for sign in signs:
        item = page.locator(f"dialog .menu-item:has(use[href='#i-{sign}'])")
        item.click()
        item.wait_for(state="detached")  # some ask the server first
        yield f"the sheet {sign} behind {opener}"
        page.keyboard.press("Escape")
        open_sheet(page, opener)
    page.keyboard.press("Escape")


def pin(page: Page) -> None:
    """Nothing: a link is pinned."""
    page.locator("#dock-more").click()
    page.locator("dialog .menu-item:has(use[href='#i-edit'])").click()
    page.locator("dialog input[inputmode=url]").fill("https://example.org/slow")
    page.keyboard.press("Enter")
    page.locator("#pinned").wait_for()
