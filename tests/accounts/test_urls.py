"""Every road into an account that is not a code is closed."""

from collections.abc import Iterator

import allauth.urls
import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from accounts.models import User
from accounts.strangers import LIMIT
from moderation.audit.models import Entry
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
FORM = {
    "username": "mallory",
    "login": "mallory",
    "email": "mallory@example.org",
    "phone": "+15550100",
    "password1": PASSWORD,
    "password2": PASSWORD,
    "password": PASSWORD,
    "code": "123456",
    "credential": "{}",
}
ROADS = [
    "/accounts/signup/",
    "/accounts/signup/passkey/",
    "/accounts/2fa/webauthn/signup/",
    "/accounts/email/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/MQ:abc:def/",
    "/accounts/login/code/",
    "/accounts/login/code/confirm/",
    "/accounts/3rdparty/signup/",
    "/accounts/3rdparty/",
    "/accounts/social/signup/",
]
NOWHERE = [
    "/_allauth/browser/v1/auth/signup",
    "/_allauth/app/v1/auth/signup",
    "/accounts/_allauth/browser/v1/auth/signup",
    "/accounts/google/login/",
    "/accounts/oidc/any/login/",
    "/accounts/password/reset/key/1-set-password/",
    "/accounts/password/reset/done/",
    "/accounts/phone/verify/",
    "/admin/",
]


@pytest.mark.parametrize("road", ROADS)
def test_a_road_by_which_allauth_makes_accounts_is_refused_and_the_refusal_recorded(client: Client, road: str) -> None:
    assert client.post(road, FORM).status_code == 403
    assert not User.objects.exists()
    entry = Entry.objects.get()
    assert (entry.action, entry.result, entry.reason) == ("account.create", "refused", "sign_up_closed")


def test_who_goes_on_trying_them_cannot_fill_the_log(client: Client) -> None:
    assert {client.get("/accounts/signup/").status_code for _ in range(LIMIT + 5)} == {403}
    assert Entry.objects.count() == LIMIT


@pytest.mark.parametrize("road", ROADS)
def test_a_live_onboarding_opens_none_of_them(client: Client, code: str, road: str) -> None:
    client.get(f"/join/{code}")
    assert client.post(road, FORM).status_code == 403
    assert not User.objects.exclude(username="alice").exists()


@pytest.mark.parametrize("road", NOWHERE)
def test_what_is_not_installed_is_not_there(client: Client, road: str) -> None:
    assert client.post(road, FORM).status_code == 404
    assert not User.objects.exists()


def paths(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from paths(pattern, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern)


def test_every_path_allauth_knows_was_thought_about() -> None:
    """A new version of allauth that brings a new road makes this fail, and us look at it."""
    known = set(paths(URLResolver(RoutePattern(""), allauth.urls)))
    ours = {path.removeprefix("accounts/") for path in paths(get_resolver())}
    reset = {path for path in known if path.startswith(("password/reset/", "^password/reset/"))}
    elsewhere = {"email/", "confirm-email/", "^confirm-email/(?P<key>[-:\\w]+)/$", "login/code/confirm/"}
    assert known - ours - reset - elsewhere == set()


@pytest.mark.parametrize("path", ["/me/", "/invites/", "/accounts/2fa/", "/accounts/sessions/", "/join/sound/"])
def test_a_members_pages_ask_strangers_to_sign_in(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith(f"/accounts/login/?next={path}")


@pytest.mark.parametrize("page", ["totp/activate/", "recovery-codes/", "recovery-codes/download/"])
def test_no_browser_keeps_what_its_reader_signs_in_with(client: Client, bob: User, page: str) -> None:
    RecoveryCodes.activate(bob)
    client.force_login(bob)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    shown = client.get(f"/accounts/2fa/{page}")
    assert shown.status_code == 200
    assert "no-store" in shown.headers["Cache-Control"]
