"""Contract of `rooms.sfu.registry`: orders are carried out once, refused by name, and every end is reported."""

import asyncio
import time
import weakref
from typing import Any, cast

import pytest

from rooms.sfu import registry as module
from rooms.sfu.connection import Connection
from rooms.sfu.connections import CONSENT, DOUBT
from rooms.sfu.messages import (
    Alive,
    Answer,
    Connected,
    Drop,
    Rejected,
    Wanted,
)
from rooms.sfu.peer import Peer
from tests.rooms.sfu.desk import (
    ALICE,
    BOB,
    CAROL,
    CHROMIUM,
    CLIENT,
    MALLORY,
    SDP,
    Desk,
    Wire,
    until,
    want,
)
from tests.rooms.sfu.hall import Voice


async def test_an_offer_is_answered_with_our_address_and_the_rooms_streams(desk: Desk) -> None:
    answer = desk.offer("carol")
    assert isinstance(answer, Answer)
    assert (answer.sfu, answer.request, answer.peer) == ("node-0", "ask carol", "carol")
    assert " 192.0.2.1 7882 typ host" in answer.sdp
    assert f"a=ssrc:{desk.connection('carol').room.ssrcs[2]} " in answer.sdp


async def test_the_same_offer_again_gets_the_same_answer(desk: Desk) -> None:
    first, second = desk.offer("carol"), desk.offer("carol")
    assert first == second
    assert desk.open() == ["carol"]


@pytest.mark.parametrize(
    ("code", "member", "wanted", "sdp"),
    [
        ("room_not_live", CAROL, want(1, live=False), SDP),
        ("member_absent", MALLORY, want(1, absent=(MALLORY,)), SDP),
        ("message_invalid", -1, want(1), SDP),
        ("message_invalid", 1 << 32, want(1), SDP),
        ("sdp_invalid", CAROL, want(1), "nonsense"),
        ("no_audio", CAROL, want(1), "v=0\r\n"),
    ],
)
async def test_an_offer_is_refused_by_name_and_nothing_changed(
    desk: Desk, code: str, member: int, wanted: Wanted, sdp: str
) -> None:
    assert desk.offer("mallory", member, wanted, sdp) == Rejected("node-0", "ask mallory", "mallory", code)
    assert desk.open() == []


async def test_an_offer_with_an_old_order_does_not_bring_back_a_removed_member(desk: Desk) -> None:
    desk.registry.take(want(7, absent=(MALLORY,)))
    refused = desk.offer("mallory", MALLORY, want(6))
    assert isinstance(refused, Rejected)
    assert refused.code == "member_absent"


async def test_an_offer_to_a_room_that_ended_is_refused_whatever_it_says(desk: Desk) -> None:
    desk.registry.take(want(7, live=False))
    refused = desk.offer("carol", CAROL, want(6))
    assert isinstance(refused, Rejected)
    assert refused.code == "room_not_live"


async def test_too_many_peers_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PEERS", 1)
    desk.offer("carol")
    refused = desk.offer("bob", BOB)
    assert isinstance(refused, Rejected)
    assert refused.code == "full"


async def test_a_handshake_is_reported_as_connected(desk: Desk) -> None:
    made = await desk.connect("carol")
    assert made.connected
    whence = "198.51.100.7", 1, "192.0.2.1:7882", "udp"
    assert desk.reports[-1] == Connected("node-0", "room", CAROL, "carol", *whence)


async def test_one_who_moved_is_reported_again_though_not_at_every_step(desk: Desk) -> None:
    made = await desk.connect("carol")
    begun, port = made.seen, cast("Any", made.port)
    for second, number in ((1, 2), (2, 1), (3, 2), (11, 2), (12, 2), (13, 1)):
        made.checked(port, ("198.51.100.7", number), nominated=True, now=begun + second)
        desk.registry.greet(made)
    assert [one.port for one in desk.reports if isinstance(one, Connected)] == [1, 2]


async def test_one_who_is_not_who_the_offer_said_fails(desk: Desk) -> None:
    desk.offer("mallory", sdp=CHROMIUM)
    made, client = desk.connection("mallory"), Peer(CLIENT)
    made.checked(cast("Any", Wire(client)), ("198.51.100.7", 1), nominated=True, now=0.0)
    desk.registry.greet(made)
    ours = desk.registry._identity.fingerprint
    await client.handshake(client=True, fingerprints=[("sha-256", ours)], send=made.peer.feed, left=lambda: None)
    await until(lambda: desk.gone() == [("mallory", "failed")])
    assert not made.connected
    await client.close()


