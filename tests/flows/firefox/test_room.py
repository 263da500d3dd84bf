"""A room in Firefox: heard, spoken in, run, left and come back to."""

from collections.abc import Callable

import pytest

from tests.flows import slow, talk
from tests.flows.chromium import Visitor
from tests.flows.crowd import GUESTS, PLACES, crowd, fill_stage
from tests.flows.firefox import dana, driver
from tests.flows.firefox.dana import hears, plays
from tests.flows.firefox.driver import Firefox
from tests.flows.stack import Stoa, until
from tests.flows.test_network import GAPS, TCP_ALONE
from tests.flows.test_room_people import MANY, MOST_FACES
from tests.flows.test_states import DEAF
from tests.netem import FAIR, Proxy

pytestmark = [pytest.mark.server, pytest.mark.browser]
TOLD = "return [navigator.mediaSession.metadata?.title, navigator.mediaSession.metadata?.artist]"
"""What the system shows of the sound."""
COUNT = "return document.querySelectorAll('{}').length"
FARTHER = "scrollBy(0, 2000); return document.querySelector('#audience').innerText.includes('{}')"
"""Scrolls on, and tells whether this name is drawn."""
FITS = "return document.documentElement.scrollWidth <= innerWidth"


def test_firefox_listens_and_speaks(fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa) -> None:
    room, alice = talk.spoken_in(visit, stoa, "Foxes and others")

    dana.enter(fox, stoa, room)
    until("Firefox hears alice", lambda: hears(fox))

    fox.click("Raise hand")
    alice.page.get_by_role("button", name="Invite Dana to speak").click()
    dana.go_on_stage(fox)
    alice.hears(driver.HUM)
    fox.click("You are heard")
    alice.silence_falls()


