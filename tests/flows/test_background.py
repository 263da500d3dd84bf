"""A room in a tab behind others: it goes on playing, draws little, and says in its title what concerns one.

Playwright keeps every page visible, so that it is the page's own view of itself that is hidden here (`system.js`).
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.flows import chromium, talk
from tests.flows.chromium import HUM, Visitor
from tests.flows.stack import until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
SYSTEM = Path(__file__).with_name("system.js")
PAUSED = "document.querySelectorAll('audio').forEach((sound) => sound.pause())"
"""What a call that comes in does to a page's sound."""


def test_a_page_in_the_background_goes_on_playing_and_tells_the_system(visit: Visit, room: str) -> None:
    alice, carol = visit("alice"), visit("carol")
    carol.page.add_init_script(path=SYSTEM)
    talk.enter(alice, room)
    talk.enter(carol, room)
    carol.page.evaluate("system.hide(true)")
    talk.speak_up(alice)
    carol.hears(HUM)
    until("it is played", lambda: carol.page.evaluate("ears.played()") > chromium.SILENT)
    until("the system is told", lambda: carol.page.evaluate("navigator.mediaSession.metadata?.artist") == "Alice")
    carol.page.evaluate(PAUSED)
    until("it is played again", lambda: carol.page.evaluate("ears.played()") > chromium.SILENT)
    talk.dock(alice, "Mute").click()
    carol.page.evaluate("system.hide(false)")
    expect(carol.page.get_by_role("button", name="Alice, on stage, Host, Muted")).to_be_visible()


def test_a_tab_in_the_background_says_what_concerns_one_until_it_is_looked_at(visit: Visit, room: str) -> None:
    alice, carol = visit("alice"), visit("carol")
    carol.page.add_init_script(path=SYSTEM)
    talk.enter(alice, room)
    talk.enter(carol, room)
    talk.raise_hand(carol)
    own = carol.page.title()
    carol.page.evaluate("system.hide(true)")
    alice.page.get_by_role("button", name="Invite Carol to speak").click()
    until("the tab says so", lambda: carol.page.title() == f"You are invited to speak · {own}")
    carol.page.evaluate("system.hide(false)")
    assert carol.page.title() == own
    expect(carol.page.get_by_role("button", name="Accept", exact=True)).to_be_visible()
