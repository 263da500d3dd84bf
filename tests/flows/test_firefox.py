"""Firefox listens and speaks."""

from collections.abc import Callable, Iterator

import pytest

from tests.flows import chromium, firefox, talk
from tests.flows.chromium import Visitor
from tests.flows.firefox import Firefox
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
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
    fox.click("Leave quietly")
    fox.click("Come back")
    until("Firefox hears alice once more", lambda: hears(fox, chromium.HUM))


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
