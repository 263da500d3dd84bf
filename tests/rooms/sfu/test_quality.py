"""Contract of `rooms.sfu.quality`: a line is weak when it stays so, and hosts are told once, and again while it is."""

from rooms.sfu.quality import AGAIN, EVERY, UNKNOWN, Line, Reading, reading
from rooms.sfu.rtcp import Block

FINE, BAD, MIDDLING = Reading(0, 10, 40), Reading(9, 10, 40), Reading(3, 10, 40)


def told(line: Line, readings: list[Reading], start: float = 0.0) -> list[bool]:
    return [line.take(one, start + second) for second, one in enumerate(readings)]


def test_a_report_is_read_as_its_worst_stream() -> None:
    wall = 1_800_000_000.0
    asked = round((wall - 0.25 + 2_208_988_800) * 65536) % (1 << 32)
    blocks = [Block(1, 0, 480, 0, 0), Block(2, 26, 4800, asked, 6554)]
    assert reading(blocks, wall) == Reading(10, 100, 150)


def test_a_round_trip_that_cannot_be_is_not_known() -> None:
    assert reading([Block(1, 0, 0, 0, 0)], 1.8e9).trip == UNKNOWN
    assert reading([Block(1, 0, 0, 1, 0)], 1.8e9).trip == UNKNOWN


def test_one_bad_moment_is_none() -> None:
    line = Line()
    assert told(line, [BAD, FINE, BAD, FINE]) == [False] * 4
    assert not line.weak


def test_hosts_are_told_once_that_a_line_became_weak_and_once_that_it_is_well() -> None:
    line = Line()
    assert told(line, [FINE, BAD, BAD, BAD]) == [False, False, True, False]
    assert line.weak
    assert told(line, [FINE, FINE, MIDDLING, FINE, FINE, FINE, FINE], 4) == [False] * 5 + [True, False]
    assert not line.weak


def test_whoever_reports_a_thousand_times_a_second_has_the_hosts_told_no_more_than_others() -> None:
    line, now = Line(), 100.0
    often = [line.take(BAD if number // 2 % 2 else FINE, now + number / 1000) for number in range(10_000)]
    assert sum(often) <= 10 / EVERY / 2


def test_a_late_or_shaky_line_is_weak_though_it_loses_nothing() -> None:
    for bad in (Reading(0, 120, 40), Reading(0, 10, 900)):
        assert told(Line(), [bad, bad]) == [False, True]


def test_hosts_who_come_later_are_told_too_while_it_lasts() -> None:
    line = Line()
    told(line, [BAD, BAD])
    assert not line.take(BAD, AGAIN)
    assert line.take(BAD, 1 + AGAIN)
    assert not line.take(BAD, 2 + AGAIN)
