"""Contract of `rooms.actions.carriers`: who carries a room, who is told so, and what was missed."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from accounts.models import User
from rooms import bus
from rooms.actions import carriers
from rooms.models import Carrier, Room
from rooms.placement import Taker
from rooms.roles import Code, Refused
from rooms.sfu import envelope, messages
from rooms.sfu.messages import Alive, Order, Spread, Wanted
from tests.rooms.scenes import NOON, Wire, come, wire

pytestmark = pytest.mark.django_db(transaction=True)

PRIVATE = {name: X25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number, name in enumerate("abc", 1)}
PUBLIC = {name: key.public_key().public_bytes_raw().hex() for name, key in PRIVATE.items()}


@pytest.fixture(autouse=True)
def small(settings: Any) -> None:
    settings.STOA_SFU_PEERS = 2


@pytest.fixture
def said() -> Iterator[Wire]:
    with wire() as caught:
        yield caught


def taker(sfu: str, peers: int = 0, epoch: str = "e1") -> Taker:
    return Taker(sfu, epoch, PUBLIC[sfu], peers)


def place(room: Room, *taking: Taker, own: str = "") -> tuple[str, dict[str, Order]]:
    """Where the next connection goes, and what which media process is told."""
    chosen, parcels = carriers.place(room, own, taking)
    return chosen.sfu, orders(parcels)


def orders(parcels: list[bus.Parcel]) -> dict[str, Order]:
    return {channel.split(":")[2]: messages.load(text) for channel, text in parcels}  # type: ignore[misc]  # only orders


def alive(room: Room, sfu: str = "a", version: int = 0, turn: int = 0, epoch: str = "e1") -> Alive:
    return Alive(sfu, epoch, 1, False, {room.pk: version}, "plain", PUBLIC[sfu], {room.pk: turn} if turn else {})


def spread(room: Room) -> Room:
    """The room, carried by `a` and `b`."""
    place(room, taker("a"))
    place(room, taker("a", 2), taker("b"))
    room.refresh_from_db()
    return room


def living(*leases: str) -> Any:
    def those(_asked: Collection[str]) -> Collection[str]:
        return leases

    return those


def retired(seconds: float, *leases: str) -> int:
    return carriers.retire(living(*leases), now=NOON + timedelta(seconds=seconds))


def idle(sfu: str) -> datetime | None:
    return Carrier.objects.get(sfu=sfu).idle_since


# ---- Placing ----


def test_a_room_on_one_media_process_costs_nobody_a_word(open_room: Room) -> None:
    assert place(open_room, taker("a"), taker("b", 1)) == ("a", {})
    assert place(open_room, taker("a", 1), taker("b")) == ("a", {})
    assert [(one.sfu, one.epoch) for one in Carrier.objects.all()] == [("a", "e1")]
    open_room.refresh_from_db()
    assert open_room.spread == 0


def test_at_the_cap_one_more_carries_it_and_both_learn_it_with_the_key(open_room: Room) -> None:
    place(open_room, taker("a"))
    sfu, told = place(open_room, taker("a", 2), taker("b", 1))
    assert sfu == "b"
    assert set(told) == {"a", "b"}
    for name, order in told.items():
        assert isinstance(order, Spread)
        assert (order.room, order.turn, order.carriers) == (open_room.pk, 1, ("a", "b"))
        assert envelope.open_(order, PRIVATE[name]) == carriers.key(open_room)


def test_each_further_one_has_the_next_number(open_room: Room) -> None:
    spread(open_room)
    sfu, told = place(open_room, taker("a", 2), taker("b", 2), taker("c"))
    assert sfu == "c"
    assert {(one.turn, one.carriers) for one in told.values() if isinstance(one, Spread)} == {(2, ("a", "b", "c"))}


def test_whoever_was_as_fast_finds_the_one_that_is_there(open_room: Room) -> None:
    place(open_room, taker("a", 1))
    assert place(open_room, taker("a", 1), taker("b")) == ("a", {})


def test_a_media_process_that_began_anew_is_another_carrier_with_another_key(open_room: Room) -> None:
    spread(open_room)
    sfu, told = place(open_room, taker("a", 0, "e2"))
    assert sfu == "a"
    assert Carrier.objects.get(sfu="a").epoch == "e2"
    assert set(told) == {"a", "b"}


def test_alone_it_is_told_nothing_when_it_begins_anew(open_room: Room) -> None:
    place(open_room, taker("a"))
    assert place(open_room, taker("a", 0, "e2")) == ("a", {})
    assert Carrier.objects.get().epoch == "e2"


def test_where_none_takes_anybody_it_is_refused_and_nothing_changed(open_room: Room) -> None:
    with pytest.raises(Refused) as caught:
        place(open_room)
    assert caught.value.code is Code.UNAVAILABLE
    assert not Carrier.objects.exists()


def test_one_that_was_about_to_leave_carries_it_again(open_room: Room) -> None:
    place(open_room, taker("a"))
    Carrier.objects.update(idle_since=NOON)
    assert place(open_room, taker("a")) == ("a", {})
    assert idle("a") is None


# ---- The key ----


def test_every_room_has_its_own_key_and_the_same_each_time(open_room: Room, secret_room: Room) -> None:
    assert carriers.key(open_room) == carriers.key(Room.objects.get(pk=open_room.pk))
    assert carriers.key(open_room) != carriers.key(secret_room)


def test_another_secret_is_another_key(open_room: Room, settings: Any) -> None:
    before = carriers.key(open_room)
    settings.SECRET_KEY = "another" * 10
    assert carriers.key(open_room) != before


def test_the_key_is_nowhere_in_what_is_sent_or_stored(open_room: Room) -> None:
    place(open_room, taker("a"))
    _, parcels = carriers.place(open_room, "", [taker("a", 2), taker("b")])
    key = carriers.key(open_room)
    assert not [text for _, text in parcels if key.hex() in text]
    assert not [row for row in Carrier.objects.values() if key.hex() in str(row)]


# ---- What was missed ----


def test_whoever_knows_everything_is_told_nothing(open_room: Room) -> None:
    room = spread(open_room)
    assert carriers.reconcile(alive(room, turn=1), NOON) == []


def test_an_older_state_of_a_room_is_found(open_room: Room, alice: User) -> None:
    place(open_room, taker("a"))
    come(alice, open_room)
    assert carriers.reconcile(alive(open_room), NOON) == [Wanted(open_room.pk, 1, True, (), ())]


def test_a_lost_spread_is_found_by_its_number(open_room: Room) -> None:
    room = spread(open_room)
    (order,) = carriers.reconcile(alive(room, "b"), NOON)
    assert isinstance(order, Spread)
    assert (order.turn, order.carriers) == (1, ("a", "b"))
    assert envelope.open_(order, PRIVATE["b"]) == carriers.key(room)


@pytest.mark.parametrize("epoch", ["e1", "e0"])
def test_a_room_that_is_not_its_own_is_let_go_of(open_room: Room, epoch: str) -> None:
    place(open_room, taker("b"))
    strays = carriers.reconcile(alive(open_room, "b" if epoch == "e0" else "a", 3, epoch=epoch), NOON)
    assert strays == [Wanted(open_room.pk, 3, False, (), ())]


# ---- Leaving ----


def without(said: Wire) -> dict[str, tuple[int, tuple[str, ...], bool]]:
    """Who is told of which turn and carriers, and whether they have the key."""
    told = orders(said.parcels)
    return {sfu: (one.turn, one.carriers, bool(one.key)) for sfu, one in told.items() if isinstance(one, Spread)}


def test_who_holds_nobody_of_a_room_leaves_it_two_minutes_later_and_hears_it_no_more(
    open_room: Room, said: Wire
) -> None:
    spread(open_room)
    nobody = Alive("b", "e1", 0, False, {})
    carriers.reconcile(nobody, NOON)
    carriers.reconcile(nobody, NOON + timedelta(seconds=60))
    assert idle("b") == NOON
    assert retired(119, "a.e1", "b.e1") == 0
    assert retired(120, "a.e1", "b.e1") == 1
    assert without(said) == {"a": (2, ("a",), True), "b": (2, ("a",), False)}


def test_who_holds_somebody_again_in_time_stays(open_room: Room) -> None:
    room = spread(open_room)
    carriers.reconcile(Alive("b", "e1", 0, False, {}), NOON)
    carriers.reconcile(alive(room, "b", turn=1), NOON + timedelta(seconds=60))
    assert idle("b") is None
    assert retired(120, "a.e1", "b.e1") == 0


def test_who_is_not_heard_of_leaves_too_and_comes_back_in_time_if_it_was_the_road(open_room: Room) -> None:
    room = spread(open_room)
    assert retired(0, "b.e1") == 0
    assert idle("a") == NOON
    carriers.reconcile(alive(room, "a", turn=1), NOON)
    assert retired(120, "a.e1", "b.e1") == 0
    assert retired(130, "b.e1") == 0
    assert retired(250, "b.e1") == 1
    assert [carrier.sfu for carrier in Carrier.objects.all()] == ["b"]


def test_one_that_is_gone_leaves_its_rooms_to_the_others_at_once(open_room: Room, said: Wire) -> None:
    spread(open_room)
    assert carriers.lose("a", "e0") == 0, "that was another start of it"
    assert carriers.lose("a", "e1") == 1
    assert carriers.lose("a", "e1") == 0, "every web process hears of it"
    assert without(said) == {"b": (2, ("b",), True), "a": (2, ("b",), False)}


def test_a_room_that_it_carried_alone_waits_for_it(open_room: Room, said: Wire) -> None:
    place(open_room, taker("a"))
    assert carriers.lose("a", "e1") == 0
    assert Carrier.objects.get().sfu == "a"
    assert said.parcels == []


def test_the_last_carrier_of_an_empty_room_leaves_without_a_word(open_room: Room, said: Wire) -> None:
    place(open_room, taker("a"))
    carriers.reconcile(Alive("a", "e1", 0, False, {}), NOON)
    assert retired(120, "a.e1") == 1
    assert said.parcels == []
