"""Contract of `rooms.sfu.fanout` and `rooms.sfu.accelerator`, who may not differ: everybody but the speaker, each in
his own numbers; one's trouble stays his own.
"""

import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rooms.sfu import red
from rooms.sfu.counters import Count, Counters
from rooms.sfu.fanout import Hearing
from rooms.sfu.listener import View
from rooms.sfu.red import MANY, Copy
from rooms.sfu.rtp import MAX_PAYLOAD, Packet, build
from rooms.sfu.stage import SEQUENCES, Relay
from tests.rooms.sfu.ears import PROFILES, Ear, packets, port, session

ALICE, BOB, CAROL, DAVE, ERIN = 1, 2, 3, 4, 5
VOICE = Packet(111, False, 1000, 960, 7, 20, b"voice")
RELAY = Relay(1, ALICE, VOICE, ALICE)
PLAIN = View(0, 111, 1)

Make = Callable[[], Hearing]


def spread(hearing: Make, ears: Iterable[Ear], relay: Relay = RELAY) -> Counters:
    """What was counted while `relay` went to `ears`."""
    counters: Counters = Counter()
    crowd = hearing()
    for ear in ears:
        crowd.add(ear.connection)
    crowd.send(relay, counters)
    return packets(counters)


def expected(member: int, view: View, relay: Relay = RELAY, profile: int | None = None) -> bytes:
    """The datagram that `member` must get."""
    sequence, packet, payload_type = (relay.packet.sequence + view.offset) % SEQUENCES, relay.packet, view.payload_type
    if packet.copies and view.red_type:
        packet = replace(packet, payload=red.build(packet.payload, packet.copies[-view.copies :], view.payload_type))
        payload_type = view.red_type
    plain = build(packet, relay.csrc, payload_type, sequence, view.level_id)
    return (session(member) if profile is None else session(member, profile)).protect(plain)


def test_everybody_but_the_speaker_is_sent_the_packet(hearing: Make) -> None:
    via = port()
    alice, bob, carol = (Ear(member, via, (PLAIN,) * 3) for member in (ALICE, BOB, CAROL))
    counters = spread(hearing, (alice, bob, carol))
    assert [ear.heard for ear in (alice, bob, carol)] == [[], [expected(BOB, PLAIN)], [expected(CAROL, PLAIN)]]
    assert counters == {Count.SENT: 2}


def test_what_is_counted_as_sent_are_the_bytes_that_arrive(hearing: Make) -> None:
    via, counters, crowd = port(), Counter[StrEnum](), hearing()
    ears = [Ear(10 + number, via, (PLAIN, View(0, 111, number % 3 or None), PLAIN)) for number in range(70)]
    for ear in ears:
        crowd.add(ear.connection)
    crowd.send(RELAY, counters)
    assert counters[Count.SENT_BYTES] == sum(len(data) for ear in ears for data in ear.heard)


def test_a_room_without_listeners_costs_nothing(hearing: Make) -> None:
    assert spread(hearing, ()) == {}


def test_each_listener_gets_his_own_view_of_this_slot(hearing: Make) -> None:
    via, wrong = port(), View(9, 96, 9)
    views = {BOB: View(1000, 109, 3), CAROL: View(0, 111, None), DAVE: View(SEQUENCES - 1, 127, 14)}
    ears = {member: Ear(member, via, (wrong, view, wrong)) for member, view in views.items()}
    spread(hearing, ears.values())
    assert {member: ear.heard for member, ear in ears.items()} == {
        member: [expected(member, view)] for member, view in views.items()
    }


