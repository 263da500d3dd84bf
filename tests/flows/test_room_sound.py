"""How one sounds and hears: devices, processing, holding to talk, hints, and what the system is told."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Playwright, expect

from tests.flows import chromium, talk
from tests.flows.chromium import HUM, TOLERANCE, Visitor
from tests.flows.stack import until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
LEFT, RIGHT = 330, 550
"""Hz of a microphone with two sides."""
RAW = {"noise": False, "echo": False, "gain": False}
SYSTEM = Path(__file__).with_name("system.js")
TOLD = "(({ metadata }) => metadata && [metadata.title, metadata.artist])(navigator.mediaSession)"
"""What the system shows of the sound."""
SENT = "[...ears.peers].flatMap((peer) => peer.getSenders().map(({ track }) => track)).findLast(Boolean)"
"""The microphone's track, as it was last sent."""

UNUSABLE = """
void (HTMLMediaElement.prototype.setSinkId = () => Promise.reject(new DOMException("", "NotFoundError")));
"""
"""A machine on which no device can be played on any more."""


@pytest.fixture(scope="module")
def band(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium whose microphone has a low tone on its left and a high one on its right."""
    file = chromium.hum(tmp_path_factory.mktemp("band") / "band.wav", LEFT, RIGHT)
    running = chromium.launch(playwright, file)
    yield running
    running.close()


def sounding(visitor: Visitor, **settings: object) -> Visitor:
    """The visitor, who chose these settings of sound on another day."""
    script = (
        f"localStorage.getItem('stoa.sound') ?? localStorage.setItem('stoa.sound', {json.dumps(json.dumps(settings))})"
    )
    visitor.page.add_init_script(script)
    return visitor


def open_sound(visitor: Visitor) -> None:
    """Nothing: the sheet of settings is open."""
    visitor.press(visitor.page.get_by_role("button", name="More"))
    visitor.press(talk.sheet(visitor, "Sound"))


def switch(visitor: Visitor, label: str) -> None:
    """Nothing: the setting is on if it was off, and off if it was on."""
    visitor.press(visitor.page.locator("#sheet label", has_text=label))


def of_microphone(visitor: Visitor, name: str) -> Any:
    """One of the settings of the track that is sent."""
    return visitor.page.evaluate(f"{SENT}?.getSettings()[{json.dumps(name)}]")


def test_devices_are_chosen_and_remembered(visit: Visit, hand: dict[str, Any], room: str) -> None:
    alice = visit("alice", **hand)
    talk.enter(alice, room)
    talk.speak_up(alice)
    first = of_microphone(alice, "deviceId")
    open_sound(alice)
    page = alice.page
    until("the meter moves", lambda: float(page.get_by_role("meter").get_attribute("aria-valuenow") or 0) > 0)
    microphones, speakers = picker(alice, "Microphone"), picker(alice, "Plays on")
    other = microphones.locator("option:not(:checked)").last
    name, device = other.inner_text(), other.get_attribute("value")
    alice.choose(microphones, device)
    until("another microphone is sent", lambda: of_microphone(alice, "deviceId") == device != first)
    speaker = speakers.locator("option").last.get_attribute("value")
    alice.choose(speakers, speaker)
    until("it plays there", lambda: sinks(alice) == [speaker] * 3)
    page.evaluate(UNUSABLE)
    speakers.select_option(index=0)
    expect(page.locator("stoa-toast", has_text="That device cannot be used.")).to_be_visible()
    expect(speakers).to_have_value(speaker or "")
    alice.press(talk.sheet(alice, "Close"))
    expect(talk.dock(alice, "You are heard")).to_be_visible()

    page.reload()
    alice.press(page.locator("#join"))
    talk.connected(alice)
    assert sinks(alice) == [speaker] * 3
    alice.press(talk.dock(alice, "Turn mic on"))
    talk.open_microphone(alice)
    assert picker(alice, "Microphone").locator("option:checked").inner_text() == name


def picker(visitor: Visitor, label: str) -> Locator:
    """The list of devices with this label."""
    return visitor.page.locator("#sheet label", has_text=label).locator("select")


def sinks(visitor: Visitor) -> Any:
    """The device that each player plays on."""
    return visitor.page.evaluate("[...document.querySelectorAll('audio')].map(({ sinkId }) => sinkId)")


def test_processing_is_switched_on_the_open_microphone(visit: Visit, hand: dict[str, Any], room: str) -> None:
    alice, carol = visit("alice", **hand), visit("carol")
    talk.enter(alice, room)
    talk.enter(carol, room)
    talk.speak_up(alice)
    open_sound(alice)
    words = {
        "noiseSuppression": "Take out noise",
        "echoCancellation": "Take out echo",
        "autoGainControl": "Even out loudness",
    }
    for name, label in words.items():
        assert of_microphone(alice, name) is True
        switch(alice, label)
        until(f"{name} is off", partial(is_off, alice, name))
        assert alice.packets()["connections"] == 1
    switch(alice, "Take out noise")
    until("noise is taken out again", lambda: of_microphone(alice, "noiseSuppression") is True)
    carol.hears(HUM)


def is_off(visitor: Visitor, name: str) -> bool:
    """Whether the microphone is without this."""
    return of_microphone(visitor, name) is False


def test_music_is_heard_left_and_right(visit: Visit, hand: dict[str, Any], band: Browser, room: str) -> None:
    alice, carol = visit("alice", browser=band, **hand), visit("carol")
    talk.enter(alice, room)
    talk.enter(carol, room)
    talk.speak_up(alice)
    until("both sides hear the same", lambda: sides(carol)[0] == sides(carol)[1] > 0)
    open_sound(alice)
    switch(alice, "Music mode")
    expect(alice.page.get_by_label("Take out noise")).to_be_disabled()
    until("carol hears left from right", lambda: apart(carol))
    assert of_microphone(alice, "echoCancellation") is False
    switch(alice, "Music mode")
    until("both sides hear the same again", lambda: not apart(carol))


def apart(visitor: Visitor) -> bool:
    """Whether the left hears one tone, and the right the other."""
    left, right = sides(visitor)
    return abs(left - LEFT) < TOLERANCE and abs(right - RIGHT) < TOLERANCE


def sides(visitor: Visitor) -> tuple[float, float]:
    """The frequencies (Hz) that are heard left and right."""
    heard = visitor.page.evaluate("ears.sides()") or {"left": 0, "right": 0}
    return float(heard["left"]), float(heard["right"])


def test_each_packet_brings_the_last_ones_sound_again(visit: Visit, room: str) -> None:
    alice, carol = visit("alice"), visit("carol")
    talk.enter(alice, room)
    talk.enter(carol, room)
    talk.speak_up(alice)
    carol.hears(HUM)
    until("copies come", lambda: copies(carol) > 0.9)
    carol.hears(HUM)


def copies(visitor: Visitor) -> float:
    """How many frames were thrown away for each packet that came: on a good line every copy is one too many."""
    return float(visitor.page.evaluate("ears.spare()"))


def test_who_talks_while_muted_is_told(visit: Visit, room: str) -> None:
    alice, bob = sounding(visit("alice"), **RAW), visit("bob")
    talk.enter(bob, room)
    talk.enter(alice, room)
    talk.speak_up(alice)
    assert alice.page.get_by_text("You are muted: nobody hears you.").count() == 0
    talk.dock(alice, "Mute").click()
    hint = talk.toast(alice, "You are muted: nobody hears you.")
    expect(hint).to_be_visible()
    bob.hears_nothing()
    talk.dock(alice, "You are muted").click()
    expect(hint).to_be_hidden(timeout=2_000)  # long before it would go by itself
    bob.hears(HUM)


def test_the_button_is_held_to_talk(visit: Visit, hand: dict[str, Any], room: str) -> None:
    alice, carol = sounding(visit("alice", **hand), hold=True), visit("carol")
    talk.enter(alice, room)
    talk.enter(carol, room)
    alice.press(talk.dock(alice, "Turn mic on"))
    talk.open_microphone(alice)
    alice.press(talk.sheet(alice, "Stay muted"))
    button = talk.dock(alice, "Hold to talk")
    finger = alice.page.context.new_cdp_session(alice.page) if alice.touch else None
    press(alice, button, finger)
    carol.hears(HUM)
    release(alice, finger)
    carol.silence_falls()
    expect(button).to_be_visible()


def press(visitor: Visitor, button: Locator, finger: CDPSession | None) -> None:
    """Nothing: the finger, or without one the mouse, is down on the button."""
    box = button.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if finger:
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        return
    visitor.page.mouse.move(x, y)
    visitor.page.mouse.down()


def release(visitor: Visitor, finger: CDPSession | None) -> None:
    """Nothing: it is up again."""
    if finger:
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        return
    visitor.page.mouse.up()


def test_the_system_knows_what_is_heard_and_its_buttons_work(visit: Visit, room: str) -> None:
    alice, bob = visit("alice"), visit("bob", permissions=("microphone", "screen-wake-lock"))
    bob.page.add_init_script(path=SYSTEM)
    talk.enter(alice, room)
    talk.enter(bob, room)
    talk.speak_up(alice)
    until("it is told", lambda: bob.page.evaluate(TOLD) == ["Slow Sunday", "Alice"])
    assert bob.page.evaluate("navigator.mediaSession.playbackState") == "playing"
    assert bob.page.evaluate("system.locks") == 0  # a listener's screen may go dark

    bob.page.evaluate("system.actions.pause()")
    expect(bob.page.get_by_text("You paused the sound. The room goes on.")).to_be_visible()
    until("nothing is played", lambda: bob.page.evaluate("ears.played()") == -120)
    bob.page.get_by_role("button", name="Play", exact=True).click()
    until("it is played again", lambda: bob.page.evaluate("ears.played()") > chromium.SILENT)

    talk.dock(alice, "Mute").click()
    talk.bring_on_stage(alice, bob)
    alice.hears(HUM)
    until("the screen stays on", lambda: bob.page.evaluate("system.locks") == 1)
    bob.page.evaluate("system.actions.togglemicrophone()")
    alice.silence_falls()
    bob.page.evaluate("system.actions.togglemicrophone()")
    alice.hears(HUM)
    talk.decide(alice, bob, "Move to the audience")
    until("the screen may go dark", lambda: bob.page.evaluate("system.locks") == 0)
    bob.page.evaluate("system.actions.hangup()")
    expect(bob.page.get_by_role("heading", name="You left quietly")).to_be_visible()
    assert bob.page.evaluate("[navigator.mediaSession.metadata, navigator.mediaSession.playbackState]") == [
        None,
        "none",
    ]


def test_a_microphone_that_was_taken_is_asked_for_on_a_tap(visit: Visit, hand: dict[str, Any], room: str) -> None:
    alice, carol = visit("alice", **hand), visit("carol")
    alice.page.add_init_script(path=SYSTEM)
    talk.enter(alice, room)
    talk.enter(carol, room)
    talk.speak_up(alice)
    carol.hears(HUM)
    alice.page.evaluate(f"system.take({SENT})")  # a call came in
    expect(alice.page.get_by_text("Your microphone was interrupted. Nobody hears you.")).to_be_visible()
    carol.silence_falls()
    expect(carol.page.get_by_role("button", name="Alice, on stage, Host, Muted")).to_be_visible()
    alice.press(alice.page.get_by_role("button", name="Turn it on again"))
    carol.hears(HUM)
    expect(alice.page.get_by_text("Your microphone was interrupted.")).to_have_count(0)


def test_a_microphone_whose_permission_is_withdrawn_is_said_and_chosen_anew(visit: Visit, room: str) -> None:
    alice, carol = visit("alice"), visit("carol")
    talk.enter(alice, room)
    talk.enter(carol, room)
    talk.speak_up(alice)
    carol.hears(HUM)
    alice.page.context.clear_permissions()
    expect(alice.page.get_by_text("Your microphone went away. Nobody hears you.")).to_be_visible()
    carol.silence_falls()
    alice.page.context.grant_permissions(["microphone"])
    alice.page.get_by_role("button", name="Choose another").click()
    talk.open_microphone(alice)
    talk.sheet(alice, "Unmute").click()
    carol.hears(HUM)
