"""Nothing jumps: how far pages shift by themselves, as browsers count it, while they load and while a room fills."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Route, expect

from tests.flows import talk
from tests.flows.chromium import DESKTOP, PHONE, Visitor
from tests.flows.door import PASSWORD
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.alone]
Visit = Callable[..., Visitor]
STEADY = 0.02
MODULES = re.compile(r"/static/(?!js/theme|accounts/able).*\.js$")
"""Scripts that a page does not wait for before it is drawn."""
DRAWN = "performance.getEntriesByType('paint').length > 0 && document.querySelector('.site-footer') !== null"
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    const moved = sources.map(({ node }) => node?.parentElement?.outerHTML.slice(0, 160) ?? String(node?.nodeName));
    if (!hadRecentInput) window.shifts.push({ value, moved });
  }
}).observe({ type: "layout-shift", buffered: true });
"""
"""A shift within half a second of a tap or key is one that somebody asked for, and not counted."""


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    """A browser's window."""
    return dict(request.param)


@pytest.fixture
def watched(visit: Visit, size: dict[str, int]) -> Visitor:
    """Erin, at a page that counts its shifts."""
    return watch(visit("erin", viewport=size))


def watch(visitor: Visitor) -> Visitor:
    """The visitor, whose pages count their shifts from now on."""
    visitor.page.add_init_script(WATCH)
    return visitor


@pytest.mark.parametrize("path", ["/", "/new/", "/me/", "/invites/", "/history/", "/privacy/"])
def test_a_page_that_loads_stands_still(path: str, watched: Visitor) -> None:
    stands_still(watched, path)


def test_in_chinese_the_hallway_the_first_question_and_a_room_stand_still(
    visit: Visit, size: dict[str, int], stoa: Stoa
) -> None:
    room = f"/r/{stoa.room('alice', '慢慢聊的星期天', topic='一起读书')}"
    erin = watch(visit("erin", viewport=size, locale="zh-CN"))
    for path in ("/", room):
        stands_still(erin, path)
        assert erin.page.evaluate("document.documentElement.lang") == "zh-hans"
    erin.page.locator("#join").click()
    talk.connected(erin)
    erin.page.get_by_role("toolbar").wait_for()
    assert shifted(erin) <= STEADY, told(erin)
    guest = watch(visit(viewport=size, locale="zh-CN"))
    guest.page.goto(stoa.manage("create_invite").strip().removeprefix(stoa.url))
    stands_still(guest, "/join/name/")


def test_each_step_of_the_way_in_stands_still(visit: Visit, size: dict[str, int], stoa: Stoa) -> None:
    named = stoa.url.replace("127.0.0.1", "localhost")  # where passkeys are offered
    guest = watch(visit(viewport=size, base_url=named))
    guest.stoa = replace(stoa, url=named)
    page = guest.page
    stands_still(guest, "/accounts/login/")
    stands_still(guest, "/join/")
    page.goto(stoa.manage("create_invite").strip().removeprefix(stoa.url))
    stands_still(guest, "/join/name/")
    page.get_by_role("textbox").fill("Juno")
    page.get_by_role("button", name="Continue").click()
    stands_still(guest, "/join/user-name/")
    stands_still(guest, "/join/keys/")
    expect(page.get_by_role("button", name="Make a passkey")).to_be_enabled()
    page.get_by_role("textbox", name="Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    stands_still(guest, "/join/notice/")
    page.get_by_role("button", name="I accept this, let me in").click()
    stands_still(guest, "/join/sound/")
    expect(page.get_by_role("button", name="Try my microphone")).to_be_enabled()


def stands_still(visitor: Visitor, path: str) -> None:
    """Nothing, if the page loads without a shift, though its modules come late: when it has been drawn."""
    page, late = visitor.page, list[Route]()
    page.route(MODULES, lambda route: late.append(route))
    page.goto(path, wait_until="commit")
    until("the page is drawn", lambda: page.evaluate(DRAWN))
    page.route(MODULES, lambda route: route.continue_())  # the latest rule counts
    for route in late:
        route.continue_()
    page.wait_for_load_state("networkidle")
    assert page.url.endswith(path)
    assert shifted(visitor) <= STEADY, (path, told(visitor))


def test_a_room_that_is_joined_and_fills_stands_still(watched: Visitor, visit: Visit, stoa: Stoa) -> None:
    room = stoa.room("alice", "Slow Sunday", topic="Reading together")
    alice, bob, carol = visit("alice"), visit("bob"), visit("carol")
    talk.enter(alice, room)
    watched.page.goto(f"/r/{room}")
    assert shifted(watched) <= STEADY, told(watched)
    watched.page.get_by_role("button", name="Listen").click()
    talk.connected(watched)
    watched.page.get_by_role("button", name="Alice, on stage").wait_for()
    talk.enter(bob, room)
    talk.enter(carol, room)
    bob.page.get_by_role("button", name="React").click()
    bob.page.get_by_role("button", name="Applause").click()
    watched.page.locator("#reactions-count:not(:empty)").wait_for(state="attached")
    talk.speak_up(alice)
    watched.page.get_by_role("button", name="Alice, on stage, Host", exact=True).wait_for()
    carol.page.get_by_role("button", name="Raise hand").click()
    carol.page.get_by_text("Number 1 in line").wait_for()
    alice.page.get_by_role("button", name="Erin").click()
    alice.page.get_by_role("button", name="Invite to the stage").click()
    watched.page.get_by_role("button", name="Not now").wait_for()
    assert shifted(watched) <= 2 * STEADY, told(watched)  # whoever stood behind a face that left moves up


def test_a_link_that_is_pinned_or_taken_down_moves_nothing(watched: Visitor, stoa: Stoa) -> None:
    room = stoa.room("alice", "Slow Sunday", topic="Reading together")
    watched.page.goto(f"/r/{room}")
    watched.page.get_by_role("button", name="Listen").click()
    talk.connected(watched)
    watched.page.get_by_role("button", name="Erin", exact=True).wait_for()
    watched.page.wait_for_timeout(600)  # until the tap is over: what moves within half a second of it is not counted
    before = shifted(watched)
    pinned = watched.page.get_by_role("link", name="example.org")
    assert stoa.ask("alice", "PATCH", f"/api/v1/rooms/{room}/", {"link": "https://example.org/poems"})[0] == 200
    pinned.wait_for()
    dock = watched.page.get_by_role("toolbar").bounding_box()
    below = pinned.bounding_box()
    assert dock is not None
    assert below is not None
    assert below["y"] + below["height"] <= dock["y"] + 1
    assert stoa.ask("alice", "PATCH", f"/api/v1/rooms/{room}/", {"link": ""})[0] == 200
    pinned.wait_for(state="hidden")
    assert shifted(watched) == before, told(watched)


def shifted(visitor: Visitor) -> float:
    """How far the page has shifted by itself so far: the sum of all shifts, no less than the CLS of browsers."""
    return float(visitor.page.evaluate("shifts.reduce((sum, { value }) => sum + value, 0)"))


def told(visitor: Visitor) -> object:
    """Each shift: how far, and what moved."""
    return visitor.page.evaluate("shifts")
