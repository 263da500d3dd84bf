"""The clock of Article 7: thirty working days."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
CLOCK = 30
_SATURDAY = 5


def due(noticed: datetime, days: int = CLOCK) -> datetime:
    """The end of the last of so many working days after the day of `noticed`, as China counts days.

    Monday to Friday are working days: the server knows no public holidays and no moved working days.
    """
    day = noticed.astimezone(CHINA).date()
    for _ in range(days):
        day = _next_working_day(day)
    return datetime.combine(day + timedelta(days=1), time(), CHINA)


def _next_working_day(day: date) -> date:
    day += timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day
