"""Counting reactions."""

from hypothesis import given
from hypothesis import strategies as st

from rooms.reactions import Coalescer, Pace, Reaction


def test_a_second_of_reactions_is_one_count_for_each_kind_and_room() -> None:
    one = Coalescer("a")
    for _ in range(3):
        one.react("r", Reaction.CLAP)
    one.react("r", Reaction.WOW)
    one.react("q", Reaction.SAD)
    assert one.show() == {"r": {"clap": 3, "wow": 1}, "q": {"sad": 1}}
    assert one.show() == {}


def test_what_a_process_told_itself_is_counted_once() -> None:
    one = Coalescer("a")
    one.react("r", Reaction.CLAP)
    one.hear(one.tell())
    assert one.show() == {"r": {"clap": 1}}


def test_nothing_is_told_of_nothing() -> None:
    one = Coalescer("a")
    assert one.tell() == ""
    one.react("r", Reaction.CLAP)
    assert one.tell() != ""
    assert one.tell() == ""


deeds = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["r", "q"]), st.sampled_from(Reaction)))


@given(deeds)
def test_every_process_shows_all_reactions_of_all_processes(deeds: list[tuple[int, str, Reaction]]) -> None:
    processes = [Coalescer(str(number)) for number in range(3)]
    for number, room, reaction in deeds:
        processes[number].react(room, reaction)
    for text in filter(None, [process.tell() for process in processes]):
        for process in processes:
            process.hear(text)
    shown = [process.show() for process in processes]
    assert shown[0] == shown[1] == shown[2]
    assert sum(sum(counts.values()) for counts in shown[0].values()) == len(deeds)


def test_in_slow_mode_a_person_reacts_once_in_so_many_seconds_and_others_do_not_wait_for_them() -> None:
    pace = Pace()
    pace.set("r", 3, 10)
    assert pace.take("r", "bob", 5.0)
    assert not pace.take("r", "bob", 14.9)
    assert pace.take("r", "carol", 14.9)
    assert pace.take("q", "bob", 14.9)
    assert pace.take("r", "bob", 15.0)


def test_without_slow_mode_nothing_is_kept_of_who_reacted() -> None:
    pace = Pace()
    assert all(pace.take("r", "bob", 1.0) for _ in range(3))
    pace.set("r", 3, 10)
    assert pace.take("r", "bob", 1.0)
    pace.set("r", 4, 0)
    assert pace.take("r", "bob", 1.0)
    pace.set("r", 5, 10)
    assert pace.take("r", "bob", 1.0)


def test_older_news_of_a_room_does_not_end_its_slow_mode() -> None:
    pace = Pace()
    pace.set("r", 4, 10)
    pace.set("r", 3, 0)
    assert pace.take("r", "bob", 1.0)
    assert not pace.take("r", "bob", 2.0)


def test_a_room_that_is_left_is_forgotten() -> None:
    pace = Pace()
    pace.set("r", 4, 10)
    assert pace.take("r", "bob", 1.0)
    pace.forget("r")
    assert pace.take("r", "bob", 2.0)
