"""Every page as people get it: both sizes, themes and languages."""

from collections.abc import Callable

import pytest

from tests.flows import talk
from tests.flows.album import ALBUMS, LANGUAGES, SIZES, Album
from tests.flows.chromium import Visitor
from tests.flows.door import PASSWORD
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(300)]
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
    "end": "/privacy/end/",
    "decisions": "/privacy/decisions/",
    "reports": "/privacy/reports/",
    "totp": "/accounts/2fa/totp/activate/",
    "not-found": "/r/aaaaaaaaaaaa",
}
SHEETS = {"sheet-person": "#stage button", "sheet-room": "#dock-more"}


@pytest.mark.parametrize(("size", "language"), ALBUMS)
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
        page.locator("dialog .menu-item").first.click(trial=True)  # once it has come to rest
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
