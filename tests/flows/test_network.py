"""Bad lines, seeded: slow, weak, blocked, moved. Sound comes back by itself, and the page says what is going on."""

import re
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.flows import door, slow, talk
from tests.flows.chromium import HUM, Visitor
from tests.flows.stack import Stoa, until
from tests.netem import BLOCKED, FAIR, Proxy

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.alone]
Visit = Callable[..., Visitor]
Figure = Callable[[str], None]
GAPS = 0.15
"""Of the packets lost: anybody hears that."""
SAID = 20_000
"""Milliseconds in which it is said; 10 s are to be reached on a quiet machine."""
OUTAGE = 2000
"""Milliseconds in which nothing gets through."""
PATIENCE = 16_000
"""Milliseconds after which a connection that does not come up has been tried again."""
TCP_ALONE = """() => {
  const { prototype } = RTCPeerConnection;
  const { setRemoteDescription } = prototype;
  prototype.setRemoteDescription = function ({ type, sdp }) {
    return setRemoteDescription.call(this, { type, sdp: sdp.replaceAll(/a=candidate:\\S+ 1 udp .*\\r\\n/g, "") });
  };
}"""
"""Leaves the page no way over UDP."""


@pytest.fixture
def proxy(stoa: Stoa) -> Iterator[Proxy]:
    """A line to the server's UDP port: fair, until a test says otherwise."""
    where = stoa.environment
    with Proxy((where["STOA_PUBLIC_IP"], int(where["STOA_UDP_PORT"])), weather=FAIR) as running:
        yield running


def by_way_of(proxy: Proxy, visitor: Visitor) -> Visitor:
    """The visitor, whose sound goes through the proxy."""
    visitor.page.add_init_script(slow.detour(visitor.stoa, proxy))
    return visitor


def test_somebody_new_comes_in_by_a_slow_line_hears_and_is_heard(
    visit: Visit, phone: dict[str, Any], stoa: Stoa, figure: Figure
) -> None:
    title = "A long way off"
    _, alice = talk.spoken_in(visit, stoa, title)
    code = stoa.manage("create_invite").strip().removeprefix(stoa.url)
    with slow.line(stoa) as line:
        ida = visit(**phone, base_url=line.stoa.url)
        ida.stoa, ida.name = line.stoa, "Ida"
        ida.page.add_init_script(line.detour)
        ida.page.set_default_timeout(slow.PATIENCE * 1000)
        began = monotonic()
        ida.page.goto(code)
        door.answer(ida.page, ida.name)
        ida.page.get_by_role("link", name=title).tap()
        ida.page.get_by_role("button", name="Listen").tap()
        ida.hears(HUM, slow.PATIENCE)
        figure(f"300 ms and 5 % loss, from a code to hearing: {monotonic() - began:.1f} s by machine")
        talk.dock(alice, "Mute").click()
        talk.bring_on_stage(alice, ida)
        alice.hears(HUM, slow.PATIENCE)
        talk.dock(ida, "Mute").click()
        alice.silence_falls()
        assert ida.packets()["connections"] == 1
        ida.page.close()  # before its line is gone


def test_a_weak_line_is_said_to_those_whose_it_is_and_to_the_host_and_taken_back(
    visit: Visit, proxy: Proxy, room: str, figure: Figure
) -> None:
    alice, bob, carol = visit("alice"), by_way_of(proxy, visit("bob")), by_way_of(proxy, visit("carol"))
    for visitor in (alice, bob, carol):
        talk.enter(visitor, room)
    talk.bring_on_stage(alice, bob)
    carol.hears(HUM)
    mark = alice.page.get_by_role(
        "button", name=re.compile(r"^Bob, on stage.*Weak connection: others may hear gaps \(")
    )
    proxy.lose(GAPS)
    began = monotonic()
    expect(mark).to_be_visible(timeout=SAID)
    figure(f"15 % loss to the host's mark on whom it is of: {monotonic() - began:.1f} s")
    expect(bob.page.get_by_text("Your connection is weak: others may hear gaps.")).to_be_visible(timeout=SAID)
    expect(carol.page.get_by_text("Your connection is weak: you may hear gaps.")).to_be_visible(timeout=SAID)
    alice.page.get_by_role("button", name="Carol").click()
    hers = alice.page.get_by_role("dialog").get_by_text("Weak connection: they may hear gaps (")
    expect(hers).to_be_visible(timeout=SAID)
    proxy.lose(0)
    for visitor in (bob, carol):
        expect(visitor.page.get_by_text("Your connection is weak")).to_have_count(0, timeout=SAID)
        assert visitor.packets()["connections"] == 1
    expect(mark).to_have_count(0, timeout=SAID)
    expect(hers).to_have_count(0, timeout=SAID)


