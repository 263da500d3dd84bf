"""A small server behind a wall: a room takes two people, and sound leaves by a relay alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.flows import stack, talk, turn
from tests.flows.chromium import HUM, Visitor
from tests.flows.crowd import crowd
from tests.flows.firefox import dana, launch
from tests.flows.firefox.driver import Firefox
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
RELAY_ALONE = """
const Native = RTCPeerConnection;
window.RTCPeerConnection = class extends Native {
  constructor(settings) {
    super({ ...settings, iceTransportPolicy: "relay" });
  }
  setConfiguration(settings) {
    super.setConfiguration({ ...settings, iceTransportPolicy: "relay" });
  }
};
"""
"""A browser on a network that lets nothing out but to the relay."""


@pytest.fixture(scope="module")
def stoa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa with a relay, whose rooms take two people."""
    folder = tmp_path_factory.mktemp("narrow")
    with turn.relay(folder) as settings, stack.running(folder, STOA_ROOM_SIZE="2", **settings) as running:
        running.sign_in("alice", "bob", "carol")
        yield running


@pytest.fixture
def fox(stoa: Stoa, tmp_path: Path) -> Iterator[Firefox]:
    """A Firefox."""
    with launch.running(tmp_path, stoa) as running:
        yield running


def test_a_full_room_says_so_and_lets_in_when_somebody_left(visit: Visit, stoa: Stoa) -> None:
    room = stoa.room("alice", "Two chairs")
    carol = visit("carol")
    with crowd(stoa, room, ["alice", "bob"]) as others:
        carol.page.goto(f"/r/{room}")
        carol.page.get_by_role("button", name="Listen").click()
        expect(carol.page.get_by_role("heading", name="This room is full")).to_be_focused()
        others.go("bob")
        until("bob is gone", lambda: stoa.ask("alice", "GET", f"/api/v1/rooms/{room}/")[1]["listening"] == 0)
        carol.page.get_by_role("button", name="Try again").click()
        talk.connected(carol)


def test_where_udp_is_blocked_the_sound_takes_the_relay_and_it_is_said(visit: Visit, stoa: Stoa) -> None:
    room = stoa.room("alice", "Behind a wall")
    alice, bob = visit("alice"), visit("bob")
    bob.page.add_init_script(RELAY_ALONE)
    talk.enter(alice, room)
    talk.speak_up(alice)
    talk.enter(bob, room)
    expect(bob.page.get_by_text("Your network blocks direct sound; it goes through a relay.")).to_be_visible()
    bob.hears(HUM)
    assert alice.page.get_by_text("it goes through a relay").count() == 0


def test_firefox_waits_where_a_room_is_full_and_takes_the_relay(fox: Firefox, visit: Visit, stoa: Stoa) -> None:
    room = stoa.room("alice", "Two chairs for foxes")
    alice = visit("alice")
    talk.enter(alice, room)
    talk.speak_up(alice)
    dana.sign_in(fox, stoa, "carol")
    with crowd(stoa, room, ["bob"]) as others:
        dana.come_by(fox, stoa, room, before=RELAY_ALONE)
        fox.shows("This room is full")
        others.go("bob")
        until("bob is gone", lambda: stoa.ask("alice", "GET", f"/api/v1/rooms/{room}/")[1]["listening"] == 0)
        fox.click("Try again")
    fox.shows("Your network blocks direct sound; it goes through a relay.")
    until("Firefox hears alice", lambda: dana.hears(fox))
