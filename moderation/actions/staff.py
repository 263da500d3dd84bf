"""Onto the staff and off it."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from moderation.actions.base import Code, Refused
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Grant, HoldRequest, LawfulRequest, Staff, Unmasking
from moderation.staff import GUESTS, LONGEST_REVIEW, Role

Asked = TypeVar("Asked", Grant, HoldRequest, LawfulRequest, Unmasking)
NEW = timedelta(days=1)
"""How long somebody new on the staff and whoever brought them are not two people."""


def independent(first: User | None, second: User, now: datetime) -> None:
    """Nothing, if `second` may be the second person for what `first` asked or proposed.

    Raises `Refused(SAME_PERSON)` where they may be one and the same.
    """
    if first is not None and (first.uid in bound(second, now) or second.uid in bound(first, now)):
        raise Refused(Code.SAME_PERSON)


def bound(user: User, now: datetime) -> frozenset[str]:
    """The ids of those who may be the same person as this one, themselves among them.

    Somebody new, whoever brought them, and whoever that one brought: they may be accounts of one. Where whoever brought
    one of them is on the staff no more, nobody can say whose they are, and it may be anybody's of the staff.
    """
    brought, found = list(_new(now).values_list("user__uid", "granted_by")), {user.uid}
    while more := {uid for pair in brought if not found.isdisjoint(pair) for uid in pair} - found:
        found |= more
    here = set(Staff.objects.values_list("user__uid", flat=True))
    return frozenset(found | here if found - here - {user.uid} else found)


def _new(now: datetime) -> QuerySet[Staff]:
    """Those whom somebody else of the staff, and not the operator, has just put there."""
    return Staff.objects.filter(granted_at__gt=now - NEW).exclude(granted_by="")


def answerable(kind: type[Asked], pk: int, by: User, now: datetime) -> Asked:
    """What somebody asked for and `by` may answer as the second person, its row locked.

    Raises `Refused`: GONE, DECIDED, and what `independent` does.
    """
    rows = kind.objects.select_for_update(of=("self",)).select_related("asked_by")
    asked = rows.filter(pk=pk).first()
    if asked is None:
        raise Refused(Code.GONE)
    if asked.decided_at is not None:
        raise Refused(Code.DECIDED)
    independent(asked.asked_by, by, now)
    return asked


@transaction.atomic
def grant(user: User, role: Role, days: int | None, *, now: datetime, source: Source, by: str = "") -> Staff:
    """The person on the staff in this role alone, for `days` or without end; `by` nobody is the operator.

    Raises `Refused`: LENGTH, also for a guest without an end; SUBJECT for oneself; LAST where no senior would be left;
    NEW for whoever was just put there: they would bring others, and be brought anew by those, until nobody could say
    whose they are.
    """
    if (days is None and role in GUESTS) or (days is not None and not 1 <= days <= LONGEST_REVIEW.days):
        raise Refused(Code.LENGTH)
    expires_at = None if days is None else now + timedelta(days=days)
    if by and _new(now).filter(user__uid=by).exists():
        raise Refused(Code.NEW)
    _may_change(user, by, stays=role is Role.SENIOR and expires_at is None)
    before = _held(user)
    defaults = {"role": role, "granted_by": by, "granted_at": now, "expires_at": expires_at}
    staff, _ = Staff.objects.update_or_create(user=user, defaults=defaults)
    detail = {"role": role.value, "expires_at": expires_at.isoformat() if expires_at else None}
    change = {"before": before, "after": _held(user), "detail": detail}
    act = {"object_type": "user", "object_id": user.uid, **change}
    record("staff.grant", source=source, actor=by, **act)  # type: ignore[arg-type]  # the words of `Act`
    return staff


@transaction.atomic
def revoke(user: User, *, source: Source, by: str = "") -> None:
    """Nothing: the person is off the staff at once.

    Raises `Refused`: SUBJECT for oneself, LAST where no senior would be left, GONE where they were not on it.
    """
    _may_change(user, by, stays=False)
    _take_off(user, by, source)


@transaction.atomic
def retire(user: User, *, by: str, source: Source) -> None:
    """Nothing: the person, who leaves this server, is not on the staff. Raises `Refused(LAST)` as `revoke` does."""
    if by and _last(user):
        raise Refused(Code.LAST)
    if Staff.objects.filter(user=user).exists():
        _take_off(user, by, source)


def _take_off(user: User, by: str, source: Source) -> None:
    before = _held(user)
    if not Staff.objects.filter(user=user).delete()[0]:
        raise Refused(Code.GONE)
    record("staff.revoke", source=source, actor=by, object_type="user", object_id=user.uid, before=before, after={})


def _held(user: User) -> dict[str, object]:
    """What they are on the staff, and until when; nothing for whoever is not on it."""
    staff = Staff.objects.filter(user=user).first()
    return {"role": staff.role, "expires_at": staff.expires_at} if staff else {}


def _may_change(user: User, by: str, *, stays: bool) -> None:
    """Raises `Refused` for oneself, and for the last senior who is here for good; the operator may do either."""
    if not by:
        return
    if user.uid == by:
        raise Refused(Code.SUBJECT)
    if not stays and _last(user):
        raise Refused(Code.LAST)


def _last(user: User) -> bool:
    """Whether nobody else is a senior who is here for good."""
    lasting = Staff.objects.select_for_update().filter(role=Role.SENIOR, expires_at=None)
    return {row.user_id for row in lasting} == {user.pk}
