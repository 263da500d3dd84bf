"""How one sounds in Firefox: its microphones, what it says of them, and holding to talk."""

from collections.abc import Callable

import pytest

from tests.flows import talk
from tests.flows.chromium import Visitor
from tests.flows.firefox import dana, driver
from tests.flows.firefox.dana import hears, plays
from tests.flows.firefox.driver import Firefox
from tests.flows.stack import Stoa, until
from tests.flows.test_background import PAUSED, SYSTEM
from tests.flows.test_room_sound import SENT, UNUSABLE
from tests.flows.test_states import BUSY

pytestmark = [pytest.mark.server, pytest.mark.browser]
REFUSING = {"media.navigator.permission.disabled": False, "permissions.default.microphone": 2}
"""The preferences of somebody who refuses the microphone to every page."""
BARE = {"media.navigator.streams.fake": False, "media.audio_loopback_dev": "none"}
"""The preferences of somebody whose machine has no microphone: none that it has is called so."""
INSECURE = {"dom.securecontext.allowlist": ""}
"""The preferences of somebody to whom no address is as good as https."""
CHOOSING = """
navigator.mediaDevices.selectAudioOutput = async () => ({ deviceId: "hall" });
HTMLMediaElement.prototype.setSinkId = async function (device) { this.dataset.sink = device; };
document.querySelector("#sheet section").classList.add("before");
"""
"""A browser in whose own list the hall is chosen; the sheet as it is before that is marked."""
CHOSEN = """
const sounds = [...document.querySelectorAll("audio[data-slot]")];
return sounds.every(({ dataset }) => dataset.sink === "hall") && !document.querySelector("#sheet .before");
"""
LEVEL = "return Number(document.querySelector('#sheet [role=meter]').getAttribute('aria-valuenow'))"
TITLE = "return document.title"
PROCESSING = "return !document.querySelector('#sheet fieldset').disabled"


def test_firefox_chooses_where_it_plays_sends_music_pins_a_link_and_is_told_of_the_end(
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
    fox.evaluate(CHOOSING + UNUSABLE)
    fox.click("Choose where it plays")
    fox.shows("That device cannot be used.")
    fox.evaluate(CHOOSING)
    fox.click("Choose where it plays")
    until("everything plays there", lambda: fox.evaluate(CHOSEN))
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
    room, alice = talk.hosted(visit, stoa, "Foxes and others")
    dana.enter(fox, stoa, room)
    fox.click("Raise hand")
    alice.page.get_by_role("button", name="Invite Dana to speak").click()
    with fox.preferences(REFUSING):
        for words in ("Accept", "Use my microphone"):
            fox.click(words)
        fox.shows("The microphone is blocked")
    with fox.preferences(BARE):
        fox.click("Try again")
        fox.shows("No microphone was found")
    fox.evaluate(BUSY)
    fox.click("Try again")
    fox.shows("The microphone is busy")
    fox.click("Go on listening")
    talk.decide(alice, "Dana", "Remove from the room", sure=True)
    fox.shows("You were removed")


def test_firefox_only_listens_on_an_insecure_page(fox: Firefox, stoa: Stoa) -> None:
    room = stoa.room("dana", "A fox's own room")
    with fox.preferences(INSECURE):
        dana.enter(fox, stoa, room)
        for words in ("Turn mic on", "Use my microphone"):
            fox.click(words)
        fox.shows("The microphone needs a secure page")
        fox.click("Go on listening")
        until("it is connected", lambda: fox.evaluate("return (await ears.counted()).connections") == 1)


def test_firefox_plays_behind_another_tab_keeps_its_screen_on_for_a_speaker_and_minds_a_call(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    room, alice = talk.hosted(visit, stoa, "Foxes and others")
    dana.enter(fox, stoa, room)
    fox.click("Raise hand")
    own = fox.evaluate(TITLE)
    with fox.behind_another_tab():
        talk.speak_up(alice)
        until("Firefox plays alice", lambda: hears(fox) and plays(fox))
        fox.evaluate(PAUSED)
        until("Firefox plays alice again", lambda: plays(fox))
        alice.page.get_by_role("button", name="Invite Dana to speak").click()
        until("the tab says so", lambda: fox.evaluate(TITLE) == f"You are invited to speak · {own}")
    until("the tab has its own title", lambda: fox.evaluate(TITLE) == own)

    fox.evaluate(SYSTEM.read_text(encoding="utf-8"))
    dana.go_on_stage(fox)
    alice.hears(driver.HUM)
    until("the screen stays on", lambda: fox.evaluate("return system.locks") == 1)
    fox.evaluate(f"system.take({SENT})")
    fox.shows("Your microphone was interrupted. Nobody hears you.")
    alice.silence_falls()
    fox.click("Turn it on again")
    alice.hears(driver.HUM)
    talk.decide(alice, "Dana", "Move to the audience")
    until("the screen may go dark", lambda: fox.evaluate("return system.locks") == 0)
