"""Contract of `rooms.sfu.room`: the newest order counts, and everybody hears who may speak."""

from collections import Counter
from itertools import count, islice
from typing import Any, cast

import pytest

from rooms.sfu.connection import Connection
from rooms.sfu.counters import Count, Counters
from rooms.sfu.listener import Listener, Shape
from rooms.sfu.messages import Wanted
from rooms.sfu.parcels import Parcel
from rooms.sfu.red import WELL
from rooms.sfu.room import REPORT_EVERY, Room
from rooms.sfu.rtcp import Block
from rooms.sfu.rtp import Packet, is_rtcp

ALICE, BOB, CAROL = 1, 2, 3


class Open:
    """A peer whose seals are no secret."""

    def seal(self, packet: bytes) -> bytes:
        return packet

    seal_rtcp = seal


class House:
    """A room, its clock, what each connection was sent, and what is kept of whom."""

    def __init__(self, *speak: int) -> None:
        self.counters: Counters = Counter()
        first = wanted(1, *speak)
        self.kept: list[int] = []
        self.shared: list[Parcel] = []
        self.room = Room(first, (10, 20, 30), 0, 0, self.counters, keep=self.keep, share=self.share)
        self.room.want(first, 0.0)
        self.sent: dict[str, list[bytes]] = {}
        self.now = 0.0
        self.numbers = count()  # of packets, whoever speaks

    def enter(self, name: str, member: int, opened: float = 0.0) -> Connection:
        nothing, peer = cast("Any", None), cast("Any", Open())
        listener = Listener(member, (Shape(111, 1, 63),) * 3)
        made = Connection(name, self.room, nothing, nothing, "", listener, opened, 0.0, peer)
        self.sent[name] = []
        made.address, made.sendto = name, lambda data, address: self.sent[address].append(data)
        made.port = cast("Any", self)
        self.room.add(made)
        return made

    def send(self, data: bytes, address: str, _: Counters) -> None:
        self.sent[address].append(data)

    def say(self, member: int, packets: int = 1) -> None:
        for sequence in islice(self.numbers, packets):
            self.now += 0.02
            self.room.push(member, Packet(111, False, sequence, sequence * 960, 7, 20, b"voice"), self.now, 1e9)

    def keep(self, room: str, member: int, packet: Packet, now: float, wall: float) -> None:
        assert (room, packet.payload, now, wall) == ("r", b"voice", self.now, 1e9)
        self.kept.append(member)

    def share(self, room: str, parcel: Parcel) -> None:
        self.shared.append(parcel)

    def overhear(self, member: int, hop: int = 100, packets: int = 1, sfu: str = "node-1") -> None:
        for sequence in islice(self.numbers, packets):
            self.now += 0.02
            packet = Packet(0, False, sequence, sequence * 960, 9, 20, b"voice")
            self.room.overhear(sfu, Parcel(member, hop, packet), self.now, 1e9)

    def heard(self, name: str) -> int:
        return sum(not is_rtcp(data) for data in self.sent[name])


def wanted(version: int, *speak: int, live: bool = True, absent: tuple[int, ...] = ()) -> Wanted:
    return Wanted("r", version, live, speak, absent)


@pytest.fixture
def house() -> House:
    return House(ALICE)


def test_who_is_connected_hears_and_who_is_not_yet_does_not(house: House) -> None:
    house.room.connect(house.enter("carol", CAROL))
    house.enter("bob", BOB)
    house.say(ALICE)
    assert (house.heard("carol"), house.heard("bob")) == (1, 0)
    assert house.counters[Count.RELAYED] == 1


def test_what_the_stage_drops_is_counted_by_reason(house: House) -> None:
    house.say(BOB)
    assert house.counters == {Count.NOT_ALLOWED: 1}


def test_an_older_order_is_ignored_and_nothing_changed(house: House) -> None:
    house.enter("carol", CAROL)
    house.room.want(wanted(5, ALICE, BOB), 0.0)
    assert house.room.want(wanted(4, absent=(CAROL,)), 0.0) == []
    assert house.room.wanted.version == 5
    assert house.room.stage.speak == {ALICE, BOB}


def test_the_same_order_again_changes_nothing(house: House) -> None:
    assert house.room.want(wanted(1, ALICE), 0.0) == []
    assert house.room.stage.speak == {ALICE}


