from datetime import UTC, datetime

import pytest

from moderation.review.workdays import CHINA, due

WEDNESDAY = datetime(2026, 11, 25, 3, tzinfo=UTC)


def test_thirty_working_days_are_six_weeks() -> None:
    assert due(WEDNESDAY) == datetime(2027, 1, 7, tzinfo=CHINA)  # the end of Wednesday, 6 January


def test_the_day_itself_does_not_count() -> None:
    assert due(WEDNESDAY, 1) == datetime(2026, 11, 27, tzinfo=CHINA)


@pytest.mark.parametrize("hour", [4, 15])
def test_a_weekend_does_not_count(hour: int) -> None:
    friday = datetime(2026, 11, 27, hour, tzinfo=UTC)
    assert due(friday, 1) == datetime(2026, 12, 1, tzinfo=CHINA)  # the end of Monday


def test_days_are_those_of_china() -> None:
    late_in_london = datetime(2026, 11, 26, 17, tzinfo=UTC)  # it is Friday in China
    assert due(late_in_london, 1) == datetime(2026, 12, 1, tzinfo=CHINA)
