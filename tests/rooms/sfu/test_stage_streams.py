"""Contract of `rooms.sfu.stage`: streams whose sequence and time never jump for anybody, whoever speaks."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from rooms.sfu.counters import Count
from rooms.sfu.levels import IDLE
from rooms.sfu.rtp import Packet, build
from rooms.sfu.stage import FRAME, HUSH, MAX_DROPOUT, MAX_LATE, PAUSE, SEQUENCES, TIMESTAMPS, Relay
from tests.rooms.sfu.hall import ALICE, BOB, CAROL, DAVE, SLOTS, TICK, Room, Voice, said, steps


def test_sequence_and_time_go_on_when_another_member_takes_the_slot() -> None:
    room, alice, bob = Room(ALICE, BOB), Voice(ALICE, 60_000, 4_000_000_000), Voice(BOB, 3, 12)
    carol = room.join(CAROL)
    room.say(alice, 50)
    room.now += IDLE + 1
    room.say(bob, 50)
    packets = said(room, carol)
    assert steps([packet.sequence for packet in packets]) == {1}
    assert {(b.timestamp - a.timestamp) % TIMESTAMPS for a, b in pairwise(packets[:50])} == {FRAME}
    gap = (packets[50].timestamp - packets[49].timestamp) % TIMESTAMPS
    assert gap == pytest.approx((IDLE + 1 + TICK) * 48_000, abs=1)
    assert [packet.marker for packet in packets[49:52]] == [False, True, False]


def test_loss_and_reordering_on_the_way_to_us_are_passed_on_as_they_are() -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    carol = room.join(CAROL)
    first, lost, late, last = (alice.packet() for _ in range(4))
    for packet in (first, last, late):
        room.deliver([one for one in [room.stage.push(ALICE, packet, room.now)] if isinstance(one, Relay)])
    base = room.sequences(carol)[0]
    assert [sequence - base for sequence in room.sequences(carol)] == [0, 3, 2]
    assert lost.sequence == first.sequence + 1


def test_a_packet_from_before_the_tenure_is_late() -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    old = alice.packet()
    room.say(alice)
    assert room.stage.push(ALICE, old, room.now) is Count.LATE


def test_a_packet_later_than_a_slot_remembers_is_late_also_in_a_long_tenure() -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    old = alice.packet()
    room.say(alice, MAX_LATE + 2)
    assert room.stage.push(ALICE, old, room.now) is Count.LATE


@pytest.mark.parametrize("since", [0, 1, 5, MAX_LATE])
def test_a_number_of_a_tenure_is_relayed_once_whatever_it_carries_the_second_time(since: int) -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    room.say(alice, 3)
    again = alice.packet()
    assert isinstance(room.stage.push(ALICE, again, room.now), Relay)
    for _ in range(since):
        room.say(alice)
    assert room.stage.push(ALICE, replace(again, payload=b"other words"), room.now) is Count.LATE


def test_a_late_packet_is_relayed_once_too() -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    room.say(alice, 3)
    late = alice.packet()
    room.say(alice, 7)
    assert isinstance(room.stage.push(ALICE, late, room.now), Relay)
    assert room.stage.push(ALICE, late, room.now) is Count.LATE


def test_a_tenure_longer_than_the_circle_of_sequence_numbers_has_no_late_packets() -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    carol = room.join(CAROL)
    room.say(alice, SEQUENCES + 1000)
    assert len(room.heard[carol]) == SEQUENCES + 1000
    assert steps(room.sequences(carol)) == {1}


@pytest.mark.parametrize("jump", [MAX_DROPOUT + 1, 30_000])
def test_a_source_that_jumps_begins_anew_and_listeners_see_no_jump(jump: int) -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    carol = room.join(CAROL)
    room.say(alice, 10)
    alice.sequence += jump
    room.say(alice, 10)
    assert steps(room.sequences(carol)) == {1}


def test_a_source_with_a_new_ssrc_begins_anew() -> None:
    room, alice = Room(ALICE), Voice(ALICE)
    carol = room.join(CAROL)
    room.say(alice, 10)
    alice.ssrc, alice.sequence, alice.timestamp = 77, 50_000, 1
    room.say(alice, 10)
    assert steps(room.sequences(carol)) == {1}


def test_a_source_whose_clock_stood_still_while_muted_does_not_pass_for_a_slow_network() -> None:
    room, bob = Room(BOB), Voice(BOB)
    carol = room.join(CAROL)
    room.say(bob)
    room.allow()
    room.now += 0.6
    room.allow(BOB)
    room.say(bob)
    before, after = (packet for packet in said(room, carol) if packet.payload != HUSH)
    assert (after.timestamp - before.timestamp) % TIMESTAMPS == pytest.approx((0.6 + TICK) * 48_000, abs=1)


def test_a_source_that_paused_by_itself_is_timed_by_our_clock() -> None:
    room, bob = Room(BOB), Voice(BOB)
    carol = room.join(CAROL)
    room.say(bob)
    room.now += PAUSE + 1
    room.say(bob)
    before, after = said(room, carol)
    assert (after.timestamp - before.timestamp) % TIMESTAMPS == pytest.approx((PAUSE + 1 + TICK) * 48_000, abs=1)


def test_what_was_dropped_while_muted_does_not_look_like_loss() -> None:
    room, bob = Room(BOB), Voice(BOB)
    carol = room.join(CAROL)
    room.say(bob, 10)
    room.allow()
    room.say(bob, 30)
    room.allow(BOB)
    room.say(bob, 10)
    assert steps(room.sequences(carol)) == {1}


def test_a_voice_that_moves_between_slots_leaves_no_gap_in_either() -> None:
    room, alice, bob = Room(ALICE, BOB), Voice(ALICE), Voice(BOB)
    carol = room.join(CAROL)
    for _ in range(50):
        room.say(alice)
        room.say(bob)
    room.now += IDLE
    room.say(bob, 50)
    for _ in range(50):
        room.say(alice)
        room.say(bob)
    assert {relay.member for relay in room.heard[carol] if relay.slot == 0} == {ALICE, BOB}
    assert steps(room.sequences(carol, 0)) | steps(room.sequences(carol, 1)) == {1}


@pytest.mark.parametrize("sequence", [0, 20_000, 40_000, 65_535])
def test_a_listeners_first_sequence_is_below_32768_whenever_he_comes(sequence: int) -> None:
    room, alice = Room(ALICE, sequence=sequence), Voice(ALICE)
    alice.stride = 999
    for _ in range(200):
        room.say(alice)
        late = room.join(CAROL)
        room.say(alice)
        assert room.sequences(late)[0] < 32_768
        room.stage.leave(late)


def test_a_listener_who_came_during_his_own_tenure_starts_below_32768() -> None:
    room, alice, bob = Room(ALICE, BOB), Voice(ALICE), Voice(BOB)
    alice.stride = 1000
    room.say(alice, 30)
    again = room.join(ALICE)
    room.say(alice, 30)
    room.now += IDLE + 1
    room.say(bob)
    assert 16_384 <= room.sequences(again)[0] < 32_768


def srtp_pair() -> tuple[Session, Session]:
    key = bytes(range(30))
    out, back = Policy(key, Policy.SSRC_ANY_OUTBOUND), Policy(key, Policy.SSRC_ANY_INBOUND)
    for policy in (out, back):
        policy.allow_repeat_tx, policy.window_size = True, 1024
    return Session(out), Session(back)


@pytest.mark.parametrize("own", [33_000, 50_000, 65_400, 140_000])
def test_a_member_who_talked_for_long_in_a_slot_hears_the_next_talker_in_it(own: int) -> None:
    """The rollover trap: with a view that skips half the circle libsrtp refuses every packet that follows."""
    room, alice, bob = Room(ALICE, BOB), Voice(ALICE), Voice(BOB)
    alice.stride = bob.stride = 500
    listener = room.join(ALICE)
    room.say(bob, 120)
    room.now += IDLE + 1
    room.say(alice, own // 500)
    room.now += IDLE + 1
    room.say(bob, 60)
    sender, receiver = srtp_pair()
    numbers = room.sequences(listener)
    assert steps(numbers) == {1, 500}
    for relay, sequence in zip(room.heard[listener], numbers, strict=True):
        receiver.unprotect(sender.protect(build(relay.packet, relay.csrc, 111, sequence, 1)))


def test_the_trap_is_real_without_an_offset() -> None:
    sender, _ = srtp_pair()
    packet = Packet(111, False, 0, 0, 9, None, b"voice")
    for sequence in range(16_384, 16_384 + 60_000, 500):
        sender.protect(build(packet, None, 111, sequence % SEQUENCES, None))
    with pytest.raises(Exception, match="replay check failed"):
        sender.protect(build(packet, None, 111, (16_384 + 60_000 + 50_000) % SEQUENCES, None))


ACTIONS = st.one_of(
    st.tuples(st.just("say"), st.sampled_from([ALICE, BOB, CAROL, DAVE]), st.integers(1, 40)),
    st.tuples(st.just("mute"), st.sampled_from([ALICE, BOB, CAROL, DAVE]), st.just(0)),
    st.tuples(st.just("allow"), st.sampled_from([ALICE, BOB, CAROL, DAVE]), st.just(0)),
    st.tuples(st.just("join"), st.sampled_from([ALICE, BOB, CAROL, DAVE]), st.just(0)),
    st.tuples(st.just("pause"), st.just(0), st.integers(1, 200)),
)


@given(st.lists(ACTIONS, max_size=40), st.integers(0, SEQUENCES - 1))
def test_whatever_happens_every_listener_sees_sequences_without_a_gap_and_never_himself(
    actions: list[tuple[str, int, int]], sequence: int
) -> None:
    room = Room(ALICE, BOB, CAROL, DAVE, sequence=sequence)
    voices = {member: Voice(member, member * 15_000) for member in (ALICE, BOB, CAROL, DAVE)}
    for action, member, count in actions:
        speak = set(room.stage.speak)
        match action:
            case "say":
                room.say(voices[member], count)
            case "mute":
                room.allow(*(speak - {member}))
            case "allow":
                room.allow(*(speak | {member}))
            case "join":
                room.join(member)
            case "pause":
                room.now += count * TICK
    for listener, heard in room.heard.items():
        assert all(relay.member != listener.member for relay in heard)
        for slot in range(len(SLOTS)):
            numbers = room.sequences(listener, slot)
            assert steps(numbers) <= {1}
            assert all(number < 32_768 for number in numbers[:1])
