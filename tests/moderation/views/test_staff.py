"""The staff's own page: femi and gus are seniors, dana a moderator."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.actions.erasures import ERASED
from moderation.audit.models import Entry, Result
from moderation.cases import State
from moderation.measures import Measure
from moderation.models import Staff
from moderation.staff import GUESTS, Role
from tests.accounts.pages import text
from tests.moderation.cast import at_console
from tests.moderation.desk import claimed, decided, moderator
from tests.moderation.filed import a_case


@pytest.fixture
def femi(alice: User) -> Client:
    return at_console(alice, Role.SENIOR, days=None)


def grant(client: Client, **fields: object) -> str:
    return text(client.post("/console/staff/grant/", {"user": "bob", "role": "moderator"} | fields, follow=True))


def test_a_senior_puts_somebody_on_the_staff_and_takes_them_off(femi: Client, alice: User, bob: User) -> None:
    assert "Bob is on the staff now." in grant(femi, days=7)
    row = Staff.objects.get(user=bob)
    assert (row.role, row.granted_by) == (Role.MODERATOR, alice.uid)
    assert row.expires_at is not None
    femi.post(f"/console/staff/{row.pk}/revoke/")
    assert not Staff.objects.filter(user=bob).exists()
    assert set(Entry.objects.filter(action__startswith="staff.").values_list("action", flat=True)) == {
        "staff.grant",
        "staff.revoke",
    }


@pytest.mark.parametrize("role", ["reviewer", "inspector"])
def test_a_guest_without_an_end_is_refused_and_recorded(femi: Client, bob: User, role: str) -> None:
    assert "always leaves again" in grant(femi, role=role)
    assert not Staff.objects.filter(user=bob).exists()
    assert Entry.objects.filter(action="staff.change", result=Result.REFUSED, reason="length").exists()


def test_a_name_that_nobody_has_is_said_beside_the_field(femi: Client, db: None) -> None:
    answer = femi.post("/console/staff/grant/", {"user": "nobody", "role": "senior"})
    assert "There is no such user." in text(answer)


def test_nobody_changes_themselves_and_the_last_senior_stays(femi: Client, alice: User, bob: User) -> None:
    gus = at_console(bob, Role.SENIOR, days=7)
    own, other = Staff.objects.get(user=bob), Staff.objects.get(user=alice)
    assert "Nobody decides over" in text(gus.post(f"/console/staff/{own.pk}/revoke/", follow=True))
    assert "Somebody has to stay" in text(gus.post(f"/console/staff/{other.pk}/revoke/", follow=True))
    assert Staff.objects.count() == 2
    assert f"/console/staff/{own.pk}/revoke/" not in text(gus.get("/console/staff/"))


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.REVIEWER, Role.INSPECTOR])
def test_only_a_senior_changes_the_staff(mallory: User, bob: User, role: Role) -> None:
    client = at_console(mallory, role)
    assert client.post("/console/staff/grant/", {"user": "bob", "role": "senior"}).status_code == 403
    assert client.post(f"/console/staff/{Staff.objects.get().pk}/revoke/").status_code == 403
    assert Staff.objects.count() == 1
    assert Entry.objects.filter(action="staff.change", result=Result.REFUSED, reason="role").count() == 2


@pytest.mark.parametrize("role", GUESTS)
def test_a_guest_sees_who_is_there_by_id(femi: Client, alice: User, bob: User, role: Role) -> None:
    page = text(at_console(bob, role).get("/console/staff/")).partition("<h1>")[2]
    assert alice.uid in page
    assert "Alice" not in page


def test_whoever_was_let_in_by_somebody_erased_was_not_let_in_by_the_operator(
    femi: Client, alice: User, bob: User
) -> None:
    Staff.objects.update_or_create(
        user=bob, defaults={"role": Role.SENIOR, "granted_by": ERASED, "granted_at": timezone.now()}
    )
    page = text(femi.get("/console/staff/"))
    assert page.count("let in by <bdi>somebody who left</bdi>") == 1
    assert page.count("let in by the operator") == 1  # alice


def test_a_senior_who_was_just_put_there_reads_why_they_are_no_second_person(
    femi: Client, alice: User, bob: User, carol: User
) -> None:
    grant(femi, user="carol", role="senior")
    made = decided(claimed(a_case(bob, state=State.TRIAGED), alice), alice, Measure.BAN)
    path = f"/console/cases/{made.case_id}/decisions/{made.pk}/confirm/"
    page = text(at_console(carol, None).post(path, follow=True))
    assert "nor, for a day, anybody whom they put on the staff" in page


def test_whoever_may_is_told_of_cases_that_need_one_more_senior(femi: Client, alice: User, bob: User) -> None:
    told = "waits for a senior moderator, and each one here has a part in it"
    assert told not in text(femi.get("/console/staff/"))
    case = a_case(bob, state=State.TRIAGED)
    decided(claimed(case, alice), alice, Measure.BAN)
    assert told in text(femi.get("/console/staff/"))
    moderator("Gus", Role.SENIOR)
    assert told not in text(femi.get("/console/staff/"))
