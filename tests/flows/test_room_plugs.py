"""A headset that is plugged in while one speaks."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.flows import talk
from tests.flows.chromium import HUM, Visitor
from tests.flows.stack import until
from tests.flows.test_room_sound import of_microphone, sinks

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
PLUGS = """
const { mediaDevices } = navigator;
const list = mediaDevices.enumerateDevices.bind(mediaDevices), ask = mediaDevices.getUserMedia.bind(mediaDevices);
let named = false, headset = false;
mediaDevices.getUserMedia = async (wanted) => ((named = true), ask(wanted));
mediaDevices.enumerateDevices = async () =>
  named ? (await list()).filter(({ label }) => headset || !label.endsWith("2")) : [];
globalThis.plug = (there) => ((headset = there), mediaDevices.dispatchEvent(new Event("devicechange")));
"""
"""A machine whose second devices come and go, and whose devices have no names before one was allowed."""


def ids(visitor: Visitor) -> dict[str, str]:
    """The headset's ends, by kind."""
    found: dict[str, str] = visitor.page.evaluate(
        "navigator.mediaDevices.enumerateDevices().then((all) => "
        "Object.fromEntries(all.filter(({ label }) => label.endsWith('2')).map((one) => [one.kind, one.deviceId])))"
    )
    return found


def test_a_headset_that_is_plugged_in_is_offered_and_speaks_and_plays_at_a_tap(
    visit: Visit, hand: dict[str, Any], room: str
) -> None:
    alice, bob = visit("alice", **hand), visit("bob")
    alice.page.add_init_script(PLUGS)
    talk.enter(alice, room)
    talk.speak_up(alice)
    talk.enter(bob, room)
    bob.hears(HUM)
    first = of_microphone(alice, "deviceId")
    banner = alice.page.locator("#banners stoa-banner", has_text="Fake Audio Input 2 was plugged in.")

    alice.page.evaluate("plug(true)")
    headset = ids(alice)
    assert set(headset) == {"audioinput", "audiooutput"}
    alice.press(banner.get_by_role("button", name="Use it"))
    expect(banner).to_have_count(0)
    until("the headset is sent", lambda: of_microphone(alice, "deviceId") == headset["audioinput"] != first)
    until("the headset plays", lambda: set(sinks(alice)) == {headset["audiooutput"]})
    talk.dock(alice, "You are heard").wait_for()
    bob.hears(HUM)

    alice.page.evaluate("plug(false)")
    expect(talk.toast(alice, "Fake Audio Output 2 went away.")).to_be_visible()
    until("the system's own plays", lambda: set(sinks(alice)) == {""})


def test_not_now_leaves_the_devices_as_they_are_and_the_headset_is_not_offered_again(
    visit: Visit, hand: dict[str, Any], room: str
) -> None:
    alice, bob = visit("alice", **hand), visit("bob")
    alice.page.add_init_script(PLUGS)
    talk.enter(alice, room)
    talk.speak_up(alice)
    talk.enter(bob, room)
    bob.hears(HUM)
    devices = of_microphone(alice, "deviceId"), sinks(alice)
    banner = alice.page.locator("#banners stoa-banner", has_text="Fake Audio Input 2 was plugged in.")

    alice.page.evaluate("plug(true)")
    alice.press(banner.get_by_role("button", name="Not now"))
    expect(banner).to_have_count(0)
    for there in ("false", "true"):
        alice.page.evaluate(f"(plug({there}), new Promise((done) => setTimeout(done, 300)))")
        expect(banner).to_have_count(0)
    assert (of_microphone(alice, "deviceId"), sinks(alice)) == devices
    talk.dock(alice, "You are heard").wait_for()
    bob.hears(HUM)
