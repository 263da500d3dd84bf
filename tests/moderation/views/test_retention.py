"""What is kept, what goes next, and holds that two people place."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.actions import endings
from moderation.audit.models import Entry, Hold, Result
from moderation.models import Case, HoldRequest
from moderation.staff import Role
from tests.accounts.pages import text
from tests.moderation.cast import at_console
from tests.rooms.scenes import SOURCE

SOON = (timezone.now() + timedelta(days=30)).date().isoformat()


@pytest.fixture
def femi(alice: User) -> Client:
    return at_console(alice, Role.SENIOR, days=None)


@pytest.fixture
def gus(bob: User) -> Client:
    return at_console(bob, Role.SENIOR, days=None)


def ask(client: Client, **fields: str) -> str:
    said = {"kind": "user", "named": "mallory", "ground": "Court order 7/26", "review": SOON} | fields
    return text(client.post("/console/retention/hold/", said, follow=True))


def test_two_people_place_a_hold_and_one_releases_it(femi: Client, gus: Client, mallory: User) -> None:
    assert "A second person decides now." in ask(femi)
    asked = HoldRequest.objects.get()
    assert asked.object_id == mallory.uid
    page = text(gus.post(f"/console/retention/asked/{asked.pk}/", {"decision": "place"}, follow=True))
    assert "Mallory" in page
    assert "Court order 7/26" in page
    (hold,) = Hold.objects.all()
    assert Entry.objects.filter(action="log.hold").count() == 1
    gus.post(f"/console/retention/holds/{hold.pk}/release/")
    hold.refresh_from_db()
    assert hold.released_at is not None
    assert "It is not there any more" in text(femi.post(f"/console/retention/holds/{hold.pk}/release/", follow=True))


def test_whoever_asked_does_not_place_it(femi: Client, mallory: User) -> None:
    ask(femi)
    asked = HoldRequest.objects.get()
    page = text(femi.post(f"/console/retention/asked/{asked.pk}/", {"decision": "place"}, follow=True))
    assert "It takes a second person" in page
    assert not Hold.objects.exists()
    assert f"asked/{asked.pk}/" not in page


def test_whom_it_is_about_neither_asks_for_it_nor_places_it(femi: Client, gus: Client, bob: User) -> None:
    assert "Nobody decides over their own data." in ask(gus, named="bob")
    ask(femi, named="bob")
    asked = HoldRequest.objects.get()
    gus.post(f"/console/retention/asked/{asked.pk}/", {"decision": "place"})
    assert not Hold.objects.exists()


def test_who_reported_a_case_is_offered_no_act_on_its_hold_and_a_try_is_an_entry(
    case: Case, femi: Client, carol: User, mallory: User
) -> None:
    reporter = at_console(carol, Role.SENIOR)
    ask(femi, kind="case", named=str(case.pk))
    asked = HoldRequest.objects.get()
    address = f"/console/retention/asked/{asked.pk}/"
    assert address not in text(reporter.get("/console/retention/"))
    assert "You have a part in it." in text(reporter.post(address, {"decision": "place"}, follow=True))
    assert not Hold.objects.exists()
    assert Entry.objects.get(action="log.hold", result=Result.REFUSED).reason == "part_in_it"
    assert f'asked/{asked.pk}/"' in text(at_console(mallory, Role.SENIOR).get("/console/retention/"))


def test_a_refused_request_holds_nothing_and_is_not_decided_twice(femi: Client, gus: Client, mallory: User) -> None:
    ask(femi)
    asked = HoldRequest.objects.get()
    gus.post(f"/console/retention/asked/{asked.pk}/", {"decision": "refuse"})
    page = text(gus.post(f"/console/retention/asked/{asked.pk}/", {"decision": "place"}, follow=True))
    assert "This was decided already." in page
    assert not Hold.objects.exists()
    assert Entry.objects.filter(action="log.hold_refuse").count() == 1


@pytest.mark.parametrize(
    "fields",
    [{"kind": "case", "named": "999"}, {"kind": "room", "named": "x"}, {"named": "nobody"}, {"review": "2020-01-01"}],
)
def test_what_does_not_exist_or_is_over_is_not_held(femi: Client, mallory: User, fields: dict[str, str]) -> None:
    ask(femi, **fields)
    assert not HoldRequest.objects.exists()


@pytest.mark.parametrize("role", [Role.SENIOR, Role.REVIEWER])
def test_closed_accounts_that_wait_stand_there_by_their_ids_and_no_case_and_reporter_is_named(
    case: Case, carol: User, mallory: User, role: Role
) -> None:
    endings.close(carol, by=None, now=timezone.now(), source=SOURCE)
    page = text(at_console(mallory, role).get("/console/retention/"))
    assert carol.uid in page
    assert "a case that is not closed" in page
    assert "Carol" not in page
    assert f"/console/cases/{case.pk}/" not in page.partition("Closed accounts that wait")[2]
    assert Entry.objects.filter(action="console.read", object_id="retention.read").count() == 1


def test_where_none_waits_nothing_is_said_of_them(femi: Client) -> None:
    assert "Closed accounts" not in text(femi.get("/console/retention/"))


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.REVIEWER, Role.INSPECTOR])
def test_only_a_senior_asks_for_a_hold(mallory: User, role: Role) -> None:
    client = at_console(mallory, role)
    for address in ("hold/", "asked/1/", "holds/1/release/"):
        assert client.post(f"/console/retention/{address}", {"kind": "user"}).status_code == 403
    assert not HoldRequest.objects.exists()
    assert Entry.objects.filter(action="log.hold", result=Result.REFUSED).count() == 3
