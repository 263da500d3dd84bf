"""How one sounds in Firefox: its microphones, what it says of them, and holding to talk."""

from collections.abc import Callable

import pytest

from tests.flows import talk
from tests.flows.chromium import Visitor
from tests.flows.firefox import dana, driver
from tests.flows.firefox.driver import Firefox
from tests.flows.stack import Stoa, until
from tests.flows.test_states import BUSY

pytestmark = [pytest.mark.server, pytest.mark.browser]
REFUSING = {"media.navigator.permission.disabled": False, "permissions.default.microphone": 2}
"""The preferences of somebody who refuses the microphone to every page."""
INSECURE = {"dom.securecontext.allowlist": ""}
"""The preferences of somebody to whom no address is as good as https."""
LEVEL = "return Number(document.querySelector('#sheet [role=meter]').getAttribute('aria-valuenow'))"
PROCESSING = "return !document.querySelector('#sheet fieldset').disabled"


def test_firefox_picks_devices_plays_music_pins_a_link_and_is_told_of_the_end(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    room = stoa.room("dana", "A fox's own room")
    alice = visit("alice")
    dana.enter(fox, stoa, room)
    talk.enter(alice, room)
    dana.turn_on_the_microphone(fox)
    alice.hears(driver.HUM)
    fox.click("You are heard")
    alice.silence_falls()
    fox.shows("You are muted: nobody hears you.")
    for words in ("More", "Sound"):
        fox.click(words)
    fox.shows("What others hear")
    until("the meter moves", lambda: fox.evaluate(LEVEL) > 0)
    assert fox.evaluate("return document.querySelectorAll('#sheet select option').length") >= 1
    for on in (False, True):  # music takes nothing out, so there is nothing to choose
        fox.press("#sheet fieldset + .choice")
        assert fox.evaluate(PROCESSING) is on
    fox.evaluate("document.querySelector('#sheet').close()")
    for words in ("More", "About this room"):
        fox.click(words)
    fox.type("#sheet input[inputmode=url]", "example.org/foxes")
    fox.click("Save")
    alice.page.get_by_role("link", name="example.org").wait_for()
    stoa.ask("dana", "POST", f"/api/v1/rooms/{room}/end/")
    fox.shows("This room has ended")


def test_firefox_says_what_to_do_without_a_microphone_and_when_one_is_removed(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    room = stoa.room("alice", "Foxes and others")
    alice = visit("alice")
    talk.enter(alice, room)
    dana.enter(fox, stoa, room)
    fox.click("Raise hand")
    alice.page.get_by_role("button", name="Invite Dana to speak").click()
    with fox.preferences(REFUSING):
        for words in ("Accept", "Use my microphone"):
            fox.click(words)
        fox.shows("The microphone is blocked")
    fox.evaluate(BUSY)
    fox.click("Try again")
    fox.shows("The microphone is busy")
    fox.click("Go on listening")
    talk.decide(alice, Visitor(alice.page, stoa, "Dana"), "Remove from the room", sure=True)
    fox.shows("You were removed")


def test_firefox_only_listens_on_an_insecure_page(fox: Firefox, stoa: Stoa) -> None:
    room = stoa.room("dana", "A fox's own room")
    with fox.preferences(INSECURE):
        dana.enter(fox, stoa, room)
        for words in ("Turn on the microphone", "Use my microphone"):
            fox.click(words)
        fox.shows("The microphone needs a secure page")
        fox.click("Go on listening")
        until("it is connected", lambda: fox.evaluate("return (await ears.counted()).connections") == 1)
