"""The queue as the staff sees it: dana works on cases, an inspector reads, mallory has no business here."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from moderation.audit.models import Entry, Result
from moderation.cases import State
from moderation.models import About, Case, Channel, Report
from moderation.policies import SEVERITIES, Policy
from moderation.staff import GUESTS, Role
from tests.accounts.pages import text
from tests.moderation.cast import at_console

NOW = timezone.now()


def filed(subject: User | None, policy: Policy = Policy.HARASSMENT, minutes: int = 5, **values: object) -> Case:
    """A case that was opened so long ago."""
    opened = NOW - timedelta(minutes=minutes)
    case = Case.objects.create(
        about=About.PERSON if subject else About.NOTICE,
        subject=subject,
        policy=policy,
        severity=SEVERITIES[policy],
        stepped_at=opened,
        opened_at=opened,
        due_at=opened + timedelta(hours=1),
        **values,
    )
    Report.objects.create(case=case, channel=Channel.PROFILE, policy=policy, made_at=opened)
    return case


@pytest.fixture
def desk(dana: User) -> Client:
    return at_console(dana, Role.MODERATOR)


def order(page: str, *cases: Case) -> list[Case]:
    """The cases that stand on the page, in its order."""
    places = {page.find(f'/console/cases/{case.pk}/"'): case for case in cases}
    return [places[place] for place in sorted(places) if place >= 0]


def test_the_gravest_stand_first_then_the_riskiest_then_the_oldest(desk: Client, bob: User, carol: User) -> None:
    young = filed(bob, minutes=1)
    old = filed(carol, minutes=9)
    risky = filed(None, Policy.HATE, minutes=2, risk=80)
    spam = filed(None, Policy.SPAM, minutes=50)
    grave = filed(None, Policy.THREATS, minutes=1)
    page = text(desk.get("/console/cases/"))
    assert order(page, young, old, risky, spam, grave) == [grave, risky, old, young, spam]


def test_each_shelf_has_its_cases(desk: Client, dana: User, bob: User, carol: User) -> None:
    mine = filed(bob, state=State.CLAIMED, holder=dana, held_at=NOW)
    waits = filed(carol, state=State.ESCALATED)
    done = filed(None, state=State.DECIDED, decided_at=NOW)
    appealed = filed(None, state=State.APPEALED, decided_at=NOW)
    shown = {
        shelf: order(text(desk.get(f"/console/cases/?shelf={shelf}")), mine, waits, done, appealed)
        for shelf in ("open", "mine", "escalated", "appeals", "decided")
    }
    assert shown == {
        "open": [mine, waits],
        "mine": [mine],
        "escalated": [waits],
        "appeals": [appealed],
        "decided": [done],
    }


def test_nobody_sees_a_case_about_themselves_or_one_they_reported(desk: Client, dana: User, bob: User) -> None:
    about_dana, by_dana, other = filed(dana), filed(bob), filed(None)
    Report.objects.create(case=by_dana, reporter=dana, channel=Channel.ROOM, policy=Policy.HATE, made_at=NOW)
    assert order(text(desk.get("/console/cases/")), about_dana, by_dana, other) == [other]


def test_the_reporter_is_on_no_page(desk: Client, bob: User, mallory: User) -> None:
    case = filed(bob)
    Report.objects.create(case=case, reporter=mallory, channel=Channel.ROOM, policy=Policy.HATE, made_at=NOW)
    for address in ("/console/cases/", f"/console/cases/{case.pk}/"):
        page = text(desk.get(address))
        assert "Bob" in page
        assert "Mallory" not in page
        assert mallory.uid not in page


@pytest.mark.parametrize("role", GUESTS)
def test_a_guest_sees_ids_and_no_names(bob: User, carol: User, role: Role) -> None:
    case = filed(bob)
    client = at_console(carol, role)
    for address in ("/console/cases/", f"/console/cases/{case.pk}/"):
        page = text(client.get(address))
        assert bob.uid in page
        assert "Bob" not in page
    assert "Claim" not in text(client.get("/console/cases/"))


def test_more_cases_come_page_by_page_none_twice_and_none_lost(desk: Client, dana: User) -> None:
    cases = [filed(None, list(Policy)[number % 12], minutes=number % 7) for number in range(120)]
    seen: list[Case] = []
    address: str = "/console/cases/"
    while address:
        page = text(desk.get(address))
        seen += order(page, *cases)
        _, more, rest = page.partition('rel="next" href="')
        address = "/console/cases/" + rest.partition('"')[0].replace("&amp;", "&") if more else ""
    assert len(seen) == 120
    assert set(seen) == set(cases)
    assert seen == sorted(seen, key=lambda case: (-case.severity, -case.risk, case.opened_at, case.pk))


def test_a_page_takes_as_many_statements_for_fifty_cases_as_for_one(desk: Client) -> None:
    filed(None)
    desk.get("/console/cases/")
    with CaptureQueriesContext(connection) as one:
        desk.get("/console/cases/")
    for _ in range(60):
        filed(None)
    with CaptureQueriesContext(connection) as fifty:
        desk.get("/console/cases/")
    assert len(fifty) == len(one)


def news(desk: Client, seen: object) -> dict[str, object]:
    answer: dict[str, object] = desk.get(f"/console/cases/new/?seen={seen}").json()
    return answer


def test_what_comes_after_the_page_was_made_is_said_once_with_what_waits(desk: Client, dana: User, bob: User) -> None:
    filed(bob)
    seen = desk.get("/console/cases/").context["seen"]
    before = Entry.objects.count()
    assert news(desk, seen)["words"] == ""
    filed(None), filed(None, state=State.APPEALED, decided_at=NOW), filed(dana)
    told = news(desk, seen)
    assert (told["words"], told["shelves"]) == (
        "1 new case",
        {"open": 2, "mine": "", "escalated": "", "asked": "", "appeals": 1},
    )
    filed(None)
    assert news(desk, seen)["words"] == "2 new cases"
    assert Entry.objects.count() == before
    assert desk.get("/console/cases/").context["seen"] == Case.objects.latest("pk").pk


@pytest.mark.parametrize("seen", ["", "x", "9" * 40, "-1"])
def test_what_is_no_number_is_taken_for_none(desk: Client, seen: str) -> None:
    filed(None)
    assert news(desk, seen)["words"] == "1 new case"


def test_nobody_else_learns_how_many_wait(mallory: User) -> None:
    client = Client()
    client.force_login(mallory)
    assert client.get("/console/cases/new/").status_code == 403


def test_an_empty_queue_says_when_the_last_case_was_decided(desk: Client) -> None:
    assert "No case was ever decided here" in text(desk.get("/console/cases/"))
    filed(None, state=State.DECIDED, decided_at=NOW - timedelta(hours=2))
    assert "The last case was decided 2\xa0hours ago" in text(desk.get("/console/cases/"))


def test_a_queue_that_does_not_exist_or_a_case_that_is_gone_is_the_open_one_from_its_top(desk: Client) -> None:
    case = filed(None)
    for query in ("?shelf=nonsense", "?after=999", "?after=x", f"?after={'9' * 5_000}"):
        assert order(text(desk.get(f"/console/cases/{query}")), case) == [case]


def test_mallory_gets_nowhere_and_it_is_recorded(mallory: User) -> None:
    client = at_console(mallory, None)
    assert client.get("/console/cases/").status_code == 403
    entry = Entry.objects.order_by("-pk")[0]
    assert (entry.action, entry.result, entry.reason) == ("cases.read", Result.REFUSED, "not_on_the_staff")
