"""The room in one hand: a phone's size, a finger, and everything within its reach."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.flows import talk
from tests.flows.chromium import FINGER, HUM, PHONE, Visitor, tap
from tests.flows.crowd import crowd
from tests.flows.small import looked_over
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
SMALL = """(least) => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".only-read, .skip"))
  .map((one) => one.closest("label") ?? one)
  .filter((one) => getComputedStyle(one).display !== "inline")
  .map((one) => [one.getBoundingClientRect(), one.outerHTML.slice(0, 120)])
  .filter(([{ width, height }]) => Math.min(width, height) < least)
  .map(([{ width, height }, html]) => `${width} by ${height}: ${html}`)"""
"""What is smaller than a finger, but for links within a sentence."""


def in_sight(target: Locator) -> None:
    """Nothing, if all of it is on the screen."""
    expect(target).to_be_in_viewport(ratio=1)


def test_a_room_is_joined_spoken_in_and_left_with_a_thumb(visit: Visit, phone: dict[str, Any], stoa: Stoa) -> None:
    room = stoa.room("alice", "A walk in the park", topic="birds, and which of them sing in November")
    alice, bob = visit("alice"), visit("bob", **phone)
    talk.enter(alice, room)
    page = bob.page
    page.goto("/")
    tap(page.locator(f"#card-{room}"))  # all of the card is the link
    tap(page.get_by_role("button", name="Listen"))
    talk.connected(bob)
    tap(talk.dock(bob, "Raise hand"))
    talk.invite(alice, bob)
    tap(page.get_by_role("button", name="Accept", exact=True))
    tap(talk.sheet(bob, "Use my microphone"))
    in_sight(talk.sheet(bob, "Go on stage muted"))
    tap(talk.sheet(bob, "Go on stage").first)
    alice.hears(HUM)
    tap(talk.dock(bob, "You are heard"))
    alice.silence_falls()

    tap(page.get_by_role("button", name="React"))
    in_sight(page.get_by_role("button", name="Amazement"))
    tap(page.get_by_role("button", name="Heart"))
    expect(alice.page.locator("#reactions-count")).to_have_text("Heart: 1")
    tap(page.get_by_role("button", name=re.compile("^Alice, on stage")))
    in_sight(page.get_by_role("dialog").get_by_label("Volume, for you alone"))
    page.keyboard.press("Escape")
    tap(page.get_by_role("button", name="More"))
    in_sight(talk.sheet(bob, "Step down"))
    tap(talk.sheet(bob, "Sound"))
    expect(page.get_by_label("Take out noise")).to_be_checked()
    page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tap(page.get_by_role("button", name="Leave quietly"))
    expect(page.get_by_role("heading", name="You left quietly")).to_be_visible()


def test_a_host_runs_a_busy_room_with_a_thumb(visit: Visit, phone: dict[str, Any], stoa: Stoa) -> None:
    room = stoa.room("alice", "Questions")
    alice = visit("alice", **phone)
    talk.enter(alice, room)
    names = [f"visitor{number:02}" for number in range(30)]
    with crowd(stoa, room, names) as others:
        for name in names[:8]:
            others.say(name, type="move", move="raise_hand")
        tap(alice.page.get_by_role("button", name="Invite Visitor03 to speak"))
        tap(alice.page.locator("stoa-toast").get_by_role("button", name="Undo"))
        expect(alice.page.locator("stoa-toast", has_text="Visitor03 waits in line again")).to_be_visible()
        alice.page.mouse.wheel(0, 5000)
        in_sight(talk.dock(alice, "Turn mic on"))  # the dock never scrolls away
        tap(alice.page.locator("#audience").get_by_role("button").last)
        tap(talk.sheet(alice, "Remove from the room"))
        in_sight(alice.page.get_by_role("dialog").get_by_role("button", name="Cancel"))
        tap(alice.page.get_by_role("dialog").get_by_role("button", name="Cancel"))
        assert alice.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_everything_is_as_large_as_a_finger_and_nothing_that_has_the_focus_is_covered(
    visit: Visit, phone: dict[str, Any], stoa: Stoa
) -> None:
    stoa.room("alice", "Questions", scheduled_for="2099-01-05T20:00:00Z")
    room = stoa.room("alice", "A walk in the park", topic="birds")
    assert stoa.ask("alice", "PATCH", f"/api/v1/rooms/{room}/", {"link": "https://example.org/birds"})[0] == 200
    alice, faults = visit("alice", **{**phone, "viewport": PHONE}), list[str]()
    names = [f"visitor{number:02}" for number in range(12)]
    with crowd(stoa, room, names) as others:
        for path in ("/", f"/r/{room}"):
            alice.page.goto(path)
            faults += found_with_a_finger(alice, path)
        talk.enter(alice, room)
        for name in names[:3]:
            others.say(name, type="move", move="raise_hand")
        expect(alice.page.locator("#hands li")).to_have_count(3)
        faults += found_with_a_finger(alice, "the room")
    assert faults == [], "\n".join(faults)


def found_with_a_finger(visitor: Visitor, name: str) -> list[str]:
    """What is wrong with the page at the size of a phone: too small, covered when it has the focus, or cut off."""
    small = visitor.page.evaluate(SMALL, FINGER)
    return [*(f"{name}: {one}" for one in small), *looked_over(visitor.page, name)]
