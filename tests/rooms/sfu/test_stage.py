"""Contract of `rooms.sfu.stage`: who may be heard, in which slot, and the silence after who may not any more."""

from itertools import pairwise

from rooms.sfu.counters import Count
from rooms.sfu.rtp import SILENCE
from rooms.sfu.stage import BURST, FRAME, HUSH, TIMESTAMPS, Relay
from tests.rooms.sfu.hall import ALICE, BOB, CAROL, LINES, MALLORY, SLOTS, Room, Voice, steps


def test_who_may_not_speak_is_dropped_and_nothing_changed() -> None:
    room = Room(ALICE)
    carol = room.join(CAROL)
    assert room.say(Voice(MALLORY)) is Count.NOT_ALLOWED
    assert room.heard[carol] == []
    assert room.stage.slots[0].source is None


def test_the_right_to_speak_counts_from_the_very_next_packet() -> None:
    room, bob = Room(ALICE), Voice(BOB)
    assert room.say(bob) is Count.NOT_ALLOWED
    room.allow(ALICE, BOB)
    assert isinstance(room.say(bob), Relay)
    room.allow(ALICE)
    assert room.say(bob) is Count.NOT_ALLOWED


def test_a_relayed_packet_carries_the_slots_ssrc_the_members_number_and_the_payload_untouched() -> None:
    relay = Room(ALICE).say(Voice(ALICE))
    assert isinstance(relay, Relay)
    assert (relay.slot, relay.packet.ssrc, relay.csrc, relay.packet.payload) == (0, SLOTS[0], ALICE, b"voice")


def test_two_who_talk_at_once_are_in_two_slots() -> None:
    room, alice, bob = Room(ALICE, BOB), Voice(ALICE), Voice(BOB)
    room.say(alice)
    relay = room.say(bob)
    assert isinstance(relay, Relay)
    assert relay.slot == 1


def test_whose_voice_goes_out_is_known_until_they_may_not_speak() -> None:
    room = Room(ALICE, BOB)
    room.say(Voice(BOB))
    room.say(Voice(ALICE, level=100))
    assert room.stage.talking(room.now) == (BOB,)
    room.allow(ALICE)
    assert room.stage.talking(room.now) == ()


def test_a_listener_with_one_line_hears_slot_0_alone() -> None:
    room = Room(ALICE, BOB)
    carol = room.join(CAROL, LINES[:1])
    room.say(Voice(ALICE))
    room.say(Voice(BOB))
    assert [relay.member for relay in room.heard[carol]] == [ALICE]


def test_a_voice_that_is_cut_off_ends_in_silence_without_a_name() -> None:
    room, bob = Room(ALICE, BOB), Voice(BOB)
    carol, himself = room.join(CAROL), room.join(BOB)
    room.say(bob)
    room.allow(ALICE)
    silence = room.heard[carol][1:]
    assert [(one.packet.payload, one.csrc, one.packet.level) for one in silence] == [(HUSH, None, SILENCE)]
    times = [one.packet.timestamp for one in room.heard[carol]]
    assert {(after - before) % TIMESTAMPS for before, after in pairwise(times)} == {FRAME}
    assert room.heard[himself] == []


def test_one_who_was_not_heard_leaves_no_silence() -> None:
    room = Room(ALICE, BOB)
    assert room.stage.allow([ALICE], 0) == []
    assert room.stage.quit(BOB, 0) == []


def test_silence_is_sent_once() -> None:
    room = Room(ALICE)
    room.say(Voice(ALICE))
    assert len(room.stage.quit(ALICE, room.now)) == 1
    assert room.stage.allow([], room.now) == []


def test_one_who_sends_too_fast_is_cut_to_the_rate_and_others_see_no_loss() -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    carol = room.join(CAROL)
    results = [room.stage.push(ALICE, alice.packet(), 0) for _ in range(1000)]
    assert sum(isinstance(one, Relay) for one in results) == BURST
    assert results[-1] is Count.TOO_FAST
    room.deliver(one for one in results if isinstance(one, Relay))
    room.now = 1.0
    room.say(alice, 5)
    assert steps(room.sequences(carol)) == {1}


def test_who_left_is_sent_nothing_more() -> None:
    room = Room(ALICE)
    carol = room.join(CAROL)
    room.stage.leave(carol)
    room.stage.leave(carol)
    room.say(Voice(ALICE))
    assert room.heard[carol] == []
