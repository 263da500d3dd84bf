"""What nobody may do here: the policies that a report and a decision name, and how grave each is. PURE.

Their titles and first texts stand in `moderation.words`; the staff may put newer versions beside those.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Severity(IntEnum):
    """How grave it is; sets the deadline of a case."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    CRITICAL = 3


class Policy(StrEnum):
    """What may have been broken."""

    HARASSMENT = "harassment"
    HATE = "hate"
    THREATS = "threats"
    MINORS = "minors"
    SELF_HARM = "self_harm"
    SEXUAL = "sexual"
    PRIVACY = "privacy"
    ILLEGAL = "illegal"
    IMPERSONATION = "impersonation"
    SPAM = "spam"
    REPORTING = "reporting"  # false reports; only the staff names it
    OTHER = "other"


SEVERITIES: Mapping[Policy, Severity] = MappingProxyType(
    {
        Policy.HARASSMENT: Severity.HIGH,
        Policy.HATE: Severity.HIGH,
        Policy.THREATS: Severity.CRITICAL,
        Policy.MINORS: Severity.CRITICAL,
        Policy.SELF_HARM: Severity.CRITICAL,
        Policy.SEXUAL: Severity.HIGH,
        Policy.PRIVACY: Severity.HIGH,
        Policy.ILLEGAL: Severity.HIGH,
        Policy.IMPERSONATION: Severity.NORMAL,
        Policy.SPAM: Severity.LOW,
        Policy.REPORTING: Severity.LOW,
        Policy.OTHER: Severity.NORMAL,
    }
)

REPORTED = tuple(policy for policy in Policy if policy is not Policy.REPORTING)
"""What a member may report, in the order in which it is offered."""
