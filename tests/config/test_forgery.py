import pytest
from django.db.models import QuerySet
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.strangers import LIMIT
from moderation.audit.models import Entry
from tests.log import entry

FORM, API = "/accounts/login/", "/api/v1/rooms/"
pytestmark = pytest.mark.django_db


def noted() -> QuerySet[Entry]:
    return Entry.objects.filter(action="request.submit")


@pytest.fixture
def strict(alice: User) -> Client:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    return browser


@pytest.mark.parametrize("path", [FORM, API])
def test_a_forged_request_is_refused_and_recorded_without_a_name(strict: Client, path: str) -> None:
    answer = strict.post(path, {"title": "Owls"}, content_type="application/json", REMOTE_ADDR="192.0.2.7")
    assert answer.status_code == 403
    noted = entry(action="request.submit")
    assert (noted.result, noted.reason) == ("refused", "csrf")
    assert (noted.actor, noted.address) == ("", "192.0.2.7")


def test_a_request_of_our_own_page_is_not_recorded(strict: Client) -> None:
    strict.cookies["csrftoken"] = token = "a" * 32
    answer = strict.post(API, {"title": ""}, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 400
    assert not noted().exists()


def test_nobody_can_fill_the_log_with_them(strict: Client) -> None:
    assert {strict.post(FORM).status_code for _ in range(LIMIT + 5)} == {403}
    assert noted().count() == LIMIT


def test_they_are_recorded_while_nothing_can_be_counted(strict: Client, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere.sock"
    assert strict.post(FORM).status_code == 403
    assert noted().count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_session_of_a_suspended_account_is_told_so_and_a_strangers_is_not(
    strict: Client, alice: User, method: str
) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    answer = getattr(strict, method)(API)
    assert (answer.status_code, answer.json()["code"]) == (403, "suspended")
    stranger = getattr(Client(), method)(API)
    assert (stranger.status_code, stranger.json()["code"]) == (401, "signed_out")
