"""What a decision may do, for how long and by how many."""

from datetime import timedelta

import pytest

from moderation.measures import LONGEST, RULES, Measure, fits, two_people

DAY = timedelta(days=1)


def test_every_measure_has_its_rule() -> None:
    assert set(RULES) == set(Measure)


@pytest.mark.parametrize("measure", [Measure.BAN, Measure.PRUNE])
def test_what_shuts_people_out_for_good_takes_two(measure: Measure) -> None:
    assert two_people(measure, DAY if RULES[measure].timed else None)


def test_a_suspension_takes_two_people_once_it_is_long() -> None:
    assert not two_people(Measure.SUSPEND, 30 * DAY)
    assert two_people(Measure.SUSPEND, 31 * DAY)


@pytest.mark.parametrize("measure", [measure for measure, rule in RULES.items() if rule.timed])
@pytest.mark.parametrize("lasts", [None, timedelta(), -DAY, LONGEST + DAY])
def test_a_timed_measure_has_a_length_that_ends(measure: Measure, lasts: timedelta | None) -> None:
    assert not fits(measure, lasts, in_room=True)
    assert fits(measure, DAY, in_room=True)


@pytest.mark.parametrize("measure", [measure for measure, rule in RULES.items() if rule.in_room])
def test_what_is_done_in_a_room_needs_one(measure: Measure) -> None:
    assert fits(measure, None, in_room=True)
    assert not fits(measure, None, in_room=False)
