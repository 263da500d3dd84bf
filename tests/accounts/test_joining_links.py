"""Links that are codes: the owner's, one for a name, one for a new key; and doors that are shut."""

import json
from datetime import datetime, timedelta

import pytest
from django.contrib.auth import get_user
from django.test import Client

from accounts import actions, hints, invites
from accounts.actions.standing import suspend
from accounts.actions.switches import pull
from accounts.models import InviteCode, Lever, User
from moderation.audit.source import Source
from tests.accounts.authenticator import Passkey
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import answer, data, sign_in, text, without_secrets
from tests.log import entries

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://evil.example/"


def test_an_owner_link_makes_the_owner_once(client: Client) -> None:
    link = actions.owner_link()
    assert link is not None
    answer(client, link.rpartition("/")[2], username="olga")
    client.post("/join/notice/")
    owner = User.objects.get(username="olga")
    assert (owner.is_superuser, owner.is_staff) == (True, True)
    other = Client()
    assert other.get(link.removeprefix("http://localhost:8000")).status_code == 404
    assert actions.owner_link() is None


def test_a_link_for_one_name_does_not_ask_for_it(client: Client, now: datetime, source: Source) -> None:
    code = actions.issue_by_operator(username="dana", now=now, source=source)
    assert client.get(f"/join/{code}").headers["Location"] == "/join/name/"
    assert client.post("/join/name/", {"display_name": "Dana"}).headers["Location"] == "/join/keys/"
    assert client.get("/join/user-name/").headers["Location"] == "/join/keys/"
    client.post("/join/keys/", {"password": PASSWORD})
    client.post("/join/notice/")
    assert User.objects.get(username="dana").check_password(PASSWORD)


def test_a_link_for_a_name_that_is_gone_ends_at_the_code_field(
    client: Client, now: datetime, source: Source, bob: User
) -> None:
    code = actions.issue_by_operator(username="bob", now=now, source=source)
    client.get(f"/join/{code}")
    client.post("/join/name/", {"display_name": "Another"})
    client.post("/join/keys/", {"password": PASSWORD})
    assert client.post("/join/notice/").status_code == 404
    assert User.objects.count() == 1


def test_a_reset_link_asks_only_for_a_new_key_and_ends_every_session(
    client: Client, bob: User, now: datetime, source: Source
) -> None:
    elsewhere = Client()
    elsewhere.force_login(bob)
    code = actions.issue_reset(bob, now=now, source=source)
    assert client.get(f"/join/{code}").headers["Location"] == "/join/name/"
    assert client.get("/join/name/").headers["Location"] == "/join/keys/"
    response = client.post("/join/keys/", {"password": "another nine herons"})
    assert response.headers["Location"] == "/accounts/login/"
    bob.refresh_from_db()
    assert bob.check_password("another nine herons")
    assert not get_user(elsewhere).is_authenticated
    assert client.get(f"/join/{code}").status_code == 404


def test_a_reset_link_takes_a_passkey_too(client: Client, bob: User, now: datetime, source: Source) -> None:
    code = actions.issue_reset(bob, now=now, source=source)
    client.get(f"/join/{code}")
    passkey = Passkey("https://testserver")
    options = data(client.get("/join/keys/"), "passkey-options")
    response = client.post("/join/keys/", {"credential": json.dumps(passkey.create(options))})
    assert response.headers["Location"] == "/accounts/login/"
    bob.refresh_from_db()
    assert not bob.has_usable_password()
    assert passkey.user == bytes.fromhex(bob.uid)
    wanted = client.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"}).json()
    form = {"credential": json.dumps(passkey.get(wanted["request_options"]))}
    assert client.post("/accounts/2fa/webauthn/login/", form).headers["Location"] == "/privacy/?next=%2F"
    assert get_user(client) == bob


def test_a_reset_link_that_was_used_meanwhile_changes_nothing(
    client: Client, bob: User, now: datetime, source: Source
) -> None:
    code = actions.issue_reset(bob, now=now, source=source)
    client.get(f"/join/{code}")
    InviteCode.objects.update(uses_left=0)
    assert client.post("/join/keys/", {"password": "another nine herons"}).status_code == 404
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


# Passkeys


def test_a_passkey_makes_an_account_without_a_password_and_opens_it_again(client: Client, code: str) -> None:
    client.get(f"/join/{code}")
    client.post("/join/name/", {"display_name": "Bob"})
    client.post("/join/user-name/", {"username": "bob"})
    options = data(client.get("/join/keys/"), "passkey-options")
    passkey = Passkey("https://testserver")
    response = client.post("/join/keys/", {"credential": json.dumps(passkey.create(options))})
    assert response.headers["Location"] == "/join/notice/"
    assert "You have made a passkey" in text(client.get("/join/keys/"))
    assert client.post("/join/notice/").headers["Location"] == "/join/sound/"
    bob = User.objects.get(username="bob")
    assert not bob.has_usable_password()
    assert passkey.user == bytes.fromhex(bob.uid)
    again = Client()
    options = again.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"}).json()
    credential = json.dumps(passkey.get(options["request_options"]))
    response = again.post("/accounts/2fa/webauthn/login/", {"credential": credential})
    assert response.headers["Location"] == "/"
    assert get_user(again) == bob


