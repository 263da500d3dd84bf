"""Contract of `rooms.sfu.levels`: who talks is heard, three at most, and nobody flaps."""

from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu.levels import IDLE, TENURE, UNKNOWN, Floor, heard
from rooms.sfu.rtp import SILENCE

ALICE, BOB, CAROL, DAVE = 1, 2, 3, 4
FRAME = 0.02


def talk(floor: Floor, levels: dict[int, int], start: float, seconds: float) -> float:
    """Everybody in `levels` sends 50 packets/s at his level; the moment after the last."""
    frames = round(seconds / FRAME)
    for frame in range(frames):
        for member, level in levels.items():
            floor.push(member, level, start + frame * FRAME)
    return start + frames * FRAME


def test_a_level_in_the_header_counts_and_activity_stands_in_for_it() -> None:
    assert heard(33, 80) == 33
    assert heard(None, 80) == UNKNOWN
    assert heard(None, 1) == SILENCE


def test_the_first_talker_takes_the_lowest_slot_and_keeps_it() -> None:
    floor = Floor(3)
    assert {floor.push(ALICE, 20, frame * FRAME) for frame in range(100)} == {0}


def test_three_who_talk_together_hold_the_three_slots() -> None:
    floor = Floor(3)
    talk(floor, {ALICE: 20, BOB: 25, CAROL: 30}, 0, 1)
    assert floor.holders == [ALICE, BOB, CAROL]


def test_a_fourth_as_loud_as_the_others_waits() -> None:
    floor = Floor(3)
    now = talk(floor, {ALICE: 20, BOB: 20, CAROL: 20}, 0, 1)
    talk(floor, {ALICE: 20, BOB: 20, CAROL: 20, DAVE: 20}, now, 2)
    assert floor.slot(DAVE) is None


def test_a_clearly_louder_voice_takes_the_quietest_holders_slot_after_its_tenure() -> None:
    floor = Floor(3)
    talk(floor, {ALICE: 20, BOB: 50, CAROL: 20, DAVE: 20}, 0, TENURE + 0.2)
    assert floor.holders == [ALICE, DAVE, CAROL]
    assert floor.slot(BOB) is None


def test_the_displaced_voice_does_not_take_its_slot_straight_back() -> None:
    floor = Floor(1)
    talk(floor, {ALICE: 40, BOB: 20}, 0, 5)
    assert floor.holders == [BOB]


def test_one_who_starts_to_talk_takes_slot_0_from_a_silent_holder() -> None:
    floor = Floor(3)
    now = talk(floor, {ALICE: 20}, 0, 1)
    now = talk(floor, {ALICE: SILENCE}, now, IDLE + 0.1)
    talk(floor, {ALICE: SILENCE, BOB: 20}, now, 0.1)
    assert floor.holders == [BOB, ALICE, None]


def test_one_who_talks_on_after_a_pause_moves_down_to_the_free_slot() -> None:
    floor = Floor(3)
    now = talk(floor, {ALICE: 20, BOB: 20}, 0, 1)
    floor.leave(ALICE)
    now = talk(floor, {BOB: SILENCE}, now, IDLE + 0.1)
    talk(floor, {BOB: 20}, now, 0.1)
    assert floor.holders == [BOB, None, None]


def test_a_silent_packet_never_displaces_anybody() -> None:
    floor = Floor(1)
    now = talk(floor, {ALICE: 20}, 0, 1)
    assert floor.push(BOB, SILENCE, now + 10) is None


def test_who_leaves_frees_his_slot() -> None:
    floor = Floor(1)
    floor.push(ALICE, 20, 0)
    assert floor.leave(ALICE) == 0
    assert floor.leave(ALICE) is None
    assert floor.push(BOB, 20, 0.02) == 0


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 127), st.floats(0, 0.5)), max_size=120))
def test_no_slot_has_two_holders_and_no_holder_two_slots(packets: list[tuple[int, int, float]]) -> None:
    floor, now = Floor(3), 0.0
    for member, level, pause in packets:
        now += pause
        slot = floor.push(member, level, now)
        assert slot == floor.slot(member)
        seated = [holder for holder in floor.holders if holder is not None]
        assert len(seated) == len(set(seated))
        assert all(floor.holders[number] == one for one in seated if (number := floor.slot(one)) is not None)


def test_who_talks_is_who_holds_a_slot_and_was_audible_within_the_second() -> None:
    floor = Floor(1)
    now = talk(floor, {BOB: 20, ALICE: 70}, 0, 1)
    assert floor.talking(now) == (BOB,)
    assert floor.talking(now + IDLE) == ()
    assert floor.holders == [BOB]
    floor.leave(BOB)
    assert floor.talking(now) == ()
