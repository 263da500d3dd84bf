"""Every row of this app."""

from moderation.models.cases import About, Case, Channel, Report, Stand, Step, host_of
from moderation.models.decisions import Appeal, Decision, Ground, PolicyText, Result
from moderation.models.evidence import Evidence, Freeze, Frozen, Grant, Hint, Kind
from moderation.models.holds import Held, HoldRequest
from moderation.models.reflexes import Reflex
from moderation.models.review import (
    Authority,
    Baseline,
    Control,
    Finding,
    LawfulRequest,
    Outcome,
    Reason,
    Review,
    Severity,
    Statement,
    Trigger,
)
from moderation.models.rights import DataRequest, Wish
from moderation.models.staff import Staff
from moderation.models.unmasking import Unmasking

__all__ = [
    "About",
    "Appeal",
    "Authority",
    "Baseline",
    "Case",
    "Channel",
    "Control",
    "DataRequest",
    "Decision",
    "Evidence",
    "Finding",
    "Freeze",
    "Frozen",
    "Grant",
    "Ground",
    "Held",
    "Hint",
    "HoldRequest",
    "Kind",
    "LawfulRequest",
    "Outcome",
    "PolicyText",
    "Reason",
    "Reflex",
    "Report",
    "Result",
    "Review",
    "Severity",
    "Staff",
    "Stand",
    "Statement",
    "Step",
    "Trigger",
    "Unmasking",
    "Wish",
    "host_of",
]