@pytest.mark.parametrize("fault", ["unverified", "replayed", "origin", "garbage", "nothing"])
def test_a_passkey_that_does_not_hold_is_refused(client: Client, code: str, fault: str) -> None:
    client.get(f"/join/{code}")
    client.post("/join/name/", {"display_name": "Mallory"})
    client.post("/join/user-name/", {"username": "mallory"})
    options = data(client.get("/join/keys/"), "passkey-options")
    passkey = Passkey(
        "https://evil.example" if fault == "origin" else "https://testserver", verifies=fault != "unverified"
    )
    credential = json.dumps(passkey.create(options))
    if fault == "replayed":
        client.get("/join/keys/")
    if fault == "garbage":
        credential = '{"response": {}}'
    if fault == "nothing":
        credential = "null"
    response = client.post("/join/keys/", {"credential": credential})
    assert response.status_code == 200
    assert client.get("/join/notice/").headers["Location"] == "/join/keys/"


@pytest.fixture
def barred(client: Client, carol: User, now: datetime, source: Source) -> Client:
    """The browser that Carol was signed in with when she was suspended."""
    sign_in(client, "carol")
    suspend(carol, now + timedelta(days=7), by=None, now=now, source=source)
    client.post("/accounts/logout/")
    return client


def test_from_the_browser_of_somebody_suspended_a_good_code_is_refused_like_a_wrong_one(
    barred: Client, code: str
) -> None:
    wrong = barred.post("/join/", {"code": invites.pretty(invites.make(bytes(32)))})
    good = barred.post("/join/", {"code": code})
    assert (good.status_code, without_secrets(text(good))) == (404, without_secrets(text(wrong)))
    assert [entry.reason for entry in entries(action="invite.redeem")] == ["unknown", "barred_device"]
    assert InviteCode.objects.get().uses_left == 1
    assert Client().post("/join/", {"code": code}).status_code == 302


def test_whoever_is_barred_after_they_began_makes_no_account(
    client: Client, carol: User, code: str, now: datetime, source: Source
) -> None:
    there = Client()
    for browser in (there, client):  # one and the same, with two sessions
        browser.cookies[hints.COOKIE] = there.cookies[hints.COOKIE].value if there.cookies else ""
        sign_in(browser, "carol")
    client.post("/accounts/logout/")
    answer(client, code)
    suspend(carol, now + timedelta(days=7), by=None, now=now, source=source)
    assert client.post("/join/notice/").status_code == 404
    assert not User.objects.filter(username="bob").exists()
    assert InviteCode.objects.get().uses_left == 1


def test_a_reset_link_opens_in_a_barred_browser(barred: Client, carol: User, now: datetime, source: Source) -> None:
    code = actions.issue_reset(carol, now=now, source=source)
    assert barred.post("/join/", {"code": code}).headers["Location"] == "/join/name/"


def test_while_invites_are_frozen_nobody_comes_in_and_the_code_stays_good(
    client: Client, alice: User, code: str, now: datetime, source: Source
) -> None:
    answer(client, code)
    pull(Lever.INVITES, by=alice, now=now, source=source, reason="raid")
    late = client.post("/join/notice/")
    early = Client().post("/join/", {"code": code})
    for page in (late, early):
        assert page.status_code in (403, 404)
        assert "Nobody new can come in at the moment." in text(page)
    assert not User.objects.filter(username="bob").exists()
    assert InviteCode.objects.get().uses_left == 1
    assert [entry.reason for entry in entries(result="refused")] == ["invites_frozen"] * 2


def test_in_chinese_no_blank_stands_before_what_the_staff_says_of_it(
    client: Client, alice: User, code: str, now: datetime, source: Source
) -> None:
    pull(Lever.INVITES, by=alice, now=now, source=source, reason="raid", note="周一再来。")
    page = text(client.post("/join/", {"code": code}, headers={"accept-language": "zh-hans"}))
    assert "请稍后再试。周一再来。" in page


def test_the_owner_comes_in_while_invites_are_frozen(
    client: Client, alice: User, now: datetime, source: Source
) -> None:
    pull(Lever.INVITES, by=alice, now=now, source=source)
    link = actions.owner_link()
    assert link
    answer(client, link.rpartition("/")[2])
    assert client.post("/join/notice/").status_code == 302
    assert User.objects.get(is_superuser=True).username == "bob"
