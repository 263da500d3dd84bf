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
from moderation.staff import GUESTS, Role, Standing

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


@pytest.mark.parametrize(
    ("role", "days"), [(Role.REVIEWER, None), (Role.INSPECTOR, None), (Role.REVIEWER, 91), (Role.SENIOR, 0)]
)
def test_a_stay_without_end_or_of_no_length_is_refused_and_nothing_changes(
    mallory: User, role: Role, days: int | None
) -> None:
    with pytest.raises(Refused) as refused:
        staff.grant(mallory, role, days, now=NOON, source=SOURCE)
    assert refused.value.code is Code.LENGTH
    assert not Staff.objects.exists()
    assert not Entry.objects.filter(action="staff.grant").exists()


@pytest.mark.parametrize("role", GUESTS)
def test_the_database_itself_refuses_a_guest_who_stays(mallory: User, role: Role) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Staff.objects.create(user=mallory, role=role, granted_at=NOON, expires_at=None)
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


def test_nobody_gives_themselves_another_role(alice: User, bob: User) -> None:
    staff.grant(alice, Role.SENIOR, None, now=NOON, source=SOURCE)
    staff.grant(bob, Role.SENIOR, None, now=NOON, source=SOURCE)
    with pytest.raises(Refused) as refused:
        staff.grant(bob, Role.MODERATOR, None, now=NOON, source=SOURCE, by=bob.uid)
    assert refused.value.code is Code.SUBJECT
    assert Staff.objects.get(user=bob).role == Role.SENIOR


def test_the_last_senior_without_an_end_stays_and_nothing_changes(alice: User, bob: User) -> None:
    staff.grant(alice, Role.SENIOR, None, now=NOON, source=SOURCE)
    staff.grant(bob, Role.SENIOR, 7, now=NOON, source=SOURCE)
    for act in (
        lambda: staff.revoke(alice, source=SOURCE, by=bob.uid),
        lambda: staff.grant(alice, Role.MODERATOR, None, now=NOON, source=SOURCE, by=bob.uid),
        lambda: staff.grant(alice, Role.SENIOR, 7, now=NOON, source=SOURCE, by=bob.uid),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code is Code.LAST
    assert Staff.objects.get(user=alice).standing == Standing(Role.SENIOR, None)
    assert Entry.objects.count() == 2


def test_a_senior_who_is_not_the_last_can_go(alice: User, bob: User) -> None:
    staff.grant(alice, Role.SENIOR, None, now=NOON, source=SOURCE)
    staff.grant(bob, Role.SENIOR, None, now=NOON, source=SOURCE)
    staff.revoke(alice, source=SOURCE, by=bob.uid)
    assert Staff.objects.get().user == bob


def test_whom_one_has_just_put_on_the_staff_is_no_second_person(alice: User, bob: User, carol: User) -> None:
    staff.grant(bob, Role.SENIOR, None, now=NOON, source=SOURCE, by=alice.uid)
    for second in (alice, bob):
        with pytest.raises(Refused) as refused:
            staff.independent(alice, second, NOON + staff.NEW - timedelta(seconds=1))
        assert refused.value.code is Code.SAME_PERSON
    staff.independent(alice, bob, NOON + staff.NEW)
    staff.independent(carol, bob, NOON)
    staff.independent(None, bob, NOON)


def test_who_was_just_put_on_the_staff_puts_nobody_there_and_so_blurs_no_trace_of_who_brought_them(
    alice: User, bob: User, mallory: User
) -> None:
    """Bob, brought by Alice, would bring Mallory, and she Bob anew: then nothing would say whose he is."""
    staff.grant(alice, Role.SENIOR, None, now=NOON, source=SOURCE)
    staff.grant(bob, Role.SENIOR, None, now=NOON, source=SOURCE, by=alice.uid)
    before = list(Staff.objects.values()), Entry.objects.count()
    early = NOON + staff.NEW - timedelta(seconds=1)
    with pytest.raises(Refused) as refused:
        staff.grant(mallory, Role.SENIOR, None, now=early, source=SOURCE, by=bob.uid)
    assert refused.value.code is Code.NEW
    assert (list(Staff.objects.values()), Entry.objects.count()) == before
    staff.grant(mallory, Role.SENIOR, None, now=NOON + staff.NEW, source=SOURCE, by=bob.uid)


def test_whom_the_operator_has_just_put_on_the_staff_puts_others_there(alice: User, bob: User) -> None:
    staff.grant(alice, Role.SENIOR, None, now=NOON, source=SOURCE)
    assert staff.grant(bob, Role.SENIOR, None, now=NOON, source=SOURCE, by=alice.uid).granted_by == alice.uid


def test_nor_do_two_who_are_bound_by_such_grants_make_two_people(
    alice: User, bob: User, carol: User, mallory: User
) -> None:
    for user, by in ((alice, ""), (carol, ""), (bob, alice.uid), (mallory, alice.uid)):
        staff.grant(user, Role.SENIOR, None, now=NOON, source=SOURCE, by=by)
    for first, second in ((bob, alice), (bob, mallory), (mallory, bob)):
        with pytest.raises(Refused):
            staff.independent(first, second, NOON)
        staff.independent(first, second, NOON + staff.NEW)
    for first in (alice, bob, mallory):
        staff.independent(first, carol, NOON)


def test_who_was_let_in_by_somebody_who_has_left_is_no_second_person_for_anybody(
    alice: User, bob: User, mallory: User
) -> None:
    for user, by in ((alice, ""), (bob, ""), (mallory, bob.uid)):
        staff.grant(user, Role.SENIOR, None, now=NOON, source=SOURCE, by=by)
    staff.revoke(bob, source=SOURCE, by=mallory.uid)
    for first, second in ((alice, mallory), (mallory, alice)):
        with pytest.raises(Refused) as refused:
            staff.independent(first, second, NOON)
        assert refused.value.code is Code.SAME_PERSON
        staff.independent(first, second, NOON + staff.NEW)