async def test_a_handshake_that_never_ends_fails(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HANDSHAKE", 0.01)
    desk.offer("carol")
    desk.registry.greet(desk.connection("carol"))
    await until(lambda: desk.gone() == [("carol", "failed")])


async def test_one_who_says_goodbye_has_left(desk: Desk) -> None:
    await desk.connect("carol")
    await desk.clients[0].close()
    await until(lambda: desk.gone() == [("carol", "left")])
    assert desk.open() == []


@pytest.mark.usefixtures("no_collector")
async def test_one_who_left_frees_his_memory_at_once_and_not_when_a_collector_comes_by(desk: Desk) -> None:
    dtls = weakref.ref((await desk.connect("carol")).peer._dtls)
    desk.offer("bob", BOB)
    await desk.clients.pop().close()
    await until(lambda: dtls() is None)


class Knot:
    """What nothing but a collector frees."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.usefixtures("no_collector")
async def test_what_a_mistake_left_over_is_freed_when_the_last_has_left_and_not_before(desk: Desk) -> None:
    left_over = weakref.ref(Knot())
    await desk.connect("carol")
    desk.offer("bob", BOB)
    desk.registry.take(Drop("room", CAROL, 0))
    await until(lambda: not desk.registry._departures._tasks)
    assert left_over()
    desk.registry.take(Drop("room", BOB, 0))
    await until(lambda: left_over() is None)


async def settled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """Carol's connection, which holds nothing of DTLS any more."""
    monkeypatch.setattr(module, "SETTLED", 0)
    made = await desk.connect("carol")
    await until(lambda: made.peer.settled)
    return made


async def test_one_who_is_connected_for_a_while_holds_nothing_of_dtls_and_hears_of_his_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled(desk, monkeypatch)
    given_back: list[bool] = []
    monkeypatch.setattr(desk.registry, "_trim", lambda: given_back.append(True))
    desk.registry.tick(time.monotonic())
    desk.registry.tick(time.monotonic())
    assert given_back == [True]
    desk.registry.take(Drop("room", CAROL, 0))
    await until(lambda: desk.clients[0]._dtls and desk.clients[0]._dtls.state == "closed")


async def test_one_who_may_have_said_goodbye_and_does_not_check_in_again_has_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, now = await settled(desk, monkeypatch), time.monotonic()
    desk.registry.connections.doubt(made, now)
    desk.registry.tick(now + DOUBT - 1)
    assert desk.gone() == []
    desk.registry.tick(now + DOUBT + 2)
    assert desk.gone() == [("carol", "left")]


async def test_a_loop_that_was_held_up_past_both_of_ones_deadlines_ends_one_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, now = await settled(desk, monkeypatch), time.monotonic()
    desk.registry.connections.doubt(made, now)
    desk.registry.tick(now + CONSENT + 2)
    assert desk.gone() == [("carol", "left")]


async def test_removed_ended_and_dropped_are_reported_by_their_names(desk: Desk) -> None:
    for peer, member in (("alice", ALICE), ("bob", BOB), ("carol", CAROL)):
        desk.offer(peer, member)
    desk.registry.take(want(2, absent=(ALICE,)))
    desk.registry.take(Drop("room", BOB, 0))
    desk.registry.take(Drop("room", MALLORY, 0))
    desk.registry.take(want(3, live=False))
    assert desk.gone() == [("alice", "removed"), ("bob", "dropped"), ("carol", "ended")]


async def test_one_who_goes_takes_every_connection_along_and_not_the_last_offered_alone(desk: Desk) -> None:
    await desk.connect("ghost", MALLORY)
    desk.offer("never used", MALLORY)
    desk.offer("bob", BOB)
    desk.registry.take(Drop("room", MALLORY, 0))
    assert desk.gone() == [("ghost", "dropped"), ("never used", "dropped")]
    desk.registry.take(Drop("room", MALLORY, 0))
    assert desk.open() == ["bob"]


async def test_an_offer_from_before_one_went_opens_nothing_and_a_late_drop_spares_who_came_back(desk: Desk) -> None:
    desk.registry.take(Drop("room", MALLORY, 4))
    desk.registry.take(Drop("room", MALLORY, 2))
    refused = desk.offer("ghost", MALLORY, visit=4)
    assert isinstance(refused, Rejected)
    assert refused.code == "member_absent"
    assert isinstance(desk.offer("back", MALLORY, visit=5), Answer)
    desk.registry.take(Drop("room", MALLORY, 4))
    assert desk.open() == ["back"]


async def test_one_who_was_closed_during_the_handshake_never_connects(desk: Desk) -> None:
    desk.offer("carol")
    made, client = desk.connection("carol"), Peer(CLIENT)
    made.checked(cast("Any", Wire(client)), ("198.51.100.7", 1), nominated=True, now=0.0)
    desk.registry.greet(made)
    await asyncio.sleep(0)
    desk.registry.take(Drop("room", CAROL, 0))
    await asyncio.sleep(0.01)
    assert desk.gone() == [("carol", "dropped")]
    assert not made.connected


async def test_30_seconds_without_a_checked_request_are_the_end(desk: Desk) -> None:
    desk.offer("carol")
    seen = desk.connection("carol").seen
    desk.registry.tick(seen + CONSENT - 1)
    assert desk.gone() == []
    desk.registry.tick(seen + CONSENT + 2)
    assert desk.gone() == [("carol", "timeout")]


async def test_alive_tells_the_rooms_that_have_peers_and_their_versions(desk: Desk) -> None:
    desk.registry.take(Wanted("empty", 9, True, (), ()))
    desk.offer("carol", wanted=want(4))
    alive = desk.registry.alive()
    assert (alive.sfu, alive.peers, alive.draining, dict(alive.rooms)) == ("node-0", 1, False, {"room": 4})


async def test_alive_tells_who_talks(desk: Desk) -> None:
    desk.offer("carol", wanted=want(4))
    room = desk.registry.rooms.get("room")
    assert room is not None
    room.stage.allow((BOB,), time.monotonic())
    assert desk.registry.alive().talking == {}
    room.stage.push(BOB, Voice(BOB).packet(), time.monotonic())
    assert desk.registry.alive().talking == {"room": (BOB,)}


async def test_every_start_has_an_epoch_of_its_own(desk: Desk) -> None:
    assert Desk().registry.alive().epoch != desk.registry.alive().epoch


async def test_draining_ends_everybody_and_refuses_newcomers(desk: Desk) -> None:
    await desk.connect("carol")
    desk.registry.retire()
    assert desk.gone() == []
    await desk.registry.drain()
    assert desk.gone() == [("carol", "dropped")]
    assert [one.draining for one in desk.reports if isinstance(one, Alive)] == [True]
    refused = desk.offer("bob", BOB)
    assert isinstance(refused, Rejected)
    assert refused.code == "draining"
