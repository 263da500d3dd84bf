"""The room in one hand: a phone's size, a finger, and everything within its reach."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.flows import talk
from tests.flows.chromium import HUM, Visitor
from tests.flows.crowd import crowd
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
FINGER = 44
"""CSS pixels that a finger needs (WCAG 2.2, 2.5.5)."""


def tap(target: Locator) -> None:
    """Nothing: a finger's tap on something that is large enough for one."""
    target.wait_for()
    box = target.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= FINGER, f"{target}: {box}"
    target.tap()


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