def test_copies_go_to_who_takes_red_under_his_own_names_and_the_frame_alone_to_the_others(hearing: Make) -> None:
    copies = (Copy(1920, b"older"), Copy(960, b"old"))
    via, relay = port(), replace(RELAY, packet=replace(VOICE, copies=copies))
    views = {BOB: View(0, 111, 1, 63, 1), CAROL: View(5, 109, None, 121, 2), DAVE: View(0, 111, 1, None, 2)}
    ears = {member: Ear(member, via, (PLAIN, view, PLAIN)) for member, view in views.items()}
    assert spread(hearing, ears.values(), relay) == {Count.SENT: 3}
    whole = {
        (111, 63): bytes.fromhex("ef0f0003 6f") + b"oldvoice",
        (109, 121): bytes.fromhex("ed1e0005 ed0f0003 6d") + b"olderoldvoice",
    }
    for member, view in list(views.items())[:2]:
        assert view.red_type
        packet = replace(VOICE, payload=whole[view.payload_type, view.red_type])
        plain = build(packet, ALICE, view.red_type, VOICE.sequence + view.offset, view.level_id)
        assert ears[member].heard == [session(member).protect(plain)]
    assert ears[DAVE].heard == [expected(DAVE, views[DAVE])]


def test_a_packet_without_copies_goes_out_as_opus_also_to_who_takes_red(hearing: Make) -> None:
    bob = Ear(BOB, port(), (PLAIN, View(0, 111, 1, 63), PLAIN))
    spread(hearing, [bob])
    assert bob.heard == [expected(BOB, PLAIN)]


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
@pytest.mark.parametrize("count", [1, 31, 32, 33, 64, 100])
def test_any_number_is_reached_over_either_family(hearing: Make, count: int, family: socket.AddressFamily) -> None:
    via = port(family)
    ears = [Ear(10 + number, via, (PLAIN,) * 3) for number in range(count)]
    assert spread(hearing, ears) == {Count.SENT: count}
    assert [ear.heard for ear in ears] == [[expected(10 + number, PLAIN)] for number in range(count)]


def test_listeners_of_several_sockets_are_each_answered_from_the_one_they_reached(hearing: Make) -> None:
    ports = [port(socket.AF_INET), port(socket.AF_INET6), port(socket.AF_INET)]
    ears = [Ear(10 + number, ports[number % 3], (PLAIN,) * 3) for number in range(70)]
    assert spread(hearing, ears) == {Count.SENT: 70}
    sources = [ear.socket.recvfrom(2048)[1][:2] for ear in ears]
    assert sources == [ports[number % 3].socket.getsockname()[:2] for number in range(70)]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("size", [1, 3, MAX_PAYLOAD])
def test_every_size_and_profile_fits(hearing: Make, profile: int, size: int) -> None:
    relay = Relay(1, ALICE, Packet(111, True, 65_535, 960, 7, 20, b"\xff" * size), 0xFFFFFFFF)
    ears = [Ear(member, port(), (PLAIN,) * 3, profile) for member in (BOB, CAROL)]
    assert spread(hearing, ears, relay) == {Count.SENT: 2}
    assert ears[1].heard == [expected(CAROL, PLAIN, relay, profile)]


