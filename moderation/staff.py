"""Who of the staff may do what in the console: one table. Whatever is not in it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What somebody is on the staff. A reviewer and an inspector are guests, who read for a limited time."""

    MODERATOR = "moderator"
    SENIOR = "senior"
    REVIEWER = "reviewer"
    INSPECTOR = "inspector"


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
    READ_CASES = "cases.read"
    WORK = "case.work"
    DECIDE = "case.decide"
    CONFIRM = "decision.confirm"
    HEAR = "appeal.hear"
    WRITE_BACK = "letter.write"
    ASK_EVIDENCE = "evidence.ask"
    APPROVE_EVIDENCE = "evidence.approve"
    OPEN_EVIDENCE = "evidence.open"
    READ_LIVE = "live.read"
    OPEN_CASE = "case.open"
    OBSERVE = "room.observe"
    READ_STAFF = "staff.read"
    CHANGE_STAFF = "staff.change"
    READ_POLICIES = "policies.read"
    WRITE_POLICY = "policy.write"
    READ_RETENTION = "retention.read"
    HOLD = "log.hold"
    READ_QUALITY = "quality.read"
    SWITCH_REFLEX = "reflex.switch"
    READ_DATA = "data.read"
    ASK_NAME = "name.ask"
    GRANT_NAME = "name.grant"
    ANSWER_DATA = "data.answer"
    READ_POWERS = "powers.read"
    PULL_ROOM = "power.room"
    PULL_SERVER = "power.server"


class Code(StrEnum):
    """Why an act is refused."""

    STRANGER = "not_on_the_staff"
    EXPIRED = "expired"
    ROLE = "role"


LONGEST_REVIEW = timedelta(days=90)
FRESH = timedelta(minutes=15)
"""How old the second factor of whoever deals with evidence may be."""

GUESTS = (Role.REVIEWER, Role.INSPECTOR)
"""Roles that always have an end."""

LOOKS = frozenset({
    *(Act.ENTER, Act.READ_CONTROLS, Act.READ_LOG, Act.EXPORT_LOG, Act.READ_REVIEWS, Act.READ_LAWFUL),
    *(Act.READ_CASES, Act.READ_LIVE, Act.READ_STAFF, Act.READ_POLICIES, Act.READ_RETENTION, Act.READ_QUALITY),
    Act.READ_POWERS,
})  # fmt: skip
"""What shows something and changes nothing."""

READS = LOOKS | {Act.RUN_REVIEW, Act.ASK_NAME}
"""What a reviewer may do. Running the review measures and writes down, and changes nothing that it measures; a name is
asked for, and given by somebody else."""

CASEWORK = frozenset({
    *(Act.READ_CASES, Act.WORK, Act.DECIDE, Act.WRITE_BACK, Act.ASK_EVIDENCE, Act.OPEN_EVIDENCE),
    *(Act.READ_LIVE, Act.OPEN_CASE, Act.OBSERVE, Act.READ_POLICIES, Act.READ_POWERS, Act.PULL_ROOM),
})  # fmt: skip

TABLE: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        Role.MODERATOR: CASEWORK | {Act.ENTER, Act.READ_CONTROLS},
        Role.SENIOR: frozenset(Act),
        Role.REVIEWER: READS,
        Role.INSPECTOR: LOOKS | {Act.ASK_NAME},
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