def test_the_absent_must_go(house: House) -> None:
    carol = house.enter("carol", CAROL)
    house.enter("bob", BOB)
    ended = house.room.want(wanted(2, ALICE, absent=(CAROL, 99)), 0.0)
    assert [(one.connection, one.reason) for one in ended] == [(carol, "removed")]


def test_all_must_go_when_the_room_ends_and_nobody_may_speak(house: House) -> None:
    house.enter("carol", CAROL)
    house.enter("bob", BOB)
    assert [one.reason for one in house.room.want(wanted(2, ALICE, live=False), 0.0)] == ["ended", "ended"]
    assert house.room.stage.speak == set()


def test_a_members_older_connection_goes_when_the_new_one_is_connected(house: House) -> None:
    old, new = house.enter("old", CAROL, opened=1.0), house.enter("new", CAROL, opened=2.0)
    house.room.connect(old)
    assert [(one.connection, one.reason) for one in house.room.connect(new)] == [(old, "replaced")]


def test_a_newer_connection_that_is_not_connected_yet_stays(house: House) -> None:
    old = house.enter("old", CAROL, opened=1.0)
    house.enter("new", CAROL, opened=2.0)
    assert house.room.connect(old) == []


def test_one_who_is_muted_ends_in_silence_at_once(house: House) -> None:
    house.room.connect(house.enter("carol", CAROL))
    house.say(ALICE)
    house.room.want(wanted(2), house.now)
    assert house.heard("carol") == 1 + 1


def test_a_speaker_whose_last_connection_is_gone_leaves_his_slot_in_silence(house: House) -> None:
    carol, old, new = house.enter("carol", CAROL), house.enter("old", ALICE), house.enter("new", ALICE)
    for one in (carol, old, new):
        house.room.connect(one)
    house.say(ALICE)
    house.room.remove(old, house.now)
    assert house.heard("carol") == 1
    house.room.remove(new, house.now)
    assert house.heard("carol") == 1 + 1


def test_who_was_removed_hears_nothing_more(house: House) -> None:
    carol = house.enter("carol", CAROL)
    house.room.connect(carol)
    house.room.remove(carol, house.now)
    house.say(ALICE)
    assert house.sent["carol"] == []
    assert not house.room


def test_every_listener_has_one_sender_report_in_five_seconds_of_speech(house: House) -> None:
    for number in range(40):
        house.room.connect(house.enter(f"listener {number}", 100 + number))
    house.say(ALICE, REPORT_EVERY)
    reports = [sum(is_rtcp(data) for data in packets) for packets in house.sent.values()]
    assert reports == [1] * 40
    assert house.counters[Count.SENDER_REPORTS] == 40


def test_who_reports_loss_is_sent_more_copies_and_the_others_are_not(house: House) -> None:
    carol, bob = house.enter("carol", CAROL), house.enter("bob", BOB)
    for one in (carol, bob):
        house.room.connect(one)
    for _ in range(WELL):
        house.room.reported(carol, [Block(10, 0, 0), Block(20, 26, 0)])
        house.room.reported(bob, [Block(10, 0, 0)])
    house.room.reported(bob, [])
    house.say(ALICE, 3)
    sizes = [[len(data) for data in house.sent[name] if not is_rtcp(data)] for name in ("carol", "bob")]
    copy = len(b"voice") + 4
    assert [size - sizes[0][0] for size in sizes[0]] == [0, copy + 1, 2 * copy + 1]
    assert [size - sizes[1][0] for size in sizes[1]] == [0, copy + 1, copy + 1]


def test_what_a_speaker_says_is_kept_also_while_three_louder_ones_hold_the_slots() -> None:
    house = House(1, 2, 3, 4)
    for member in (1, 2, 3, 4):
        house.say(member)
    assert house.kept == [1, 2, 3, 4]
    assert house.counters[Count.NO_SLOT] == 1


def test_what_the_audience_sends_is_never_kept(house: House) -> None:
    house.say(CAROL, 50)
    assert house.kept == []


def test_what_one_sends_who_was_muted_is_never_kept(house: House) -> None:
    house.say(ALICE)
    house.room.want(wanted(2), house.now)
    house.say(ALICE, 50)
    assert house.kept == [ALICE]


