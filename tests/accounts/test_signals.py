"""Second factors, from turning one on to losing the phone; all of it recorded."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import actions, notice
from accounts.models import User
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.accounts.authenticator import Passkey
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import data, sign_in, text

pytestmark = pytest.mark.django_db
ORIGIN = "https://testserver"


@pytest.fixture
def member(client: Client, bob: User, source: Source) -> Client:
    """A browser in which bob, who has accepted what applies here, has just shown that it is him."""
    actions.accept(bob, notice.here(), "en", now=timezone.now(), source=source)
    sign_in(client, "bob")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def code_of(secret: str) -> str:
    """What an authenticator app shows now."""
    counters = list(yield_hotp_counters_from_time())  # of now, with as many before as after it where that is allowed
    code: str = format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))
    return code


def logged(action: str) -> list[tuple[str, str, Any]]:
    """How it ended each time, why, and what is told of it but the number of the factor."""
    found = Entry.objects.filter(action=action).order_by("pk")
    told = [{name: value for name, value in entry.detail.items() if name != "factor"} for entry in found]
    return [(entry.result, entry.reason, detail) for entry, detail in zip(found, told, strict=True)]


def turn_on_totp(member: Client) -> str:
    page = member.get("/accounts/2fa/totp/activate/")
    secret: str = page.context["form"].secret
    assert secret in text(page)
    assert member.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}).status_code == 302
    return secret


def test_an_app_with_codes_is_turned_on_sealed_and_asked_for(member: Client) -> None:
    secret = turn_on_totp(member)
    assert secret not in repr(list(Authenticator.objects.values_list("data", flat=True)))
    assert logged("account.factor_add") == [("ok", "", {"type": "totp"}), ("ok", "", {"type": "recovery_codes"})]
    browser = Client()
    assert sign_in(browser, "bob").headers["Location"] == "/accounts/2fa/authenticate/"
    assert not get_user(browser).is_authenticated
    assert "One more step" in text(browser.get("/accounts/2fa/authenticate/"))
    assert "This code is not correct" in text(browser.post("/accounts/2fa/authenticate/", {"code": "000000"}))
    assert logged("account.second_factor") == [("refused", "wrong_totp", {})]
    cache.clear()  # the app's code of a moment ago may not be used twice
    assert browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).headers["Location"] == "/"
    assert get_user(browser).is_authenticated
    assert logged("account.second_factor")[-1] == ("ok", "", {"type": "totp"})


def test_guessing_the_second_factor_ends_in_a_429_across_sessions(member: Client) -> None:
    turn_on_totp(member)
    for _ in range(5):
        browser = Client()
        sign_in(browser, "bob")
        assert browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    browser = Client()
    sign_in(browser, "bob")
    assert browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 429
    assert logged("account.second_factor")[-1][:2] == ("refused", "too_many")


def test_without_redis_no_second_factor_is_looked_at(member: Client, settings: Settings) -> None:
    turn_on_totp(member)
    browser = Client()
    sign_in(browser, "bob")
    settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
    assert browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 503


def test_a_recovery_code_opens_the_account_once(member: Client) -> None:
    turn_on_totp(member)
    assert member.get("/accounts/2fa/recovery-codes/generate/").status_code == 200
    member.post("/accounts/2fa/recovery-codes/generate/")
    assert logged("account.factor_remove") == [("ok", "", {"type": "recovery_codes"})]
    codes = member.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    assert codes[0] in text(member.get("/accounts/2fa/recovery-codes/"))
    assert codes[0] in text(member.get("/accounts/2fa/recovery-codes/download/"))
    assert logged("account.factor_show") == [("ok", "", {"type": "recovery_codes"})]
    for expected in ("/", None):
        browser = Client()
        sign_in(browser, "bob")
        response = browser.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert response.headers.get("Location") == expected
    assert ("ok", "", {"type": "recovery_codes"}) in logged("account.second_factor")
    assert logged("account.factor_use_up") == [("ok", "", {"type": "recovery_codes"})]


def test_the_app_is_turned_off_again(member: Client) -> None:
    turn_on_totp(member)
    assert member.get("/accounts/2fa/totp/deactivate/").status_code == 200
    member.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(type="totp").exists()
    assert ("ok", "", {"type": "totp"}) in logged("account.factor_remove")


def test_a_way_in_that_two_remove_at_once_is_told_of_once(member: Client) -> None:
    turn_on_totp(member)
    one, same = (Authenticator.objects.get(type="totp") for _ in range(2))
    one.delete()
    same.delete()
    assert [detail for _, _, detail in logged("account.factor_remove")] == [{"type": "totp"}]


def test_a_passkey_is_added_named_used_and_removed(member: Client, bob: User) -> None:
    passkey = add_passkey(member)
    assert passkey.user == bytes.fromhex(bob.uid)
    assert "Phone" in text(member.get("/me/"))
    key = Authenticator.objects.get(type="webauthn")
    assert member.get(f"/accounts/2fa/webauthn/keys/{key.pk}/edit/").status_code == 200
    member.post(f"/accounts/2fa/webauthn/keys/{key.pk}/edit/", {"name": "Old phone"})
    assert "Old phone" in text(member.get("/me/"))
    assert logged("account.factor_rename") == [("ok", "", {})]

    browser = Client()
    sign_in(browser, "bob")
    options = data(browser.get("/accounts/2fa/authenticate/"), "passkey-options")
    response = browser.post("/accounts/2fa/authenticate/", {"credential": json.dumps(passkey.get(options))})
    assert response.headers["Location"] == "/"

    assert member.get(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/").status_code == 200
    member.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/")
    assert not Authenticator.objects.filter(type="webauthn").exists()
    assert [action for action in ("account.factor_add", "account.factor_remove") if logged(action)] == [
        "account.factor_add",
        "account.factor_remove",
    ]


@pytest.mark.parametrize("fault", ["unknown key", "another's key", "origin", "replayed", "garbage", "no handle"])
def test_a_passkey_that_does_not_hold_signs_nobody_in(member: Client, bob: User, fault: str) -> None:
    passkey = add_passkey(member)
    browser = Client()

    def wanted() -> Any:
        response = browser.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
        return response.json()["request_options"]

    if fault == "unknown key":
        passkey.user = bytes.fromhex("00c0ffee00c0ffee")
    if fault == "another's key":
        passkey = Passkey(ORIGIN)
        passkey.user = bytes.fromhex(bob.uid)
    if fault == "origin":
        passkey.origin = "https://evil.example"
    credential = passkey.get(wanted())
    if fault == "replayed":
        wanted()
    if fault == "garbage":
        credential = {"response": {"userHandle": 7}}
    if fault == "no handle":
        del credential["response"]["userHandle"]
    response = browser.post("/accounts/2fa/webauthn/login/", {"credential": json.dumps(credential)})
    assert response.headers["Location"] == "/accounts/login/"
    assert not get_user(browser).is_authenticated
    assert logged("account.second_factor")[-1][:2] == ("refused", "wrong_webauthn")


def test_guessing_at_passkeys_ends_in_a_429(member: Client) -> None:
    passkey = Passkey(ORIGIN)
    browser = Client()
    for _ in range(30):
        wanted = browser.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"}).json()
        form = {"credential": json.dumps(passkey.get(wanted["request_options"]))}
        assert browser.post("/accounts/2fa/webauthn/login/", form).status_code == 302
    assert browser.post("/accounts/2fa/webauthn/login/", form).status_code == 429
    assert not get_user(browser).is_authenticated


CHANGES = [
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/recovery-codes/generate/",
]


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_needs_a_fresh_proof_that_it_is_them(client: Client, bob: User, path: str) -> None:
    sign_in(client, "bob")
    onwards = client.get(path).headers["Location"]
    assert onwards.startswith("/accounts/reauthenticate/?next=")
    assert not Authenticator.objects.exists()
    assert "Is it you?" in text(client.get(onwards))
    assert client.post(onwards, {"password": "wrong horse battery"}).status_code == 200
    assert client.get(path).status_code == 302
    assert client.post(onwards, {"password": PASSWORD}).headers["Location"] == path
    assert client.get(path).status_code in (200, 302)


def add_passkey(member: Client, verifies: bool = True) -> Passkey:
    passkey = Passkey(ORIGIN, verifies=verifies)
    options = data(member.get("/accounts/2fa/webauthn/add/"), "passkey-options")
    form = {"name": "Phone", "passwordless": "on", "credential": json.dumps(passkey.create(options))}
    assert member.post("/accounts/2fa/webauthn/add/", form).status_code == 302
    return passkey


def test_a_member_with_a_passkey_sets_a_password_after_proving_it_is_them(member: Client, bob: User) -> None:
    passkey = add_passkey(member)
    bob.set_unusable_password()
    bob.save()
    member.force_login(bob)
    form = {"password1": "another nine herons", "password2": "another nine herons"}
    assert member.post("/accounts/password/set/", form).headers["Location"].startswith("/accounts/reauthenticate/")
    assert "another nine herons" not in repr(dict(member.session))
    onwards = member.get("/accounts/reauthenticate/?next=/accounts/password/set/").headers["Location"]
    assert "/accounts/2fa/" in onwards
    page = member.get("/accounts/2fa/webauthn/reauthenticate/?next=/accounts/password/set/")
    credential = json.dumps(passkey.get(data(page, "passkey-options")))
    form_proof = {"credential": credential, "next": "/accounts/password/set/"}
    response = member.post("/accounts/2fa/webauthn/reauthenticate/", form_proof)
    assert response.headers["Location"] == "/accounts/password/set/"
    assert member.get("/accounts/password/set/").status_code == 200
    assert member.post("/accounts/password/set/", form).status_code == 302
    bob.refresh_from_db()
    assert bob.check_password("another nine herons")
    assert logged("account.password") == [("ok", "", {})]
