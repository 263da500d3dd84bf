"""Firefox listens and speaks."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from tests.flows import chromium, firefox, talk
from tests.flows.chromium import Visitor
from tests.flows.firefox import Firefox
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
REFUSING = {"media.navigator.permission.disabled": False, "permissions.default.microphone": 2}
"""The preferences of somebody who refuses the microphone to every page."""
ENTER = "\ue007"
"""The key, as WebDriver writes it."""
PLANNED = """
const day = document.querySelector("input[type=datetime-local]");
day.value = "2099-01-05T20:00";
day.dispatchEvent(new Event("input", { bubbles: true }));
"""
"""The day of a room: a picker of the browser's own, which nobody types into like into a field."""
HOLD = "document.body.dispatchEvent(new KeyboardEvent('{event}', {{ key: ' ', code: 'Space', bubbles: true }}))"
"""The space bar, from where no button has the focus."""


@pytest.fixture(scope="module")
def fox(stoa: Stoa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """A Firefox; it reaches Stoa by the machine's own address, since it pairs no candidates on loopback."""
    host = stoa.outside.removeprefix("http://").partition(":")[0]
    with firefox.running(tmp_path_factory.mktemp("firefox"), host) as running:
        yield running


def test_firefox_listens_and_speaks(fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa) -> None:
    room = stoa.room("alice", "Foxes and others")
    alice = visit("alice")
    talk.enter(alice, room)
    talk.speak_up(alice)

    enter(fox, stoa, room)
    until("Firefox hears alice", lambda: hears(fox, chromium.HUM))

    fox.click("Raise hand")
    alice.page.get_by_role("button", name="Invite Dana to speak").click()
    for words in ("Accept", "Use my microphone", "Go on stage"):
        fox.click(words)
    alice.hears(firefox.HUM)
    fox.click("You are heard")
    alice.silence_falls()


def test_firefox_reacts_turns_down_changes_networks_and_leaves(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    room = stoa.room("alice", "Foxes and others")
    alice = visit("alice")
    talk.enter(alice, room)
    talk.speak_up(alice)
    enter(fox, stoa, room)
    until("Firefox plays alice", lambda: plays(fox))
    told = "return [navigator.mediaSession.metadata?.title, navigator.mediaSession.metadata?.artist]"
    until("the system is told", lambda: fox.evaluate(told) == ["Foxes and others", "Alice"])

    fox.press("#stage button")
    for words in ("Report", "Harassment"):
        fox.click(words)
    fox.shows("Thank you, it is reported")
    fox.click("Done")
    fox.click("React")
    fox.evaluate("document.querySelector('[aria-label=Applause]').click()")
    alice.page.get_by_text("Applause: 1").wait_for()
    turn(fox, 0)
    until("Firefox plays nothing", lambda: not plays(fox))
    turn(fox, 100)
    until("Firefox plays alice again", lambda: plays(fox))

    fox.evaluate("dispatchEvent(new Event('online'))")
    until("a new connection is there", lambda: fox.evaluate("return ears.peers.size") == 2)
    until("it is the only one", lambda: fox.evaluate("return (await ears.counted()).connections") == 1)
    until("Firefox hears alice on it", lambda: hears(fox, chromium.HUM))
    talk.enter(visit("dana"), room)
    fox.shows("You are listening somewhere else")
    fox.click("Listen here instead")
    until("Firefox hears alice in its place", lambda: hears(fox, chromium.HUM))
    fox.click("Leave quietly")
    fox.click("Come back")
    until("Firefox hears alice once more", lambda: hears(fox, chromium.HUM))


def test_firefox_comes_in_with_a_password_and_looks_after_itself(fox: Firefox, stoa: Stoa) -> None:
    fox.goto(f"{stoa.outside}/healthz")
    fox.forget()
    fox.goto(stoa.outside + urlsplit(stoa.manage("create_invite").strip()).path)
    fox.type("input[name=display_name]", f"Renard{ENTER}")
    fox.shows("How will you sign in?")
    fox.type("input[type=password]", f"nine green kettles sing{ENTER}")
    fox.click("I accept this, let me in")
    fox.shows("Do you hear this?")
    fox.click("I am ready")
    fox.shows("Hallway")

    fox.goto(f"{stoa.outside}/me/")
    fox.type("input[name=display_name]", f"Vixen{ENTER}")
    fox.shows("Vixen")
    fox.press("[data-theme-choice=dark]")
    dark = "return getComputedStyle(document.body).colorScheme === 'dark'"
    until("the page is dark", lambda: fox.evaluate(dark))
    fox.goto(f"{stoa.outside}/invites/")
    until("the next page is dark", lambda: fox.evaluate(dark))
    fox.press("main form .button.primary")
    until("there is a code", lambda: fox.evaluate("return document.querySelector('#code')?.textContent"))


def test_firefox_plans_a_room_and_finds_another(fox: Firefox, stoa: Stoa) -> None:
    live = stoa.room("alice", "Foxgloves in bloom")
    sign_in(fox, stoa, "dana")
    fox.goto(f"{stoa.outside}/new/")
    fox.type("input[name=title]", "Foxes at dusk")
    fox.press("[name=when][value=later]")
    fox.evaluate(PLANNED)
    fox.click("Schedule the room")
    until("the room is planned", lambda: fox.evaluate("return location.pathname.startsWith('/r/')"))
    fox.shows("Foxes at dusk")
    fox.goto(f"{stoa.outside}/")
    fox.shows("Foxes at dusk")
    fox.shows("Foxgloves in bloom")
    fox.type("input[type=search]", f"gloves{ENTER}")
    until("the other is gone", lambda: "Foxes at dusk" not in fox.text())
    fox.shows("Foxgloves in bloom")
    stoa.ask("alice", "POST", f"/api/v1/rooms/{live}/end/")


def test_firefox_hosts_promotes_mutes_blocks_and_removes(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    room = stoa.room("dana", "A fox's own room")
    bob = visit("bob")
    enter(fox, stoa, room)
    talk.enter(bob, room)
    talk.raise_hand(bob)
    fox.press("#hands .button.primary")
    talk.go_live(bob)
    until("Firefox hears bob", lambda: hears(fox, chromium.HUM))
    on_bob, told = "#stage li:last-child button", bob.page.locator("#toasts")
    fox.press(on_bob)
    fox.click("Make moderator")
    told.get_by_text("You are a moderator of this room now.").wait_for()
    fox.click("Undo")
    told.get_by_text("You are no longer a moderator of this room.").wait_for()
    fox.press(on_bob)
    fox.click("Move to the audience")
    told.get_by_text("You were moved to the audience.").wait_for()
    fox.click("Undo")
    talk.go_live(bob)
    until("Firefox hears bob again", lambda: hears(fox, chromium.HUM))
    fox.press(on_bob)
    fox.click("Mute")
    told.get_by_text("A moderator muted you.").wait_for()
    until("Firefox hears nothing", lambda: not hears(fox, chromium.HUM))
    fox.press(on_bob)
    fox.click("Block")
    fox.shows("You blocked Bob. They are not told.")
    fox.click("Undo")
    fox.shows("Bob is not blocked any more")
    fox.press(on_bob)
    for _ in ("asked for", "meant"):
        fox.click("Remove from the room")
    bob.page.get_by_role("heading", name="You were removed").wait_for()


def test_firefox_picks_devices_holds_to_talk_and_is_told_of_the_end(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    room = stoa.room("dana", "A fox's own room")
    alice = visit("alice")
    enter(fox, stoa, room)
    talk.enter(alice, room)
    for words in ("Turn on the microphone", "Use my microphone", "Unmute"):
        fox.click(words)
    alice.hears(firefox.HUM)
    fox.click("You are heard")
    alice.silence_falls()
    for words in ("More", "Sound"):
        fox.click(words)
    fox.shows("What others hear")
    assert fox.evaluate("return document.querySelectorAll('#sheet select option').length") >= 1
    fox.evaluate("document.querySelector('#sheet').close()")
    fox.evaluate(HOLD.format(event="keydown"))
    alice.hears(firefox.HUM)
    fox.evaluate(HOLD.format(event="keyup"))
    alice.silence_falls()
    stoa.ask("dana", "POST", f"/api/v1/rooms/{room}/end/")
    fox.shows("This room has ended")


def test_firefox_says_what_to_do_without_a_microphone_and_when_one_is_removed(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    room = stoa.room("alice", "Foxes and others")
    alice = visit("alice")
    talk.enter(alice, room)
    enter(fox, stoa, room)
    fox.click("Raise hand")
    alice.page.get_by_role("button", name="Invite Dana to speak").click()
    with fox.preferences(REFUSING):
        for words in ("Accept", "Use my microphone"):
            fox.click(words)
        fox.shows("Go on listening")
        fox.click("Go on listening")
    talk.decide(alice, Visitor(alice.page, stoa, "Dana"), "Remove from the room", sure=True)
    fox.shows("You were removed")


def sign_in(fox: Firefox, stoa: Stoa, name: str) -> None:
    """Nothing: this person, and nobody else, is signed in."""
    fox.goto(f"{stoa.outside}/healthz")
    fox.forget()
    fox.cookie("sessionid", stoa.sign_in(name)[name])


def enter(fox: Firefox, stoa: Stoa, room: str) -> None:
    """Nothing: dana is in the room."""
    sign_in(fox, stoa, "dana")
    fox.goto(f"{stoa.outside}/r/{room}")
    fox.listen()
    fox.click("Listen")


def turn(fox: Firefox, percent: int) -> None:
    """Nothing: Firefox hears alice so loud."""
    fox.evaluate(
        "document.querySelector('#stage button').click();"
        "const slider = document.querySelector('#sheet input[type=range]');"
        f"slider.value = {percent};"
        "slider.dispatchEvent(new Event('input', { bubbles: true }));"
        "document.getElementById('sheet').close();"
    )


def plays(fox: Firefox) -> bool:
    """Whether anything leaves Firefox's players."""
    return float(fox.evaluate("return ears.played()")) > chromium.SILENT


def hears(fox: Firefox, frequency: float) -> bool:
    """Whether Firefox hears a tone of `frequency` Hz."""
    heard = fox.evaluate("return ears.hear()")
    return any(
        sound["level"] > chromium.AUDIBLE and abs(sound["frequency"] - frequency) < chromium.TOLERANCE
        for sound in heard
    )