VIEWS = st.builds(
    View,
    st.integers(0, SEQUENCES - 1),
    st.integers(0, 127),
    st.none() | st.integers(1, 14),
    st.none() | st.integers(1, 127),
    st.integers(1, MANY),
)
COPIES = st.lists(st.builds(Copy, st.integers(0, 0x3FFF), st.binary(min_size=1, max_size=60)), max_size=MANY)
PACKETS = st.builds(
    Packet,
    payload_type=st.integers(0, 127),
    marker=st.booleans(),
    sequence=st.integers(0, SEQUENCES - 1),
    timestamp=st.integers(0, 2**32 - 1),
    ssrc=st.integers(0, 2**32 - 1),
    level=st.none() | st.integers(0, 127),
    payload=st.binary(min_size=1, max_size=MAX_PAYLOAD - MANY * 64 - 1),
    copies=COPIES.map(tuple),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(packet=PACKETS, csrc=st.none() | st.integers(0, 2**32 - 1), views=st.lists(VIEWS, max_size=5))
def test_whatever_is_relayed_arrives_byte_for_byte(
    hearing: Make, packet: Packet, csrc: int | None, views: list[View]
) -> None:
    via, relay = port(), Relay(2, ALICE, packet, csrc)
    ears = [Ear(10 + number, via, (PLAIN, PLAIN, view)) for number, view in enumerate(views)]
    spread(hearing, ears, relay)
    assert [ear.heard for ear in ears] == [[expected(10 + n, view, relay)] for n, view in enumerate(views)]


def test_an_address_nobody_can_be_sent_to_costs_its_own_packet_alone(hearing: Make) -> None:
    via = port()
    ears = [Ear(10 + number, via, (PLAIN,) * 3) for number in range(50)]
    for number in (0, 20, 21, 31, 32, 49):
        ears[number].connection.checked(via, ("127.0.0.1", 0), nominated=True, now=0.0)
    assert spread(hearing, ears) == {Count.SENT: 44, Count.SEND_FAILED: 6}
    assert sum(len(ear.heard) for ear in ears) == 44


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has abstract Unix sockets, which fill up in a test")
def test_a_full_socket_drops_its_packet_at_once_and_the_others_get_theirs(hearing: Make) -> None:
    via = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ears, crowd, counters = (
        [Ear(10 + number, port(), (PLAIN,) * 3) for number in range(70)],
        hearing(),
        Counter[StrEnum](),
    )
    full = {0, 1, 31, 32, 40, 69}
    for number, ear in enumerate(ears):
        ear.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        ear.socket.bind(b"")  # an abstract name of five hexadecimal digits
        crowd.add(ear.connection)
        aim_by_name(ear, via)
        if number in full:
            fill(ear.socket.getsockname())
    crowd.send(RELAY, counters)
    assert packets(counters) == {Count.SENT: 64, Count.SEND_FULL: 6}
    assert [any(len(data) > 1 for data in ear.heard) for ear in ears] == [number not in full for number in range(70)]


def aim_by_name(ear: Ear, via: socket.socket) -> None:
    """What `checked` does, for a Unix socket; compiled code does not wait even where the socket would."""
    connection, name = ear.connection, ear.socket.getsockname()
    connection.address, connection.sendto = name, via.sendto
    via.setblocking(connection.target is not None)
    if connection.target:
        raw = int(socket.AF_UNIX).to_bytes(2, sys.byteorder) + name
        connection.target.socket, connection.target.length = via.fileno(), len(raw)
        connection.target.address[: len(raw)] = list(raw)


def fill(name: bytes) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as other, suppress(BlockingIOError):
        while True:
            other.sendto(b"x", name)


def test_who_moved_is_sent_to_where_he_is(hearing: Make) -> None:
    ears = [Ear(member, port(), (PLAIN,) * 3) for member in (BOB, CAROL)]
    crowd, cafe, six = hearing(), Ear(DAVE, port()), Ear(ERIN, port(socket.AF_INET6))
    for ear in ears:
        crowd.add(ear.connection)
    for sequence, place in enumerate((cafe, six)):
        via, address = place.connection.port, place.socket.getsockname()
        assert via
        ears[0].connection.checked(via, address, nominated=True, now=1.0)
        crowd.send(Relay(1, ALICE, Packet(111, False, sequence, 0, 7, 20, b"voice"), ALICE), Counter())
    assert [len(one.heard) for one in (*ears, cafe, six)] == [0, 2, 1, 1]


def test_who_left_is_sent_nothing_and_the_others_go_on(hearing: Make) -> None:
    via, crowd = port(), hearing()
    ears = [Ear(10 + number, via, (PLAIN,) * 3) for number in range(5)]
    for ear in ears:
        crowd.add(ear.connection)
    for number in (2, 0, 4):
        crowd.remove(ears[number].connection)
    crowd.add(ears[0].connection)
    crowd.send(RELAY, Counter())
    assert [len(ear.heard) for ear in ears] == [1, 1, 0, 1, 0]
