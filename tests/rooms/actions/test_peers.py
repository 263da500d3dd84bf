"""Contract of `rooms.actions.peers`: where an offer goes, who must be told, and when it is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from redis.exceptions import RedisError

from accounts.models import User
from moderation.audit.search import Wish, matching
from moderation.audit.source import Source
from rooms import bus
from rooms.actions import peers
from rooms.actions.peers import Connection, Placed, Reached
from rooms.actions.presence import Seat, leave
from rooms.models import Carrier, Member, Room
from rooms.placement import Taker
from rooms.roles import Code, Move, Refused
from rooms.sfu import messages
from rooms.sfu.messages import Connected, Elsewhere, Ice, Offer, Spread
from tests.log import entries, entry
from tests.rooms.scenes import NOON, SOURCE, Wire, a_session, carry, come, do, member, wire

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "0900000000000000000000000000000000000000000000000000000000000000"
A, B = Taker("a", "e1", KEY, 0), Taker("b", "e1", KEY, 5)


@pytest.fixture(autouse=True)
def small(settings: Any) -> None:
    settings.STOA_SFU_PEERS = 2


@pytest.fixture
def seat(bob: User, open_room: Room) -> Seat:
    return come(bob, open_room).seat


@pytest.fixture
def said(seat: Seat) -> Iterator[Wire]:
    with wire() as caught:
        yield caught


def told(said: Wire) -> list[tuple[str, object]]:
    return [(channel.split(":")[2], messages.load(text)) for channel, text in said.parcels]


def refusal(seat: Seat, *taking: Taker) -> Code:
    with pytest.raises(Refused) as caught:
        peers.offer(seat, Connection("r", "p", "v=0"), taking)
    return caught.value.code


def test_the_offer_goes_where_there_is_room_and_the_row_says_where(
    seat: Seat, said: Wire, bob: User, open_room: Room
) -> None:
    assert peers.offer(seat, Connection("r", "p", "v=0"), [A, B]) == Placed("a", moved=False)
    ((sfu, order),) = told(said)
    assert (sfu, type(order)) == ("a", Offer)
    assert member(bob, open_room).sfu == "a"


def test_whoever_offers_again_stays_and_has_nothing_elsewhere(seat: Seat, said: Wire) -> None:
    peers.offer(seat, Connection("r", "p", "v=0"), [A])
    full = Taker("a", "e1", KEY, 2)
    assert peers.offer(seat, Connection("r", "q", "v=0"), [full, B]) == Placed("a", moved=False)


def test_whoever_must_go_elsewhere_has_moved_and_both_processes_learn_of_each_other(
    seat: Seat, said: Wire, bob: User, open_room: Room
) -> None:
    peers.offer(seat, Connection("r", "p", "v=0"), [A])
    said.parcels.clear()
    assert peers.offer(seat, Connection("r", "q", "v=0"), [B]) == Placed("b", moved=True)
    assert [(sfu, type(order)) for sfu, order in told(said)] == [("b", Offer), ("a", Spread), ("b", Spread)]
    assert member(bob, open_room).sfu == "b"


def test_each_change_of_process_is_a_hop_and_the_media_side_learns_its_number(seat: Seat, said: Wire) -> None:
    for taker in (A, A, B, A):
        peers.offer(seat, Connection("r", "p", "v=0"), [taker])
    assert [order.hop for _, order in told(said) if isinstance(order, Offer)] == [1, 1, 2, 3]


def test_once_it_is_connected_the_other_carriers_close_what_they_hold_of_it(
    seat: Seat, open_room: Room, said: Wire
) -> None:
    carry(open_room, "a", "b", "c")
    Member.objects.filter(pk=seat.pk).update(sfu="b")
    peers.moved(Connected("b", open_room.pk, 2, "q"))
    assert told(said) == [(sfu, Elsewhere(open_room.pk, 2, "q")) for sfu in ("a", "c")]


def test_who_went_on_meanwhile_keeps_the_newest_connection(seat: Seat, open_room: Room, said: Wire) -> None:
    carry(open_room, "a", "b", "c")
    Member.objects.filter(pk=seat.pk).update(sfu="a")
    peers.moved(Connected("b", open_room.pk, 2, "q"))
    assert told(said) == []


def test_where_sound_comes_from_is_written_down_as_of_when_it_came(seat: Seat, bob: User, open_room: Room) -> None:
    source = Source("198.51.100.7", 50000, "192.0.2.1:7882", "tests", "media", factors="password")
    peers.note([Reached(seat, source, "tcp", NOON, "5e1f00d5")])
    noted = entry(action="media.connect")
    assert (noted.actor, noted.room, noted.detail) == (bob.uid, open_room.pk, {"over": "tcp"})
    assert (noted.address, noted.port, noted.destination) == ("198.51.100.7", 50000, "192.0.2.1:7882")
    assert (noted.channel, noted.factors, noted.correlation) == ("media", "password", "5e1f00d5")
    assert (noted.occurred_at, noted.kind, noted.purpose) == (NOON, "person", "service")
    assert [found.pk for found in matching(Wish(address="198.51.100.7"))] == [noted.id]


def test_nothing_is_written_of_who_was_erased_meanwhile(seat: Seat) -> None:
    Member.objects.filter(pk=seat.pk).delete()
    peers.note([Reached(seat, SOURCE, "udp", NOON, "")])
    assert entries(action="media.connect") == []


def test_a_session_that_is_sound_alone_lives_under_the_lease_of_its_media_process(
    seat: Seat, said: Wire, bob: User, open_room: Room
) -> None:
    peers.offer(seat, Connection("r", "p", "v=0", lease=lambda sfu: f"{sfu}.e1"), [A])
    assert (member(bob, open_room).process, member(bob, open_room).sfu) == ("a.e1", "a")


def test_who_left_is_nowhere(seat: Seat, said: Wire, bob: User, open_room: Room) -> None:
    peers.offer(seat, Connection("r", "p", "v=0"), [A])
    leave(seat, "left", source=SOURCE, now=NOON)
    assert member(bob, open_room).sfu == ""


def test_another_tab_begins_anew_and_the_same_one_keeps_its_sound(
    seat: Seat, said: Wire, bob: User, open_room: Room
) -> None:
    peers.offer(seat, Connection("r", "p", "v=0"), [A])
    assert come(bob, open_room, a_session("tab")).sfu == "a"
    assert come(bob, open_room, a_session("another")).sfu == ""


def test_a_seat_that_is_somebody_elses_by_now_is_refused_and_nothing_changed(
    seat: Seat, said: Wire, bob: User, open_room: Room
) -> None:
    come(bob, open_room, a_session("another"))
    assert refusal(seat, A) is Code.NOT_PRESENT
    assert (member(bob, open_room).sfu, Carrier.objects.count()) == ("", 0)


def test_a_room_that_is_over_is_refused(seat: Seat, alice: User, open_room: Room) -> None:
    come(alice, open_room)
    do(alice, open_room, Move.END)
    assert refusal(seat, A) is Code.ENDED


def test_where_none_takes_anybody_it_is_unavailable(seat: Seat) -> None:
    assert refusal(seat) is Code.UNAVAILABLE


def test_without_redis_it_is_unavailable(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_parcels: object) -> None:
        raise RedisError

    monkeypatch.setattr(bus, "publish", away)
    assert refusal(seat, A) is Code.UNAVAILABLE
    with pytest.raises(Refused):
        peers.ice("a.e1", Ice("r", "p", False))


def test_a_session_is_reached_where_its_lease_is(said: Wire) -> None:
    peers.ice("node-0.e1", Ice("r", "p", True))
    assert told(said) == [("node-0", Ice("r", "p", True))]
