"""Entries as the pages of the log list them."""

from accounts.models import User
from moderation.audit.record import Written, record
from moderation.audit.source import Source

HERE = Source("192.0.2.7", 50123, "203.0.113.1:443", "Mozilla/5.0", "http")


def listed(answer: object) -> list[int]:
    """The numbers of those that the page lists."""
    return [one.entry.pk for one, _ in answer.context["found"]]  # type: ignore[attr-defined]


def acted(by: User, action: str = "room.open", room: str = "r1") -> Written:
    """An entry of something that the person did."""
    return record(action, source=HERE, actor=by.uid, room=room)
