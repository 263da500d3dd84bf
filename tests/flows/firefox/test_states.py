"""What can go wrong, said in Firefox: why one does not come in, and what to do."""

import pytest

from tests.flows.crowd import crowd
from tests.flows.firefox.dana import come_by, enter, sign_in
from tests.flows.firefox.driver import Firefox
from tests.flows.stack import Stoa, until
from tests.flows.test_states import KNOCK, SIGN_OUT

pytestmark = [pytest.mark.server, pytest.mark.browser]
SUSPEND = "from accounts.models import User; fay = User.objects.get(username='fay'); fay.is_active = False; fay.save()"
NOWHERE = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.allow_hijacking_localhost": True,
}
"""The preferences of somebody whose every request ends at a port where nobody is."""
FORGETFUL = {"browser.cache.disk.enable": False, "browser.cache.memory.enable": False}
"""The preferences of somebody who keeps no file."""
IN = "return (await ears.counted()).connections === 1"


def test_firefox_says_why_it_does_not_come_in(fox: Firefox, stoa: Stoa) -> None:
    stoa.sign_in("fay", "fred", "fritz", "fran")
    room = stoa.room("alice", "Foxes and others")
    sign_in(fox, stoa, "fay")
    fox.goto(f"{stoa.outside}/r/aaaaaaaaaaaa")
    fox.shows("There is no such page")
    come_by(fox, stoa, room, before="delete window.RTCPeerConnection")
    fox.shows("This browser cannot play live sound")
    with crowd(stoa, room, ["alice"]):
        move(stoa, room, move="lock")
        come_by(fox, stoa, room)
        fox.shows("This room is locked")
        move(stoa, room, move="unlock")
        fox.click("Try again")
        until("fay is in", lambda: fox.evaluate(IN))
        stoa.manage("shell", "--command", SUSPEND)
        fox.shows("Your account is suspended")

        sign_in(fox, stoa, "fred")
        come_by(fox, stoa, room)
        until("fred is in", lambda: fox.evaluate(IN))
        fox.evaluate(f"await ({SIGN_OUT})()")
        fox.shows("You are signed out")

        sign_in(fox, stoa, "fritz")
        fox.goto(f"{stoa.outside}/r/{room}")
        fox.evaluate(f"await ({KNOCK})('{stoa.outside.replace('http', 'ws')}/ws/rooms/{room}/?tab=other')")
        fox.click("Listen")
        fox.shows("Too many tries")

        sign_in(fox, stoa, "fran")
        come_by(fox, stoa, room)
        until("fran is in", lambda: fox.evaluate(IN))
        _, there = stoa.ask("alice", "GET", f"/api/v1/rooms/{room}/members/")
        number = next(person["number"] for person in there["results"] if person["name"] == "Fran")
        move(stoa, room, move="ban", member=number)
        fox.shows("You were banned from this room")


def move(stoa: Stoa, room: str, **asked: object) -> None:
    """Nothing: alice, who hosts the room, made the move."""
    status, answer = stoa.ask("alice", "POST", f"/api/v1/rooms/{room}/moves/", asked)
    assert status == 204, answer


def test_firefox_says_that_it_is_offline_and_tries_again(fox: Firefox, stoa: Stoa) -> None:
    fox.goto(f"{stoa.url}/healthz")  # an address that Firefox trusts by itself: a worker keeps files for no other
    fox.forget()
    fox.cookie("sessionid", stoa.sign_in("dana")["dana"])
    fox.goto(f"{stoa.url}/")
    fox.evaluate("await navigator.serviceWorker.ready")
    with fox.preferences(NOWHERE):
        fox.goto(f"{stoa.url}/me/")
        fox.shows("You are offline")
    fox.click("Try again")
    fox.shows("Where you are signed in")


def test_firefox_opens_a_sheet_whose_script_did_not_come_at_the_tap_before(fox: Firefox, stoa: Stoa) -> None:
    room = stoa.room("alice", "Slow Sunday")
    sign_in(fox, stoa)
    with fox.preferences(FORGETFUL):
        fox.goto(f"{stoa.outside}/r/{room}")
        with fox.preferences(NOWHERE):
            fox.click("Report the room")
            fox.shows("This part of the page did not come")
        fox.click("Report the room")
        fox.shows("What is wrong? A tap sends it.")


def test_firefox_opens_a_sheet_of_which_a_nested_script_did_not_come_at_the_tap_before(
    fox: Firefox, stoa: Stoa
) -> None:
    room = stoa.room("alice", "Slow Sunday")
    with fox.preferences(FORGETFUL):
        with fox.without("/js/room/menu."):
            enter(fox, stoa, room)
            until("dana is in", lambda: fox.evaluate(IN))
            fox.press("#dock-more")
            fox.shows("This part of the page did not come")
        fox.press("#dock-more")
        fox.shows("Devices and how you sound")
