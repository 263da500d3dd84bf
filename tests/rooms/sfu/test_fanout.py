"""Contract of `rooms.sfu.fanout`: everybody but the speaker, each in his own numbers; one's trouble stays his own."""

from collections import Counter
from typing import Any, cast

from rooms.sfu.connection import Connection
from rooms.sfu.counters import Count, Counters
from rooms.sfu.fanout import fan_out
from rooms.sfu.rtp import Packet, parse
from rooms.sfu.stage import Listener, Relay, View

ALICE, BOB, CAROL, DAVE = 1, 2, 3, 4
RELAY = Relay(1, ALICE, Packet(111, False, 65_000, 960, 7, 20, b"voice"), ALICE)


class Sealed:
    """A peer whose seal is no secret, or fails."""

    def __init__(self, *, works: bool = True) -> None:
        self.works = works

    def seal(self, packet: bytes) -> bytes | None:
        return packet if self.works else None


PLAIN = View(0, 111, 1)


def connection(member: int, view: View = PLAIN, *, works: bool = True) -> Connection:
    nothing = cast("Any", None)
    peer = cast("Any", Sealed(works=works))
    made = Connection(str(member), nothing, nothing, nothing, "", Listener(member, ()), 0.0, 0.0, peer)
    made.listener.views = [view] * 3
    return made


class Wire:
    """What was sent, by address; addresses in `full` and `dead` fail as sockets do."""

    def __init__(self) -> None:
        self.sent: dict[int, bytes] = {}
        self.full: set[int] = set()
        self.dead: set[int] = set()

    def connect(self, *connections: Connection) -> list[Connection]:
        for one in connections:
            one.address, one.sendto = one.member, self.sendto
        return list(connections)

    def sendto(self, data: bytes, address: int) -> None:
        if address in self.full:
            raise BlockingIOError
        if address in self.dead:
            raise OSError
        self.sent[address] = data


def spread(wire: Wire, *connections: Connection) -> Counters:
    counters: Counters = Counter()
    fan_out(RELAY, wire.connect(*connections), counters)
    return counters


def test_everybody_but_the_speaker_is_sent_the_packet() -> None:
    wire = Wire()
    counters = spread(wire, connection(ALICE), connection(BOB), connection(CAROL))
    assert set(wire.sent) == {BOB, CAROL}
    assert counters == {Count.SENT: 2}


def test_listeners_with_the_same_view_get_the_very_same_bytes() -> None:
    wire = Wire()
    spread(wire, connection(BOB), connection(CAROL, View(0, 111, 1)))
    assert wire.sent[BOB] is wire.sent[CAROL]


def test_each_listener_gets_his_own_payload_type_level_id_and_sequence() -> None:
    wire = Wire()
    spread(wire, connection(BOB, View(1000, 109, 3)), connection(CAROL, View(0, 111, None)))
    assert parse(wire.sent[BOB], 3) == Packet(109, False, 464, 960, 7, 20, b"voice")
    assert parse(wire.sent[CAROL], 1) == Packet(111, False, 65_000, 960, 7, None, b"voice")


def test_a_full_socket_a_dead_address_and_a_failed_seal_cost_one_packet_each() -> None:
    wire = Wire()
    wire.full, wire.dead = {BOB}, {CAROL}
    counters = spread(wire, connection(BOB), connection(CAROL), connection(DAVE, works=False), connection(5))
    assert set(wire.sent) == {5}
    assert counters == {Count.SENT: 1, Count.SEND_FULL: 1, Count.SEND_FAILED: 1, Count.SEAL_FAILED: 1}
