"""What a check of `manage.py doctor` finds."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is: `fail` keeps people from talking, `warn` may."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing is, and what to do about it (empty when nothing)."""

    level: Level
    text: str
    advice: str = ""
