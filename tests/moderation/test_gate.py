"""The console's door: mallory tries every way in."""

import re
import time
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse
from django.utils import timezone

from accounts.models import User
from accounts.strangers import LIMIT
from moderation import gate, urls
from moderation.audit.models import Entry, Result
from moderation.models import Staff
from moderation.staff import FRESH, TABLE, Act, Role
from tests.accounts.pages import text
from tests.moderation.cast import at_console, shown
from tests.moderation.filed import a_case

CONSOLE = [pattern for pattern in urls.urlpatterns if str(pattern.pattern).startswith("console/")]
PAGES = {
    "console": Act.ENTER,
    "console_cases": Act.READ_CASES,
    "console_live": Act.READ_LIVE,
    "console_policies": Act.READ_POLICIES,
    "console_staff": Act.READ_STAFF,
    "console_retention": Act.READ_RETENTION,
    "console_controls": Act.READ_CONTROLS,
    "console_review": Act.READ_REVIEWS,
    "console_findings": Act.READ_REVIEWS,
    "console_statements": Act.READ_REVIEWS,
}


def last() -> Entry:
    return Entry.objects.order_by("-pk")[0]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", Role)
def test_a_page_opens_to_those_whose_role_may_read_it_and_to_nobody_else(alice: User, page: str, role: Role) -> None:
    answer = at_console(alice, role).get(reverse(page))
    assert answer.status_code == (200 if PAGES[page] in TABLE[role] else 403)


@pytest.mark.parametrize("pattern", CONSOLE, ids=lambda pattern: str(pattern.name))
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_address_of_the_console_opens_to_a_member(mallory: User, pattern: URLPattern, method: str) -> None:
    client = at_console(mallory, None)
    before = Entry.objects.exclude(result=Result.REFUSED).count()
    answer = getattr(client, method)("/" + _address(pattern))
    assert answer.status_code == 403
    assert (last().result, last().reason) == (Result.REFUSED, "not_on_the_staff")
    assert Entry.objects.exclude(result=Result.REFUSED).count() == before


def _address(pattern: URLPattern) -> str:
    return re.sub(r"<\w+:\w+>", "1", str(pattern.pattern))


def test_a_member_who_knocks_without_end_fills_nothing(mallory: User, bob: User) -> None:
    client, tried = at_console(mallory, None), Entry.objects.filter(reason="not_on_the_staff")
    assert {client.get("/console/cases/").status_code for _ in range(LIMIT + 3)} == {403}
    assert tried.count() == LIMIT
    assert at_console(bob, None).get("/console/cases/").status_code == 403
    assert tried.count() == LIMIT + 1, "nobody else's tries go unseen for it"


def test_the_owner_is_told_how_to_let_themselves_in(mallory: User) -> None:
    User.objects.update(is_superuser=True)
    answer = at_console(mallory, None).get("/console/")
    assert answer.status_code == 403
    assert "manage.py staff grant mallory senior" in answer.content.decode()


def test_a_stranger_is_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get("/console/").headers["Location"] == "/accounts/login/?next=/console/"


def test_an_expired_reviewer_stays_outside_and_is_told_why(alice: User) -> None:
    client = at_console(alice, Role.REVIEWER)
    Staff.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = client.get("/console/")
    assert answer.status_code == 403
    assert "Your time in the console is over" in text(answer)
    assert last().reason == "expired"


def test_without_a_second_factor_nobody_gets_in(alice: User) -> None:
    answer = at_console(alice, Role.SENIOR, factor=False).get("/console/")
    assert answer.status_code == 403
    assert "Add a second factor first" in text(answer)


def test_a_second_factor_that_this_session_has_not_shown_is_asked_for(alice: User) -> None:
    client = at_console(alice, Role.SENIOR, factor=False)
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={})
    assert client.get("/console/").headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fconsole%2F"


def test_the_second_factor_of_somebody_else_opens_nothing(alice: User, mallory: User) -> None:
    hers = Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={})
    client = at_console(mallory, Role.SENIOR, factor=False)
    shown(client, mallory, hers)
    assert client.get("/console/").status_code == 403


def test_a_second_factor_that_was_removed_opens_nothing_any_more(alice: User) -> None:
    client = at_console(alice, Role.SENIOR)
    Authenticator.objects.all().delete()
    assert client.get("/console/").status_code == 403


@gate.console(Act.OPEN_EVIDENCE, fresh=FRESH)
def listening(_request: object, case: int) -> HttpResponse:
    return HttpResponse(str(case))


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (16, 302)])
def test_what_is_grave_asks_for_the_second_factor_again_after_a_while(alice: User, minutes: int, status: int) -> None:
    client = at_console(alice, Role.MODERATOR)
    request = RequestFactory().get("/console/cases/7/")
    request.user, request.session = alice, client.session
    request.session["account_authentication_methods"][0]["at"] = time.time() - 60 * minutes
    assert listening(request, case=7).status_code == status
    assert last().reason == ("" if status == 200 else "second_factor")


def test_a_read_of_a_case_names_the_case(alice: User) -> None:
    request = RequestFactory().get("/console/cases/7/")
    request.user, request.session = alice, at_console(alice, Role.MODERATOR).session
    listening(request, case=7)
    assert (last().action, last().object_id, last().case) == ("console.read", "evidence.open", "7")


def test_every_read_is_an_entry_before_the_page_is_made(alice: User) -> None:
    client = at_console(alice, Role.REVIEWER)
    client.get("/console/findings/")
    assert (last().action, last().role, last().object_id) == ("console.read", "reviewer", "review.read")


@pytest.mark.parametrize("page", [*PAGES, "console_log", "console_bundle"])
@pytest.mark.parametrize("method", ["post", "options", "put"])
def test_no_page_is_read_past_the_log_by_another_method(alice: User, page: str, method: str) -> None:
    answer = getattr(at_console(alice, Role.SENIOR), method)(reverse(page))
    assert (answer.status_code, answer.content) == (405, b"")
    assert (last().result, last().reason) == (Result.REFUSED, "method")


def test_a_form_that_is_shown_again_is_a_page_that_was_read(alice: User, bob: User) -> None:
    case, senior = a_case(bob), at_console(alice, Role.SENIOR)
    assert senior.post(f"/console/cases/{case.pk}/decide/").status_code == 200
    assert (last().action, last().object_id, last().case) == ("console.read", "case.decide", str(case.pk))
    assert senior.options(f"/console/cases/{case.pk}/decide/").status_code == 405


def test_nothing_is_read_when_the_log_cannot_be_written(alice: User) -> None:
    client = at_console(alice, Role.SENIOR)
    client.raise_request_exception = False
    with patch.object(gate, "record", side_effect=DatabaseError):
        answer: Any = client.get("/console/findings/")
    assert answer.status_code == 503
    assert "Findings" not in text(answer)


def test_only_the_staff_is_shown_the_way_in(alice: User, bob: User) -> None:
    assert 'href="/console/"' in text(at_console(alice, Role.MODERATOR).get("/me/"))
    assert 'href="/console/"' not in text(at_console(bob, None).get("/me/"))
