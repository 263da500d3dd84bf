"""Addresses of the console: whatever number somebody writes in one, the answer is a page."""

from http import HTTPStatus

import pytest
from django.test import Client

from accounts.models import User
from moderation.audit.models import Entry
from moderation.models import Case
from moderation.staff import Role
from tests.moderation.cast import at_console

pytestmark = pytest.mark.django_db
LONG = "9" * 19
PAGES = ["cases/{}/", "cases/{}/decisions/1/confirm/", "cases/{}/appeals/1/", "cases/{}/grants/1/answer/"]


@pytest.fixture
def senior(mallory: User) -> Client:
    return at_console(mallory, Role.SENIOR)


@pytest.mark.parametrize("page", PAGES)
def test_a_number_that_no_row_can_have_leads_nowhere_and_reads_nothing(senior: Client, page: str) -> None:
    before = Entry.objects.count()
    assert senior.post(f"/console/{page.format(LONG)}").status_code == HTTPStatus.NOT_FOUND
    assert Entry.objects.count() == before
    assert senior.post(f"/console/{page.format(LONG[:18])}").status_code != HTTPStatus.INTERNAL_SERVER_ERROR


def test_the_longest_number_that_there_can_be_is_asked_for(senior: Client, case: Case) -> None:
    assert senior.get(f"/console/cases/{case.pk:018}/").status_code == HTTPStatus.OK
