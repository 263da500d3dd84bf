"""What data about people is handled for, told by every entry of its act."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Purpose(StrEnum):
    """Why: as a record of processing (GDPR Art. 30) has it."""

    SERVICE = "service"
    NOTIFICATIONS = "notifications"
    MODERATION = "moderation"
    AUDIT = "audit"
    ASSESSMENT = "assessment"
    RIGHTS = "rights"  # people's own, over their data
    LAW = "law"


_NOUNS: Mapping[Purpose, tuple[str, ...]] = {
    Purpose.SERVICE: (
        *("account", "invite", "notice", "history", "room", "room_invite", "room_token", "member", "socket", "media"),
        *("server", "request"),
    ),
    Purpose.NOTIFICATIONS: ("push", "reminder"),
    Purpose.MODERATION: (
        *("report", "case", "cases", "evidence", "decision", "appeal", "reflex", "policy", "policies", "power"),
        *("powers", "staff", "person", "name", "live", "quality", "enter", "letter"),
    ),
    Purpose.AUDIT: ("log", "retention"),
    Purpose.ASSESSMENT: ("review", "control", "controls", "finding", "statement", "trigger"),
    Purpose.RIGHTS: ("data",),
    Purpose.LAW: ("lawful",),
}
PURPOSES: Mapping[str, Purpose] = MappingProxyType(
    {noun: purpose for purpose, nouns in _NOUNS.items() for noun in nouns}
)
"""By the first word of an action."""


def purpose_of(action: str) -> str:
    """What an act serves; empty for one that belongs to nothing we know."""
    return PURPOSES.get(action.partition(".")[0], "")
