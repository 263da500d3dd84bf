"""Who of the staff may do what in the console: one table. Whatever is not in it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What somebody is on the staff; a reviewer reads, for a limited time, and changes nothing."""

    MODERATOR = "moderator"
    SENIOR = "senior"
    REVIEWER = "reviewer"


class Act(StrEnum):
    """What can be done in the console."""

    ENTER = "enter"
    READ_CONTROLS = "controls.read"
    READ_LOG = "log.read"
    EXPORT_LOG = "log.export"
    READ_REVIEWS = "review.read"
    RUN_REVIEW = "review.run"
    FILE_REVIEW = "review.file"
    MEND = "finding.mend"
    STATE = "statement.make"
    REPORT_TRIGGER = "trigger.report"
    READ_LAWFUL = "lawful.read"
    ASK_LAWFUL = "lawful.ask"
    DECIDE_LAWFUL = "lawful.decide"
    EXPORT_LAWFUL = "lawful.export"


class Code(StrEnum):
    """Why an act is refused."""

    STRANGER = "not_on_the_staff"
    EXPIRED = "expired"
    ROLE = "role"


LONGEST_REVIEW = timedelta(days=90)

READS = frozenset(
    {Act.ENTER, Act.READ_CONTROLS, Act.READ_LOG, Act.EXPORT_LOG} | {Act.READ_REVIEWS, Act.RUN_REVIEW, Act.READ_LAWFUL}
)
"""What a reviewer may do. Running the review measures and writes down, and changes nothing that it measures."""

TABLE: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        Role.MODERATOR: frozenset({Act.ENTER, Act.READ_CONTROLS}),
        Role.SENIOR: frozenset(Act),
        Role.REVIEWER: READS,
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is on the staff, and until when; None is without end."""

    role: Role
    expires_at: datetime | None


def refusal(standing: Standing | None, act: Act, now: datetime) -> Code | None:
    """Why `act` is refused to whoever stands so; None where it is allowed."""
    if standing is None:
        return Code.STRANGER
    if standing.expires_at is not None and standing.expires_at <= now:
        return Code.EXPIRED
    return None if act in TABLE[standing.role] else Code.ROLE
