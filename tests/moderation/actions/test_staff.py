"""Onto the staff and off it: alice is let in, mallory never."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from moderation.actions import staff
from moderation.actions.base import Code, Refused
from moderation.audit.models import Entry
from moderation.audit.source import Source
from moderation.models import Staff
from moderation.staff import Role, Standing

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SOURCE = Source.internal("command")


def test_a_reviewer_is_let_in_until_a_day(alice: User) -> None:
    row = staff.grant(alice, Role.REVIEWER, 7, now=NOON, source=SOURCE)
    assert row.standing == Standing(Role.REVIEWER, NOON + timedelta(days=7))
    entry = Entry.objects.get(action="staff.grant")
    assert entry.detail == {"role": "reviewer", "expires_at": "2026-12-02T12:00:00+00:00"}


def test_another_role_replaces_the_first(alice: User) -> None:
    staff.grant(alice, Role.REVIEWER, 7, now=NOON, source=SOURCE)
    staff.grant(alice, Role.SENIOR, None, now=NOON, source=SOURCE)
    assert Staff.objects.get().standing == Standing(Role.SENIOR, None)


@pytest.mark.parametrize(("role", "days"), [(Role.REVIEWER, None), (Role.REVIEWER, 91), (Role.SENIOR, 0)])
def test_a_stay_without_end_or_of_no_length_is_refused_and_nothing_changes(
    mallory: User, role: Role, days: int | None
) -> None:
    with pytest.raises(Refused) as refused:
        staff.grant(mallory, role, days, now=NOON, source=SOURCE)
    assert refused.value.code is Code.LENGTH
    assert not Staff.objects.exists()
    assert not Entry.objects.filter(action="staff.grant").exists()


def test_the_database_itself_refuses_a_reviewer_who_stays(mallory: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Staff.objects.create(user=mallory, role=Role.REVIEWER, granted_at=NOON, expires_at=None)
    assert not Staff.objects.exists()


def test_who_is_revoked_is_off_the_staff_at_once(alice: User) -> None:
    staff.grant(alice, Role.SENIOR, None, now=NOON, source=SOURCE)
    staff.revoke(alice, source=SOURCE)
    assert not Staff.objects.exists()
    assert Entry.objects.filter(action="staff.revoke").count() == 1


def test_revoking_a_stranger_is_refused_and_nothing_is_recorded(mallory: User) -> None:
    with pytest.raises(Refused) as refused:
        staff.revoke(mallory, source=SOURCE)
    assert refused.value.code is Code.GONE
    assert not Entry.objects.exists()
