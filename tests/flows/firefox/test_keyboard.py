"""A room in Firefox by keyboard alone."""

from collections.abc import Callable

import pytest

from tests.flows import talk
from tests.flows.chromium import Visitor
from tests.flows.firefox import dana, driver
from tests.flows.firefox.driver import ENTER, ESCAPE, TAB, Firefox
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
FARTHEST = 60
"""Tabs until something must have had the focus."""
FOCUS = "return document.activeElement.innerText.trim()"
ALERT = "return document.querySelector('#assertive[role=alert]').textContent"


def test_firefox_is_used_by_keyboard_alone(fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa) -> None:
    room, alice = talk.hosted(visit, stoa, "Foxes and others")
    dana.sign_in(fox, stoa)
    fox.goto(f"{stoa.outside}/")
    fox.keys(TAB)
    assert fox.evaluate(FOCUS) == "Skip to the content"
    fox.goto(f"{stoa.outside}/r/{room}")
    fox.listen()
    tab_to(fox, "Listen")
    until("the focus is on the title", lambda: fox.evaluate(FOCUS) == "Foxes and others")
    assert fox.spoken("[role=toolbar]") == "toolbar Your controls"
    assert fox.spoken("#stage button") == "button Alice, on stage, Host, Muted"
    fox.keys("h")
    alice.page.get_by_role("button", name="Invite Dana to speak").click()
    for words in ("Accept", "Use my microphone", "Go on stage"):
        tab_to(fox, words)
    alice.hears(driver.HUM)
    fox.keys("m")
    until("it is said", lambda: fox.evaluate(ALERT) == "You are muted")
    alice.silence_falls()
    with fox.held(" "):
        alice.hears(driver.HUM)
    alice.silence_falls()

    tab_to(fox, "More")
    until("the focus is inside", lambda: fox.evaluate("return Boolean(document.activeElement.closest('dialog'))"))
    fox.keys(ESCAPE)
    until("the focus is back", lambda: fox.evaluate(FOCUS) == "More")
    fox.keys("l")
    until("the focus is on the words", lambda: fox.evaluate(FOCUS) == "You left quietly")


def tab_to(fox: Firefox, words: str) -> None:
    """Nothing: tabbed to what is called `words`, then Enter."""
    fox.shows(words)
    for _ in range(FARTHEST):
        if fox.evaluate(FOCUS).startswith(words):
            break
        fox.keys(TAB)
    else:
        pytest.fail(f"{words!r} cannot be reached by keyboard")
    fox.keys(ENTER)
