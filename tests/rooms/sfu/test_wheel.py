"""Contract of `rooms.sfu.wheel`: everybody's deadline is found, none too early, and moving one costs nothing."""

from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu.wheel import Wheel


def test_a_deadline_comes_up_within_the_second_after_it() -> None:
    wheel: Wheel[str] = Wheel()
    wheel.put("alice", 30.2)
    assert wheel.due(30.9, lambda _: 30.2) == []
    assert wheel.due(31.0, lambda _: 30.2) == ["alice"]
    assert wheel.due(99.0, lambda _: 30.2) == []


def test_a_deadline_that_moved_on_comes_up_later_by_itself() -> None:
    wheel: Wheel[str] = Wheel()
    wheel.put("alice", 30.0)
    assert wheel.due(40.0, lambda _: 55.5) == []
    assert wheel.due(55.9, lambda _: 55.5) == []
    assert wheel.due(56.0, lambda _: 55.5) == ["alice"]


def test_who_is_gone_is_forgotten() -> None:
    wheel: Wheel[str] = Wheel()
    wheel.put("alice", 1.0)
    assert wheel.due(10.0, lambda _: None) == []
    assert wheel.due(20.0, lambda _: 1.0) == []


def test_who_was_put_twice_is_late_once_to_one_look_at_several_seconds() -> None:
    wheel: Wheel[str] = Wheel()
    wheel.put("alice", 30.0)
    wheel.put("alice", 28.5)
    assert wheel.due(33.0, lambda _: 28.5) == ["alice"]


@given(st.dictionaries(st.integers(), st.floats(0, 100)), st.lists(st.floats(0, 20), max_size=20))
def test_each_key_is_late_once_and_never_before_its_time(deadlines: dict[int, float], waits: list[float]) -> None:
    wheel: Wheel[int] = Wheel()
    for key, deadline in deadlines.items():
        wheel.put(key, deadline)
    now, seen = 0.0, []
    for wait in [*waits, 200.0]:
        now += wait
        late = wheel.due(now, deadlines.get)
        assert all(deadlines[key] <= now for key in late)
        seen += late
    assert sorted(seen) == sorted(deadlines)
