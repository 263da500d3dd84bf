"""Links of a room: the one its host pinned, and its own, which is given away."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.flows import talk
from tests.flows.chromium import Visitor
from tests.flows.stack import until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
SHARE_SHEET = """
  Object.assign(globalThis, { shared: [], copied: [], refusal: "" });
  navigator.clipboard.writeText = async (text) => copied.push(text);
  navigator.share = async (what) => {
    shared.push(what);
    if (refusal) throw new DOMException("", refusal);
  };
"""
"""A device with a share sheet: it keeps what it was given, and fails with `refusal` where there is one."""


def test_a_pinned_link_is_set_seen_removed_and_put_back(visit: Visit, hand: dict[str, Any], room: str) -> None:
    alice, bob = visit("alice", **hand), visit("bob", **hand)
    talk.enter(alice, room)
    talk.enter(bob, room)
    alice.press(alice.page.get_by_role("button", name="More"))
    alice.press(talk.sheet(alice, "About this room"))
    link = alice.page.get_by_role("textbox", name="Pinned link")
    link.fill("javascript:alert(1)")
    alice.press(talk.sheet(alice, "Save"))
    expect(alice.page.locator("#sheet .banner")).to_contain_text("It begins with https://")
    link.fill("example.org/poems?page=2")
    alice.press(talk.sheet(alice, "Save"))
    pinned = bob.page.get_by_role("link", name="example.org")
    expect(pinned).to_have_attribute("href", "https://example.org/poems?page=2")
    expect(pinned).to_have_attribute("rel", "noopener noreferrer")
    expect(bob.page.get_by_role("button", name="Remove the pinned link")).to_be_hidden()
    alice.press(alice.page.get_by_role("button", name="Remove the pinned link"))
    expect(pinned).to_be_hidden()
    talk.take_back(alice, "The link is removed")
    expect(pinned).to_be_visible()


def test_the_link_of_an_open_room_is_given_away_with_a_tap(visit: Visit, hand: dict[str, Any], room: str) -> None:
    bob = visit("bob", permissions=("microphone", "clipboard-read", "clipboard-write"), **hand)
    talk.enter(bob, room)
    bob.press(bob.page.get_by_role("button", name="Share"))
    expect(talk.toast(bob, "Copied")).to_be_visible()
    assert bob.page.evaluate("navigator.clipboard.readText()") == bob.page.url


def test_a_device_s_own_share_sheet_gets_the_link_and_closing_it_copies_nothing(
    visit: Visit, phone: dict[str, Any], room: str
) -> None:
    bob = visit("bob", **phone)
    bob.page.add_init_script(SHARE_SHEET)
    talk.enter(bob, room)
    share = bob.page.get_by_role("button", name="Share", exact=True)
    bob.press(share)
    assert given(bob, 1) == {"url": bob.page.url, "title": "Slow Sunday"}
    bob.page.evaluate("refusal = 'AbortError'")
    bob.press(share)
    given(bob, 2)
    assert bob.page.evaluate("copied") == []
    bob.page.evaluate("refusal = 'NotAllowedError'")
    bob.press(share)
    expect(talk.toast(bob, "Copied")).to_be_visible()
    assert bob.page.evaluate("copied") == [bob.page.url]
    bob.page.goto("/invites/")
    bob.press(bob.page.get_by_role("button", name="Make a code"))
    bob.press(share)
    link = bob.page.locator("#link").inner_text()
    assert re.fullmatch(r"https?://.+/join/[A-Z0-9-]+", link)
    assert given(bob, 1) == {"url": link, "title": "Come in to Stoa"}


def given(visitor: Visitor, times: int) -> Any:
    """What the share sheet was given last, once that was so often: a finger's click comes after its tap is done."""
    until("it is given away", lambda: visitor.page.evaluate("shared.length") == times)
    return visitor.page.evaluate("shared.at(-1)")
