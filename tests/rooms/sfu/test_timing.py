"""Contract of `rooms.sfu.timing`: each duration is counted in one step, and all are summed."""

from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu.messages import STEPS
from rooms.sfu.timing import Timing


def test_a_duration_counts_in_the_first_step_that_holds_it_and_beyond_all_in_the_last() -> None:
    timing = Timing()
    for seconds in (0.0005, 0.001, 0.0011, 5.0, 7.5):
        timing.note(seconds)
    *counts, micros = timing.told()
    assert counts == [2, 1, *[0] * 9, 1, 1]
    assert micros == 12_502_600


@given(st.lists(st.floats(0, 100)))
def test_none_is_lost(durations: list[float]) -> None:
    timing = Timing()
    for seconds in durations:
        timing.note(seconds)
    assert sum(timing.told()[:-1]) == len(durations)
    assert len(timing.told()) == len(STEPS) + 2
