"""What can go wrong, said in words: each state tells what happened and what to do, and sound comes back by itself."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, Route, expect

from tests.flows import axe, chromium, talk
from tests.flows.chromium import HUM, Visitor
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
Figure = Callable[[str], None]
OUTAGE = 10_000
"""Milliseconds; 2,000 are to be reached on a quiet machine, a busy one must not fail a change."""
DEAF = """
const play = HTMLMediaElement.prototype.play;
let tapped = false;
addEventListener("click", ({ target }) => { tapped ||= Boolean(target.closest("[data-name=tap] button")); }, true);
HTMLMediaElement.prototype.play = function () {
  return tapped ? play.call(this) : Promise.reject(new DOMException("a tap first", "NotAllowedError"));
};
"""
"""A browser that plays nothing before a tap of its own, as Safari may in the background."""
BUSY = """
navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("in use", "NotReadableError"));
"""
"""A machine on which another app holds the microphone."""
OLD = "Open this page in a current Chrome, Edge, Firefox or Safari."
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148"
SIGN_OUT = """() => fetch("/accounts/logout/", {
  method: "POST",
  headers: { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
})"""
KNOCK = """(url) => new Promise((refused) => {
  const first = ({ data }) => JSON.parse(data).type === "welcome" || refused();
  setInterval(() => new WebSocket(url).addEventListener("message", first, { once: true }), 50);
})"""
"""Comes in twenty times a second, on and on; resolved at the first refusal."""
SUSPEND = (
    "from accounts.models import User; person = User.objects.get(username='erin'); person.is_active = %s; person.save()"
)


@pytest.fixture(scope="module")
def mute_machine(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium on a machine without a microphone."""
    running = chromium.launch(playwright, microphone=None)
    yield running
    running.close()


def test_without_permission_the_way_to_it_is_told(visit: Visit, room: str) -> None:
    alice = visit("alice", permissions=())
    ask_for_microphone(alice, room)
    says(alice, "The microphone is blocked", "allow the microphone, then try again")


def test_on_a_phone_the_way_to_permission_is_that_of_its_system(visit: Visit, phone: dict[str, Any], room: str) -> None:
    for agent, words in ((phone["user_agent"], "Android Settings"), (IPHONE, "iOS Settings")):
        alice = visit("alice", permissions=(), **{**phone, "user_agent": agent})
        ask_for_microphone(alice, room)
        says(alice, "The microphone is blocked", words)


def test_on_an_iphone_whoever_hears_no_tone_is_told_of_silent_mode(visit: Visit, phone: dict[str, Any]) -> None:
    for agent, told in ((phone["user_agent"], False), (IPHONE, True)):
        page = visit("carol", **{**phone, "user_agent": agent}).page
        page.goto("/join/sound/")
        page.get_by_role("button", name="Play a tone").click()
        page.get_by_text("That was the tone.").wait_for()
        expect(page.get_by_text("switch off silent mode")).to_be_visible(visible=told)


def test_a_busy_device_is_named_so_and_can_be_tried_again(visit: Visit, room: str) -> None:
    alice = visit("alice")
    alice.page.add_init_script(BUSY)
    ask_for_microphone(alice, room)
    says(alice, "The microphone is busy", "Close that app or its call")
    alice.page.evaluate("delete navigator.mediaDevices.getUserMedia")
    talk.sheet(alice, "Try again").click()
    talk.sheet(alice, "Unmute").click()
    talk.dock(alice, "You are heard").wait_for()


def test_without_a_device_one_is_asked_for(visit: Visit, mute_machine: Browser, room: str) -> None:
    alice = visit("alice", browser=mute_machine)
    ask_for_microphone(alice, room)
    says(alice, "No microphone was found", "Plug one in")


def test_on_an_insecure_page_one_can_only_listen(visit: Visit, stoa: Stoa, room: str) -> None:
    alice, bob = visit("alice", base_url=stoa.outside), visit("bob")
    talk.enter(bob, room)
    ask_for_microphone(alice, room)
    says(alice, "The microphone needs a secure page", "You can go on listening")
    talk.sheet(alice, "Go on listening").click()
    talk.bring_on_stage(alice, bob)
    alice.hears(HUM)
    alice.forgive("Cross-Origin-Opener-Policy")  # Chromium's word on any page without https


def test_sound_that_is_blocked_starts_with_a_tap(visit: Visit, room: str) -> None:
    alice, carol = visit("alice"), visit("carol")
    carol.page.add_init_script(DEAF)
    talk.enter(alice, room)
    talk.speak_up(alice)
    talk.enter(carol, room)
    carol.page.get_by_role("button", name="Tap to hear").click()
    carol.hears(HUM)
    carol.page.get_by_role("button", name="Tap to hear").wait_for(state="detached")


def test_a_lost_socket_comes_back_without_double_audio(visit: Visit, stoa: Stoa, room: str) -> None:
    alice, carol = visit("alice"), visit("carol")
    talk.enter(alice, room)
    talk.speak_up(alice)
    talk.enter(carol, room)
    carol.hears(HUM)
    stoa.kill("daphne")
    carol.page.get_by_text("The connection to the server is down").wait_for()
    carol.hears(HUM, seconds=1)  # those who talk go on talking
    carol.page.get_by_text("The connection to the server is down").wait_for(state="detached", timeout=30_000)
    until("carol is counted once", lambda: stoa.ask("alice", "GET", f"/api/v1/rooms/{room}/")[1]["listening"] == 1)
    assert carol.page.get_by_role("button", name="Alice, on stage").count() == 1
    talk.dock(carol, "Raise hand").click()
    alice.page.get_by_role("button", name="Invite Carol to speak").wait_for()
    assert carol.packets()["connections"] == 1
    assert sum(sound["level"] > chromium.AUDIBLE for sound in carol.hear()) == 1
    for visitor in (alice, carol):
        visitor.forgive("ERR_CONNECTION_REFUSED")


def test_a_killed_media_process_is_back_by_itself(visit: Visit, stoa: Stoa, room: str, figure: Figure) -> None:
    alice, carol = visit("alice"), visit("carol")
    talk.enter(alice, room)
    talk.speak_up(alice)
    talk.enter(carol, room)
    carol.hears(HUM)
    killed = carol.page.evaluate("ears.now()")
    stoa.kill("rooms.sfu")
    carol.silence_falls()
    carol.hears(HUM)
    talk.connected(carol)
    assert sum(sound["level"] > chromium.AUDIBLE for sound in carol.hear()) == 1
    outage = carol.page.evaluate("ears.began") - killed
    figure(f"media process killed to sound again: {outage:.0f} ms")
    assert outage < OUTAGE


def test_who_is_removed_is_told(visit: Visit, room: str) -> None:
    alice, bob = visit("alice"), visit("bob")
    talk.enter(alice, room)
    talk.enter(bob, room)
    talk.decide(alice, bob, "Remove from the room", sure=True)
    screen(bob, "You were removed from this room")
    assert bob.packets()["connections"] == 0


def test_who_was_removed_or_banned_is_not_let_in_again(visit: Visit, room: str) -> None:
    alice, bob = visit("alice"), visit("bob")
    talk.enter(alice, room)
    for move, title in (
        ("Remove from the room", "You were removed from this room"),
        ("Ban from the room", "You were banned from this room"),
    ):
        mallory = visit("mallory" if "Ban" in move else "mallet")
        talk.enter(mallory, room)
        talk.raise_hand(mallory)
        talk.decide(alice, mallory, move, sure=True)
        screen(mallory, title)
        assert mallory.page.get_by_role("button", name="Come back").count() == 0
    talk.enter(bob, room)


def test_the_end_of_a_session_or_an_account_is_told(visit: Visit, stoa: Stoa, room: str) -> None:
    dana, erin = visit("dana"), visit("erin")
    for visitor in (dana, erin):
        talk.enter(visitor, room)
    dana.page.evaluate(SIGN_OUT)
    stoa.keys.pop("dana")
    screen(dana, "You are signed out")
    dana.page.get_by_role("link", name="Sign in", exact=True).click()
    dana.page.wait_for_url(re.compile(f"/accounts/login/.*{room}$"))
    try:
        stoa.manage("shell", "--command", SUSPEND % False)
        screen(erin, "Your account is suspended")
        assert erin.packets()["connections"] == 0
    finally:
        stoa.manage("shell", "--command", SUSPEND % True)


def test_too_many_tries_are_told(visit: Visit, stoa: Stoa, room: str) -> None:
    knox = visit("knox")  # who comes into no other room: for a while he would not be let in
    knox.page.goto(f"/r/{room}")
    knox.page.evaluate(KNOCK, f"{stoa.url.replace('http', 'ws')}/ws/rooms/{room}/?tab=other")
    knox.page.get_by_role("button", name="Listen").click()
    screen(knox, "Too many tries")
    knox.page.get_by_role("button", name="Try again").wait_for()


def test_an_old_browser_is_told_so(visit: Visit, room: str) -> None:
    bob = visit("bob")
    bob.page.add_init_script("delete window.RTCPeerConnection")
    bob.page.goto(f"/r/{room}")
    bob.page.get_by_role("button", name="Listen").click()
    screen(bob, "This browser cannot play live sound")
    bob.page.locator("#screen").get_by_text(OLD).wait_for()


def test_a_browser_too_old_for_the_pages_is_told_so_before_it_comes_in(visit: Visit, room: str) -> None:
    bob, carol = visit("bob"), visit("carol")
    carol.page.route(re.compile(r"/css/base\.\w+\.css$"), without_popovers)
    for visitor in (bob, carol):
        visitor.page.goto(f"/r/{room}")
        expect(visitor.page.locator("#join")).to_be_visible(visible=visitor is bob)
        expect(visitor.page.get_by_text(OLD)).to_be_visible(visible=visitor is carol)
    assert axe.faults_in_every_look(carol.page, ".old") == []


def test_the_end_of_a_room_is_told(visit: Visit, room: str) -> None:
    alice, bob = visit("alice"), visit("bob")
    talk.enter(alice, room)
    talk.enter(bob, room)
    alice.page.get_by_role("button", name="More").click()
    talk.sheet(alice, "End the room").click()
    talk.sheet(alice, "End it for everybody").click()
    for visitor, words in ((alice, "You ended it. Everybody was told."), (bob, "The host ended it.")):
        screen(visitor, "This room has ended")
        expect(visitor.page.locator("#screen")).to_contain_text(words)
        assert visitor.packets()["connections"] == 0
    assert alice.page.locator("stoa-toast").all_inner_texts() == []  # her move came about: nothing was refused
    bob.page.reload()
    bob.page.get_by_text("This room has ended").wait_for()


def test_a_second_tab_replaces_the_first(visit: Visit, room: str) -> None:
    first = visit("bob")
    talk.enter(first, room)
    page = first.page.context.new_page()
    second = Visitor(page, first.stoa, first.name)
    talk.enter(second, room)
    screen(first, "You are listening somewhere else")
    assert first.packets()["connections"] == 0
    first.page.get_by_role("button", name="Listen here instead").click()
    talk.connected(first)
    screen(second, "You are listening somewhere else")


def test_a_locked_room_lets_nobody_new_in(visit: Visit, room: str) -> None:
    alice, bob = visit("alice"), visit("bob")
    talk.enter(alice, room)
    alice.page.get_by_role("button", name="More").click()
    talk.sheet(alice, "Lock the room").click()
    alice.page.get_by_text("Locked", exact=True).first.wait_for()
    bob.page.goto(f"/r/{room}")
    bob.page.get_by_role("button", name="Listen").click()
    screen(bob, "This room is locked")
    alice.page.get_by_role("button", name="More").click()
    talk.sheet(alice, "Unlock the room").click()
    alice.page.get_by_text("Locked", exact=True).first.wait_for(state="hidden")
    bob.page.get_by_role("button", name="Try again").click()
    talk.connected(bob)


def test_a_room_that_is_not_there_says_so(visit: Visit) -> None:
    bob = visit("bob")
    answer = bob.page.goto("/r/aaaaaaaaaaaa")
    assert answer is not None
    assert answer.status == 404
    bob.page.get_by_role("heading", name=re.compile("no such (room|page)", re.IGNORECASE)).wait_for()
    bob.forgive("404")


def without_popovers(route: Route) -> None:
    """Nothing: the style was read by a browser that does not know `:popover-open`."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace(":popover-open", ":unheard-of"))


def ask_for_microphone(visitor: Visitor, room: str) -> None:
    """Nothing: the host, who is on stage, asked for the microphone."""
    talk.enter(visitor, room)
    talk.dock(visitor, "Turn mic on").click()
    talk.sheet(visitor, "Use my microphone").click()


def says(visitor: Visitor, title: str, advice: str) -> None:
    """Nothing, once the sheet says what happened and what to do."""
    visitor.page.get_by_role("dialog").get_by_role("heading", name=title).wait_for()
    visitor.page.get_by_role("dialog").get_by_text(advice).wait_for()


def screen(visitor: Visitor, title: str) -> None:
    """Nothing, once the page has nothing but these words, with the focus on them."""
    heading = visitor.page.get_by_role("heading", name=title)
    heading.wait_for()
    until("the words have the focus", lambda: heading.evaluate("element => element === document.activeElement"))