def test_firefox_reacts_turns_down_changes_networks_and_leaves(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    room, alice = talk.spoken_in(visit, stoa, "Foxes and others")
    dana.enter(fox, stoa, room, before=DEAF)
    fox.click("Tap to hear")
    until("Firefox plays alice", lambda: plays(fox))
    until("the system is told", lambda: fox.evaluate(TOLD) == ["Foxes and others", "Alice"])

    fox.press("#stage button")
    for words in ("Report", "Harassment"):
        fox.click(words)
    fox.shows("Thank you, it is reported")
    fox.click("Done")
    fox.click("React")
    fox.evaluate("document.querySelector('[aria-label=Applause]').click()")
    alice.page.get_by_text("Applause: 1").wait_for()
    fox.click("Share")
    fox.shows("Copied")
    dana.turn(fox, 0)
    until("Firefox plays nothing", lambda: not plays(fox))
    dana.turn(fox, 100)
    until("Firefox plays alice again", lambda: plays(fox))

    fox.evaluate("dispatchEvent(new Event('online'))")
    until("a new connection is there", lambda: fox.evaluate("return ears.peers.size") == 2)
    until("it is the only one", lambda: fox.evaluate("return (await ears.counted()).connections") == 1)
    until("Firefox hears alice on it", lambda: hears(fox))
    talk.enter(visit("dana"), room)
    fox.shows("You are listening somewhere else")
    fox.click("Listen here instead")
    until("Firefox hears alice in its place", lambda: hears(fox))
    fox.click("Leave quietly")
    fox.click("Come back")
    until("Firefox hears alice once more", lambda: hears(fox))


def test_firefox_hosts_promotes_mutes_blocks_and_removes(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    room = stoa.room("dana", "A fox's own room")
    bob = visit("bob")
    dana.enter(fox, stoa, room)
    talk.enter(bob, room)
    with crowd(stoa, room, ["carol", *GUESTS]):
        fox.shows("12 listening")
        fox.type("#audience-search", "bo")
        fox.shows("1 person found")
        fox.type("#audience-search", "nobody like it")
        fox.shows("Nobody here is called that")
    talk.raise_hand(bob)
    fox.press("#hands .button.primary")
    talk.go_live(bob)
    until("Firefox hears bob", lambda: hears(fox))
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
    until("Firefox hears bob again", lambda: hears(fox))
    fox.press(on_bob)
    fox.click("Mute")
    told.get_by_text("The host or a moderator muted you.").wait_for()
    until("Firefox hears nothing", lambda: not hears(fox))
    fox.press(on_bob)
    fox.click("Block")
    fox.shows("You blocked Bob. They are not told.")
    fox.click("Undo")
    fox.shows("Bob is not blocked any more")
    fox.press(on_bob)
    for _ in ("asked for", "meant"):
        fox.click("Remove from the room")
    bob.page.get_by_role("heading", name="You were removed").wait_for()


def test_firefox_shows_fifty_on_stage_and_finds_hundreds_who_are_not_in_the_document(fox: Firefox, stoa: Stoa) -> None:
    room = stoa.room("alice", "A full house of foxes")
    names = [f"vixen{number:03}" for number in range(MANY)]

    def count(selector: str) -> int:
        return int(fox.evaluate(COUNT.format(selector)))

    with crowd(stoa, room, ["alice", *names]) as others:
        dana.enter(fox, stoa, room)
        fox.shows(f"{MANY + 1} listening")
        fill_stage(others, "alice", names[:PLACES], count)
        fox.shows(f"{MANY + 2 - PLACES} listening")  # the host has a place, so that one has to wait for one
        assert count("#hands li") == 1
        assert 0 < count("#audience li") < MOST_FACES
        until("the last one is found", lambda: fox.evaluate(FARTHER.format(f"Vixen{MANY - 1}")))
        assert 0 < count("#audience li") < MOST_FACES
        assert fox.evaluate(FITS)


def test_firefox_is_warned_of_whom_dana_blocked_and_unblocks(fox: Firefox, stoa: Stoa) -> None:
    room = stoa.room("alice", "Foxes and others")
    with crowd(stoa, room, ["alice"]):
        dana.enter(fox, stoa, room)
        fox.press("#stage button")
        fox.click("Block")
        fox.shows("You blocked Alice. They are not told.")
        fox.goto(f"{stoa.outside}/r/{room}")
        fox.shows("Somebody you blocked is heard in this room: Alice")
        fox.click("Listen anyway")
        fox.shows("Leave quietly")
        fox.goto(f"{stoa.outside}/me/")
        fox.press("#blocked form .button")
        fox.shows("Unblocked.")


def test_firefox_takes_tcp_where_udp_is_blocked_and_says_so(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    room, _ = talk.spoken_in(visit, stoa, "Foxes and others")
    dana.enter(fox, stoa, room, before=f"({TCP_ALONE})()")
    fox.shows("Your network blocks the fast way for sound")
    until("Firefox hears alice", lambda: hears(fox))


def test_firefox_says_that_its_line_is_weak_and_that_no_longer(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    room, _ = talk.spoken_in(visit, stoa, "Foxes and others")
    where = stoa.environment
    with Proxy((where["STOA_PUBLIC_IP"], int(where["STOA_UDP_PORT"])), weather=FAIR) as proxy:
        dana.enter(fox, stoa, room, before=slow.detour(stoa, proxy))
        until("Firefox hears alice", lambda: hears(fox))
        proxy.lose(GAPS)
        fox.shows("Your connection is weak: you may hear gaps.", 20)
        proxy.lose(0)
        fox.hides("Your connection is weak", 20)


def test_firefox_comes_back_when_server_and_sound_were_gone(
    fox: Firefox, visit: Callable[..., Visitor], stoa: Stoa
) -> None:
    room, alice = talk.spoken_in(visit, stoa, "Foxes and others")
    dana.enter(fox, stoa, room)
    until("Firefox hears alice", lambda: hears(fox))
    stoa.kill("daphne")
    fox.shows("The connection to the server is down")
    until("Firefox hears alice all the same", lambda: hears(fox), 1)
    fox.hides("The connection to the server is down", 30)
    fox.click("Raise hand")
    alice.page.get_by_role("button", name="Invite Dana to speak").wait_for(timeout=30_000)
    stoa.kill("rooms.sfu")
    until("Firefox hears nothing", lambda: not hears(fox))
    until("Firefox hears alice by another connection", lambda: hears(fox), 20)
    alice.forgive("ERR_CONNECTION_REFUSED")