def test_two_seconds_without_a_network_cost_those_two_seconds_and_nothing_else(
    visit: Visit, proxy: Proxy, room: str
) -> None:
    alice, carol = visit("alice"), by_way_of(proxy, visit("carol"))
    talk.enter(alice, room)
    talk.enter(carol, room)
    talk.speak_up(alice)
    carol.hears(HUM)
    proxy.weather = BLOCKED
    carol.page.wait_for_timeout(OUTAGE)
    carol.silence_falls()
    proxy.weather = FAIR
    carol.hears(HUM)
    assert received(carol, 1000) > 40
    assert len_peers(carol) == 1  # over the same connection


def test_i_am_heard_only_while_the_server_hears_me(visit: Visit, proxy: Proxy, room: str) -> None:
    alice, carol = by_way_of(proxy, visit("alice")), visit("carol")
    talk.enter(alice, room)
    talk.enter(carol, room)
    talk.speak_up(alice)
    carol.hears(HUM)
    until("alice sees that she is heard", lambda: ring(alice) > 0)
    proxy.weather = BLOCKED
    expect(talk.dock(alice, "Connecting")).to_be_visible(timeout=15_000)
    until("the ring is gone", lambda: ring(alice) == 0)
    carol.silence_falls()
    expect(alice.page.get_by_text("The sound is down. It comes back by itself.")).to_be_visible(timeout=30_000)
    proxy.weather = FAIR
    carol.hears(HUM, seconds=30)  # without a tap
    expect(talk.dock(alice, "You are heard")).to_be_visible(timeout=15_000)
    expect(alice.page.get_by_text("The sound is down.")).to_have_count(0)
    assert alice.packets()["connections"] == 1


def ring(visitor: Visitor) -> float:
    """How much there is to see of the ring around the visitor's own face on stage."""
    face = visitor.page.locator("#stage .own stoa-avatar")
    look = "face => { const ring = face.querySelector('.ring'); return ring ? getComputedStyle(ring).opacity : 0; }"
    return float(face.evaluate(look))


def test_a_wall_around_udp_is_said_and_tried_again(visit: Visit, proxy: Proxy, room: str) -> None:
    proxy.weather = BLOCKED
    carol = by_way_of(proxy, visit("carol"))
    carol.page.clock.install()
    carol.page.goto(f"/r/{room}")
    carol.page.get_by_role("button", name="Listen").click()
    wall = carol.page.get_by_text("This network lets no sound through: its UDP port is blocked.")
    for _ in range(12):
        carol.page.wait_for_timeout(1000)
        carol.page.clock.fast_forward(PATIENCE)
        if wall.count():
            break
    expect(wall).to_be_visible()
    expect(talk.dock(carol, "Raise hand")).to_be_visible()  # everything but sound works
    carol.page.get_by_role("button", name="Try now").click()
    proxy.weather = FAIR
    talk.connected(carol)
    expect(wall).to_have_count(0)


def test_where_udp_is_blocked_the_sound_takes_tcp_and_it_is_said(visit: Visit, room: str) -> None:
    alice, bob, carol = (visit(name) for name in ("alice", "bob", "carol"))
    for visitor in (bob, carol):
        visitor.page.add_init_script(f"({TCP_ALONE})()")
    talk.enter(alice, room)
    talk.enter(bob, room)
    expect(bob.page.get_by_text("Your network blocks the fast way for sound")).to_be_visible()
    talk.enter(carol, room)
    talk.speak_up(alice)
    bob.hears(HUM)
    talk.dock(alice, "Mute").click()
    talk.bring_on_stage(alice, bob)
    alice.hears(HUM)
    carol.hears(HUM)
    assert received(carol, 1000) > 40
    assert alice.page.get_by_text("Your network blocks the fast way").count() == 0


def test_another_address_is_followed_and_another_network_is_joined_without_a_tap(
    visit: Visit, proxy: Proxy, room: str
) -> None:
    alice, bob = visit("alice"), by_way_of(proxy, visit("bob"))
    talk.enter(alice, room)
    talk.enter(bob, room)
    talk.bring_on_stage(alice, bob)
    alice.hears(HUM)
    proxy.move()
    until("bob is heard from elsewhere", lambda: received(alice, 500) > 15)
    assert len_peers(bob) == 1  # over the same connection

    bob.page.evaluate("dispatchEvent(new Event('online'))")
    until("a new connection is there", lambda: len_peers(bob) == 2)
    talk.connected(bob)
    alice.hears(HUM)
    assert received(alice, 1000) > 30
    expect(talk.dock(bob, "You are heard")).to_be_visible()


def received(visitor: Visitor, milliseconds: int) -> int:
    """How many packets come within the next while: one every 20 ms of a voice."""
    return int(visitor.page.evaluate("time => ears.attend(time)", milliseconds)["received"])


def len_peers(visitor: Visitor) -> int:
    """How many connections there ever were."""
    return int(visitor.page.evaluate("ears.peers.size"))
