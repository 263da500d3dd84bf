"""Passkeys that browsers send, and what anybody else may send instead."""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import redis
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import throttle
from accounts.models import User
from accounts.onboarding import SESSION_KEY
from accounts.passkeys import LONGEST
from tests.accounts.authenticator import Passkey
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import data, text

pytestmark = pytest.mark.django_db
ORIGIN = "https://testserver"
LOGIN = "/accounts/2fa/webauthn/login/"
NONSENSE: tuple[Any, ...] = (None, 7, 1.5, True, [], {}, [1], {"a": 1}, "", "\u00e9", "!!", "AAAA", "a" * 5, "A" * 4000)
TRIES = 25


def spoilt(value: dict[str, Any], random: Random) -> dict[str, Any]:
    """The value with one thing in it left out, replaced by nonsense, or changed by a letter."""
    spoiled = copy.deepcopy(value)
    places = [(spoiled, name) for name in spoiled] + [(spoiled["response"], name) for name in spoiled["response"]]
    where, name = random.choice(places)
    old = where[name]
    change = random.choice(("drop", "nonsense", "letter", "cut"))
    if change == "drop":
        del where[name]
    elif change == "nonsense" or not isinstance(old, str):
        where[name] = random.choice(NONSENSE)
    else:
        at = random.randrange(len(old))
        where[name] = old[:at] + (random.choice("AQgw_-9") if change == "letter" else "") + old[at + 1 :]
    return spoiled


def each(seed: int, post: Callable[[str], bool], good: Callable[[], dict[str, Any]]) -> tuple[int, int]:
    """How many spoilt credentials were accepted and refused; an exception is neither."""
    random = Random(seed)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        outcomes = []
        for _ in range(TRIES):
            client.flushall()
            outcomes.append(post(json.dumps(spoilt(good(), random))))
    return outcomes.count(True), outcomes.count(False)


@pytest.fixture
def newcomer(client: Client, code: str) -> Client:
    """A browser at the question of how to sign in."""
    client.get(f"/join/{code}")
    client.post("/join/name/", {"display_name": "Bob"})
    client.post("/join/user-name/", {"username": "bob"})
    return client


@pytest.fixture
def passkey(bob: User) -> Passkey:
    """bob's."""
    key = Passkey(ORIGIN)
    options = {"publicKey": {"user": {"id": ""}, "rp": {"id": "testserver"}, "challenge": "AAAA"}}
    WebAuthn.add(bob, "Phone", key.create(options))
    key.user = bytes.fromhex(bob.uid)
    return key


def wanted(browser: Client) -> dict[str, Any]:
    """What the server asks of a passkey at sign-in."""
    asked: dict[str, Any] = browser.get(LOGIN, headers={"accept": "application/json"}).json()["request_options"]
    return asked


def test_whatever_a_newcomer_sends_is_a_passkey_or_refused(newcomer: Client) -> None:
    def post(credential: str) -> bool:
        response: Any = newcomer.post("/join/keys/", {"credential": credential})
        assert response.status_code in (200, 302)
        return bool(response.status_code == 302)

    accepted, refused = each(1, post, lambda: Passkey(ORIGIN).create(_creation(newcomer)))
    assert refused > accepted
    assert not User.objects.filter(username="bob").exists()


def _creation(newcomer: Client) -> dict[str, Any]:
    options: dict[str, Any] = data(newcomer.get("/join/keys/"), "passkey-options")
    return options


def test_whatever_a_stranger_sends_signs_in_by_passkey_or_is_refused(passkey: Passkey) -> None:
    browser = Client()

    def post(credential: str) -> bool:
        nonlocal browser
        signed_in: bool = browser.post(LOGIN, {"credential": credential}).headers["Location"] != "/accounts/login/"
        assert get_user(browser).is_authenticated == signed_in
        if signed_in:
            browser = Client()
        return signed_in

    accepted, refused = each(2, post, lambda: passkey.get(wanted(browser)))
    assert refused > accepted


def test_whatever_a_member_sends_becomes_a_passkey_or_is_refused(client: Client, bob: User) -> None:
    client.force_login(bob)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    path = "/accounts/2fa/webauthn/add/"

    def post(credential: str) -> bool:
        client.post(path, {"name": "", "passwordless": "on", "credential": credential})
        return bool(Authenticator.objects.filter(type="webauthn").delete()[0])

    def good() -> dict[str, Any]:
        return Passkey(ORIGIN).create(data(client.get(path), "passkey-options"))

    accepted, refused = each(3, post, good)
    assert refused > accepted


def test_a_letter_in_the_signature_makes_the_difference(passkey: Passkey) -> None:
    browser = Client()
    credential = passkey.get(wanted(browser))
    signature = credential["response"]["signature"]
    credential["response"]["signature"] = signature[:-8] + ("A" if signature[-8] != "A" else "B") + signature[-7:]
    assert browser.post(LOGIN, {"credential": json.dumps(credential)}).headers["Location"] == "/accounts/login/"
    assert not get_user(browser).is_authenticated


def test_strangers_who_only_ask_are_counted_and_what_is_kept_for_them_is_not_kept_for_long(bob: User) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushall()
    browser = Client()
    wanted(browser)
    kept = Session.objects.get()
    assert kept.expire_date < timezone.now() + timedelta(days=1, minutes=1)
    for _ in range(throttle.CHALLENGES.limit - 1):
        throttle.begin((throttle.CHALLENGES, "127.0.0.1"))
    for method in (Client().get, Client().head):
        assert method(LOGIN, headers={"accept": "application/json"}).status_code == 429
    assert list(Session.objects.all()) == [kept]


def test_a_passkey_as_large_as_a_book_is_not_kept(newcomer: Client) -> None:
    credential = Passkey(ORIGIN).create(_creation(newcomer)) | {"extra": "A" * LONGEST}
    assert newcomer.post("/join/keys/", {"credential": json.dumps(credential)}).status_code == 200
    assert newcomer.session[SESSION_KEY]["passkey"] is None


def test_one_who_cannot_be_read_is_told_so(newcomer: Client) -> None:
    assert "cannot be read" in text(newcomer.post("/join/keys/", {"credential": '{"id": "AA"}'}))


def test_a_handle_that_no_database_would_take_is_nobodys(passkey: Passkey) -> None:
    browser = Client()
    passkey.user = b"\x00\xff" * 8
    credential = json.dumps(passkey.get(wanted(browser)))
    assert browser.post(LOGIN, {"credential": credential}).headers["Location"] == "/accounts/login/"