def test_nothing_is_kept_after_the_end_of_the_room(house: House) -> None:
    house.room.want(wanted(2, ALICE, live=False), house.now)
    house.say(ALICE, 50)
    assert house.kept == []


def test_what_the_stage_drops_of_a_speaker_is_not_kept(house: House) -> None:
    for number in range(100):
        house.room.push(ALICE, Packet(111, False, number, number * 960, 7, 20, b"voice"), 0.0, 1e9)
    assert len(house.kept) == house.counters[Count.RELAYED] < 100


def test_what_is_relayed_of_ours_is_shared_and_nothing_else(house: House) -> None:
    house.say(ALICE, 3)
    house.say(BOB, 3)
    assert [(one.member, one.packet and one.packet.payload) for one in house.shared] == [(ALICE, b"voice")] * 3


def test_the_other_processes_are_sent_a_packet_before_our_own_listeners(house: House) -> None:
    carol = house.enter("carol", CAROL)
    house.room.connect(carol)
    order: list[str] = []
    house.room._share = lambda room, parcel: order.append("others")
    carol.sendto = lambda data, address: order.append("ours")
    house.say(ALICE)
    assert order == ["others", "ours"]


def test_who_is_heard_by_another_process_is_heard_here_but_neither_kept_nor_shared_again(house: House) -> None:
    house.room.connect(house.enter("carol", CAROL))
    house.overhear(ALICE, packets=3)
    assert (house.heard("carol"), house.kept, house.shared) == (3, [], [])
    assert house.counters[Count.RELAYED] == 3


def test_who_may_not_speak_is_not_heard_by_another_process_either(house: House) -> None:
    house.room.connect(house.enter("carol", CAROL))
    house.overhear(BOB)
    assert (house.heard("carol"), house.counters) == (0, {Count.NOT_ALLOWED: 1})


def test_nobody_hears_himself_by_another_process(house: House) -> None:
    house.room.connect(house.enter("alice", ALICE))
    house.overhear(ALICE, packets=3)
    assert house.heard("alice") == 0


def test_one_who_left_by_another_process_leaves_his_slot_in_silence(house: House) -> None:
    house.room.connect(house.enter("carol", CAROL))
    house.overhear(ALICE)
    house.room.overhear("node-1", Parcel(ALICE, 100, None), house.now, 1e9)
    assert (house.heard("carol"), house.shared) == (1 + 1, [])


def test_one_who_left_here_is_silent_everywhere(house: House) -> None:
    alice = house.enter("alice", ALICE)
    house.room.connect(alice)
    house.say(ALICE)
    house.room.remove(alice, house.now)
    assert house.shared[-1] == Parcel(ALICE, 0, None)


def test_the_newest_connection_is_followed_and_the_one_left_behind_silences_nobody(house: House) -> None:
    carol, old = house.enter("carol", CAROL), house.enter("old", ALICE)
    for one in (carol, old):
        house.room.connect(one)
    house.say(ALICE)
    house.overhear(ALICE, packets=2)
    house.say(ALICE)
    assert (house.heard("carol"), house.counters[Count.ELSEWHERE], len(house.shared)) == (3, 1, 1)
    house.room.remove(old, house.now)
    house.overhear(ALICE)
    assert (house.heard("carol"), len(house.shared)) == (4, 1)


def test_one_who_moved_is_closed_here_and_not_silenced(house: House) -> None:
    carol, old, pending = house.enter("carol", CAROL), house.enter("old", ALICE), house.enter("pending", ALICE)
    for one in (carol, old):
        house.room.connect(one)
    house.say(ALICE)
    ended = house.room.move(ALICE, "there", house.now)
    assert [(one.connection, one.reason) for one in ended] == [(old, "replaced")]
    house.room.remove(old, house.now)
    house.room.remove(pending, house.now)
    assert (house.heard("carol"), len(house.shared)) == (1, 1)


def test_who_was_heard_by_a_process_that_is_lost_leaves_his_slot_and_others_stay() -> None:
    house = House(ALICE, BOB)
    house.room.connect(house.enter("carol", CAROL))
    house.overhear(ALICE)
    house.overhear(BOB, sfu="node-2")
    house.room.lose(("node-1",), house.now)
    assert house.heard("carol") == 2 + 1
    assert house.room.stage.slots[0].over
    assert not house.room.stage.slots[1].over
