"""How long the three moments take that people feel: silence after a mute, sound after a promotion, the join."""

import statistics
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator

from tests.flows import talk
from tests.flows.chromium import HUM, Visitor
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.browser]
Visit = Callable[..., Visitor]
Figure = Callable[[str], None]
ROUNDS = 10
CLICK = "element => { const now = ears.now(); element.click(); return now }"
MUTE, PROMOTION, JOIN = 200, 150, 150
"""Milliseconds to reach: the longest, the 95th percentile, the median."""


def test_mute_is_silence_and_a_grant_is_sound(visit: Visit, stoa: Stoa, figure: Figure) -> None:
    room = stoa.room("alice", "Stopwatch")
    alice, bob, carol = visit("alice"), visit("bob"), visit("carol")
    for visitor in (alice, bob, carol):
        talk.enter(visitor, room)
    promotions, unmutes, mutes, orders = [], [], [], []
    for _ in range(ROUNDS):
        talk.raise_hand(bob)
        talk.invite(alice, bob)
        bob.page.get_by_role("button", name="Accept", exact=True).click()
        talk.open_microphone(bob)
        promotions.append(delay(talk.sheet(bob, "Go on stage").first, carol, "began"))
        mutes.append(delay(talk.dock(bob, "Mute"), carol, "ended"))
        unmutes.append(delay(talk.dock(bob, "Unmute"), carol, "began"))
        alice.page.get_by_role("button", name="Bob, on stage").click()
        orders.append(delay(talk.sheet(alice, "Mute"), carol, "ended"))
        talk.decide(alice, bob, "Move to the audience")
        talk.dock(bob, "Raise hand").wait_for()
    for name, delays in {
        "promotion to sound": promotions, "unmute to sound": unmutes,
        "own mute to silence": mutes, "a moderator's mute to silence": orders,
    }.items():  # fmt: skip
        figure(f"{name}: p50 {statistics.median(delays):.0f} ms, p95 {percentile(delays):.0f} ms")
    assert max(mutes) <= MUTE
    assert max(orders) <= MUTE
    assert percentile(promotions) <= PROMOTION


def test_a_join_takes_a_moment(visit: Visit, stoa: Stoa, figure: Figure) -> None:
    room = stoa.room("alice", "Stopwatch")
    alice, bob = visit("alice"), visit("bob")
    talk.enter(alice, room)
    talk.speak_up(alice)
    connections, sounds = [], []
    for _ in range(ROUNDS):
        bob.page.goto(f"/r/{room}")
        clicked = bob.page.get_by_role("button", name="Listen").evaluate(CLICK)
        bob.hears(HUM)
        connections.append(bob.page.evaluate("ears.connected") - clicked)
        sounds.append(bob.page.evaluate("ears.began") - clicked)
    figure(
        f"join click to connected: p50 {statistics.median(connections):.0f} ms, p95 {percentile(connections):.0f} ms"
    )
    figure(f"join click to sound: p50 {statistics.median(sounds):.0f} ms, p95 {percentile(sounds):.0f} ms")
    assert statistics.median(connections) <= JOIN


def delay(button: Locator, listener: Visitor, moment: str) -> float:
    """Milliseconds from a tap on the button until sound `began` or `ended` for the listener."""
    clicked: float = button.evaluate(CLICK)
    look = f"clicked => ears.{moment} > clicked && ears.{moment}"
    return until(f"sound {moment}", lambda: float(listener.page.evaluate(look, clicked))) - clicked


def percentile(delays: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(delays, n=20, method="inclusive")[-1]
