"""Onto the staff and off it."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from moderation.actions.base import Code, Refused
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Staff
from moderation.staff import LONGEST_REVIEW, Role


@transaction.atomic
def grant(user: User, role: Role, days: int | None, *, now: datetime, source: Source, by: str = "") -> Staff:
    """The person on the staff in this role alone, for `days` or without end. A reviewer's stay has one."""
    if (days is None and role is Role.REVIEWER) or (days is not None and not 1 <= days <= LONGEST_REVIEW.days):
        raise Refused(Code.LENGTH)
    expires_at = None if days is None else now + timedelta(days=days)
    defaults = {"role": role, "granted_by": by, "granted_at": now, "expires_at": expires_at}
    staff, _ = Staff.objects.update_or_create(user=user, defaults=defaults)
    detail = {"role": role.value, "expires_at": expires_at.isoformat() if expires_at else None}
    record("staff.grant", source=source, actor=by, object_type="user", object_id=user.uid, detail=detail)
    return staff


@transaction.atomic
def revoke(user: User, *, source: Source, by: str = "") -> None:
    """Nothing: the person is off the staff at once. Raises `Refused` (`GONE`) where they were not on it."""
    if not Staff.objects.filter(user=user).delete()[0]:
        raise Refused(Code.GONE)
    record("staff.revoke", source=source, actor=by, object_type="user", object_id=user.uid)
