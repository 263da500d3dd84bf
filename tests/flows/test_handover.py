"""What a browser hears when the media process that its sound comes from is told to go."""

import os
import signal
import socket
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.flows import chromium, stack, talk
from tests.flows.chromium import HUM
from tests.flows.stack import Stoa, free_ports, until

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.alone]

WATCHED = 5000  # milliseconds
BROKEN = 1500
"""Milliseconds of silence no machine may make of it; 100 are to be reached on a quiet one."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa of two media processes."""
    with stack.running(
        tmp_path_factory.mktemp("pair"),
        STOA_SFU_PROCESSES="2",
        STOA_UDP_PORT=str(free_ports(socket.SOCK_DGRAM, 2)),
        STOA_TCP_PORT=str(free_ports(socket.SOCK_STREAM, 2)),
    ) as running:
        yield running


def test_a_browser_is_handed_over_with_hardly_a_gap_both_ways(
    pair: Stoa, browser: Browser, figure: Callable[[str], None]
) -> None:
    room = pair.room("alice", "Sunday, continued")
    alice, bob = (chromium.visit(browser, pair, name) for name in ("alice", "bob"))
    talk.enter(alice, room)
    talk.enter(bob, room)
    talk.speak_up(alice)
    bob.hears(HUM)
    before = pair.media()
    bob.page.evaluate("time => { window.silence = ears.silence(time) }", WATCHED)
    os.kill(min(before.items())[1], signal.SIGTERM)  # of two that are as idle a room takes the first
    longest = bob.page.evaluate("silence")
    until("another media process is there", lambda: pair.children("rooms.sfu") and pair.media() != before, 20)
    bob.hears(HUM)
    figure(f"silence in Chromium while speaker and listener were handed over: {longest:.0f} ms")
    assert longest < BROKEN
    assert bob.packets()["connections"] == 1
