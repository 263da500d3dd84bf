"""Contract of `rooms.sfu.registry` where a room or a member is in more than one place at once."""

from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from rooms.sfu.envelope import close
from rooms.sfu.messages import Answer, Elsewhere, Ice, Rejected, Spread
from rooms.sfu.refusals import Code
from tests.rooms.sfu.desk import (
    BOB,
    CAROL,
    Desk,
    want,
)


async def test_a_members_new_connection_replaces_the_old_one(desk: Desk) -> None:
    await desk.connect("old")
    await desk.connect("new")
    assert desk.gone() == [("old", "replaced")]
    assert desk.open() == ["new"]


async def test_a_member_has_one_connection_that_hears_and_one_on_the_way_at_most(desk: Desk) -> None:
    await desk.connect("first")
    for peer in ("second", "third", "fourth"):
        desk.offer(peer)
    assert desk.open() == ["first", "fourth"]
    await desk.connect("fifth")
    assert desk.open() == ["fifth"]
    assert dict(desk.gone()) == dict.fromkeys(("first", "second", "third", "fourth"), "replaced")


def spread(desk: Desk, turn: int, *carriers: str, key: str = "") -> Spread:
    public = key or desk.registry.alive().key
    return close(Spread("room", turn, carriers, ""), bytes(32), public, X25519PrivateKey.generate())


async def test_alive_tells_our_key_and_the_turn_of_each_room_with_peers(desk: Desk) -> None:
    desk.registry.take(spread(desk, 3, "node-0", "node-1"))
    assert desk.registry.alive().spreads == {}
    desk.offer("carol")
    assert desk.registry.alive().spreads == {"room": 3}
    assert len(bytes.fromhex(desk.registry.alive().key)) == 32
    assert Desk().registry.alive().key != desk.registry.alive().key


async def test_a_key_closed_for_another_is_counted_and_nothing_changed(desk: Desk) -> None:
    desk.registry.take(spread(desk, 3, "node-0", "node-1", key=Desk().registry.alive().key))
    assert (desk.counters, desk.registry.routes.turn("room")) == ({Code.FORGED: 1}, None)


async def test_a_room_that_ended_is_spread_no_more(desk: Desk) -> None:
    desk.registry.take(spread(desk, 3, "node-0", "node-1"))
    desk.registry.take(want(2, live=False))
    assert (desk.registry.routes.turn("room"), desk.registry.routes.channels) == (None, {})


async def test_one_who_is_elsewhere_is_replaced_here_but_for_a_connection_on_the_way(desk: Desk) -> None:
    await desk.connect("old")
    desk.offer("newer")
    desk.registry.take(Elsewhere("room", CAROL, "there"))
    desk.registry.take(Elsewhere("room", BOB, "there"))
    desk.registry.take(Elsewhere("nowhere", CAROL, "there"))
    assert desk.gone() == [("old", "replaced")]
    assert desk.open() == ["newer"]


async def test_a_member_who_came_back_before_the_order_arrived_keeps_the_connection_it_names(desk: Desk) -> None:
    await desk.connect("here")
    desk.registry.take(Elsewhere("room", CAROL, "here"))
    assert desk.gone() == []


async def test_ice_begins_anew_under_another_name_and_the_old_one_opens_nothing(desk: Desk) -> None:
    made = await desk.connect("carol")
    before, made.routine = made.local, cast("Any", "her usual checks")
    desk.registry.take(Ice("again", "carol", False))
    assert made.routine
    desk.registry.take(Ice("anew", "carol", True))
    same, anew = [one.sdp for one in desk.reports if isinstance(one, Answer) and one.request in ("again", "anew")]
    assert f"a=ice-ufrag:{before.ufrag}\r\na=ice-pwd:{before.password}\r\n" in same
    assert f"a=ice-ufrag:{made.local.ufrag}\r\na=ice-pwd:{made.local.password}\r\n" in anew
    assert made.local.ufrag != before.ufrag
    assert made.local.password != before.password
    assert made.routine is None
    assert desk.registry.connections.named(before.ufrag) is None
    assert desk.registry.connections.named(made.local.ufrag) is made
    assert made.connected


async def test_ice_of_one_who_is_not_there_is_refused(desk: Desk) -> None:
    desk.registry.take(Ice("ask", "nobody", True))
    assert desk.reports[-1] == Rejected("node-0", "ask", "nobody", Code.MEMBER_ABSENT)
