"""Who may take part: everybody in good standing, and nobody who is suspended or whose account is closed."""

from datetime import UTC, datetime

from django.db.models import Q

from accounts.models import User

FOR_GOOD = datetime(9999, 12, 31, tzinfo=UTC)
"""The end of a suspension that has none."""


def suspended(user: User, now: datetime) -> bool:
    """Whether `user` may not take part at `now`."""
    return not user.is_active or shut_out(user, now)


def shut_out(user: User, now: datetime) -> bool:
    """Whether a decision keeps `user` out at `now`; of a closed account too."""
    return user.suspended_until is not None and user.suspended_until > now


def good(now: datetime, of: str = "") -> Q:
    """What picks those in good standing; `of` is the way from the rows asked for to the person, as in `user__`."""
    over = Q(**{f"{of}suspended_until__isnull": True}) | Q(**{f"{of}suspended_until__lte": now})
    return Q(**{f"{of}is_active": True}) & over
