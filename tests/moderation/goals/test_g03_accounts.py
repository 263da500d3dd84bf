"""G3, act by act, of those by which people come in and keep their keys, allauth's among them: `test_g03_every_act.py`.

Each is tried while no entry can be written, and then done, so that the next can be tried.
"""

import json
from http import HTTPStatus
from io import BytesIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from accounts import actions
from accounts.models import InviteCode, User
from tests.accounts.authenticator import Passkey
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import data, sign_in
from tests.accounts.push_service import Browser
from tests.accounts.test_signals import ORIGIN, add_passkey, code_of, turn_on_totp
from tests.moderation.tried import ask, browser, tried, tries
from tests.moderation.unwritable import full
from tests.rooms.scenes import SOURCE

pytestmark = pytest.mark.django_db(transaction=True)
WAYS = "/accounts/2fa"
ANOTHER = {"password1": "another nine herons", "password2": "another nine herons"}
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


@pytest.fixture(autouse=True)
def _codes_twice(settings: Settings) -> None:
    """An app's code may be shown again, in the next half minute too: what counts it as used is not the log's."""
    settings.MFA_TOTP_TOLERANCE = 1
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


class Photo:
    """A file that can be sent twice."""

    name, content_type = "me.png", "image/png"

    def read(self) -> bytes:
        Image.new("RGB", (99, 99), "teal").save(file := BytesIO(), "PNG")
        return file.getvalue()


def stranger() -> Client:
    return Client(headers={"user-agent": "tests"}, raise_request_exception=False)


def proven(user: User) -> Client:
    """The person's browser, in which they have just shown that it is them."""
    client = browser(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def shown(client: Client, passkey: Passkey, page: str) -> str:
    """What the passkey answers to the challenge on this page."""
    return json.dumps(passkey.get(data(client.get(page), "passkey-options")))


@tries("account_login", "account_logout")
def test_nobody_comes_in_or_goes(bob: User) -> None:
    client = stranger()
    tried(client, "/accounts/login/", "account.sign_in", login="bob", password=PASSWORD)
    assert get_user(client) == bob
    tried(client, "/accounts/logout/", "account.sign_out")


@tries("mfa_authenticate")
@pytest.mark.parametrize("way", ["app", "recovery code", "passkey"])
def test_no_second_factor_opens_the_door(bob: User, way: str) -> None:
    owner = proven(bob)
    secret, passkey = turn_on_totp(owner), add_passkey(owner)
    codes = Authenticator.objects.get(type="recovery_codes").wrap()
    client = stranger()
    sign_in(client, "bob")
    page = f"{WAYS}/authenticate/"
    if way == "app":
        form = {"code": code_of(secret)}
    elif way == "recovery code":
        form = {"code": codes.get_unused_codes()[0]}
    else:
        form = {"credential": shown(client, passkey, page)}
    tried(client, page, "account.sign_in", **form)
    assert get_user(client) == bob


@tries("mfa_login_webauthn")
def test_no_passkey_signs_anybody_in(bob: User) -> None:
    passkey, client, page = add_passkey(proven(bob)), stranger(), f"{WAYS}/webauthn/login/"
    asked: dict[str, Any] = client.get(page, headers={"accept": "application/json"}).json()
    tried(client, page, "account.sign_in", credential=json.dumps(passkey.get(asked["request_options"])))
    assert get_user(client) == bob


@tries("mfa_reauthenticate", "mfa_reauthenticate_webauthn")
def test_nobody_shows_again_that_it_is_them(bob: User) -> None:
    client = proven(bob)
    secret, passkey = turn_on_totp(client), add_passkey(client)
    tried(client, f"{WAYS}/reauthenticate/", "account.second_factor", code=code_of(secret))
    page = f"{WAYS}/webauthn/reauthenticate/"
    tried(client, page, "account.second_factor", credential=shown(client, passkey, page))


@tries("mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes")
def test_no_app_is_turned_on_or_off_and_no_recovery_codes_are_made(bob: User) -> None:
    client = proven(bob)
    add_passkey(client)
    secret = client.get(f"{WAYS}/totp/activate/").context["form"].secret
    tried(client, f"{WAYS}/totp/activate/", "account.factor_add", code=code_of(secret))
    tried(client, f"{WAYS}/recovery-codes/generate/", "account.factor_remove")
    tried(client, f"{WAYS}/recovery-codes/generate/", "account.factor_add")
    tried(client, f"{WAYS}/totp/deactivate/", "account.factor_remove")


@pytest.mark.parametrize("page", ["", "download/"])
def test_no_recovery_codes_are_shown(bob: User, page: str) -> None:
    client = proven(bob)
    turn_on_totp(client)
    tried(client, f"{WAYS}/recovery-codes/{page}", "account.factor_show", method="GET")


@tries("mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn")
def test_no_passkey_is_added_renamed_or_removed(bob: User) -> None:
    client = proven(bob)
    turn_on_totp(client)
    page = f"{WAYS}/webauthn/add/"
    made = json.dumps(Passkey(ORIGIN).create(data(client.get(page), "passkey-options")))
    tried(client, page, "account.factor_add", name="Phone", passwordless="on", credential=made)
    key = f"{WAYS}/webauthn/keys/{Authenticator.objects.get(type='webauthn').pk}"
    tried(client, f"{key}/edit/", "account.factor_rename", name="Old phone")
    tried(client, f"{key}/remove/", "account.factor_remove")


@tries("account_change_password")
def test_no_password_is_changed(bob: User) -> None:
    tried(browser(bob), "/accounts/password/change/", "account.password", oldpassword=PASSWORD, **ANOTHER)
    bob.refresh_from_db()
    assert bob.check_password(ANOTHER["password1"])


@tries("account_set_password")
def test_no_first_password_is_set(bob: User) -> None:
    client = proven(bob)
    passkey = add_passkey(client)
    bob.set_unusable_password()
    bob.save()
    client.force_login(bob)
    page = f"{WAYS}/webauthn/reauthenticate/"
    client.post(page, {"credential": shown(client, passkey, page)})
    tried(client, "/accounts/password/set/", "account.password", **ANOTHER)


@tries("join_step")
def test_nobody_makes_an_account_or_gets_other_keys(alice: User, bob: User) -> None:
    now = timezone.now()
    client = stranger()
    client.get(f"/join/{actions.issue(alice, uses=1, days=7, now=now, source=SOURCE)}")
    client.post("/join/name/", {"display_name": "Erin"})
    client.post("/join/user-name/", {"username": "erin"})
    client.post("/join/keys/", {"password": PASSWORD})
    tried(client, "/join/notice/", "account.create")
    assert get_user(client) == User.objects.get(username="erin")
    client = stranger()
    client.get(f"/join/{actions.issue_reset(bob, now=now, source=SOURCE)}")
    tried(client, "/join/keys/", "account.reset", password=ANOTHER["password1"])


@tries("invites", "invites_revoke")
def test_nobody_is_let_in_or_kept_out_by_a_code(alice: User) -> None:
    client = browser(alice)
    tried(client, "/invites/", "invite.issue", uses=1, days=7)
    tried(client, f"/invites/{InviteCode.objects.get().uid}/revoke/", "invite.revoke")


@tries("me", "me_picture", "me_notifications", "me_devices", "set_language", "PATCH me/")
def test_nothing_is_changed_about_oneself(bob: User, settings: Settings) -> None:
    client = browser(bob)
    pictures = settings.STOA_DATA / "avatars" / bob.uid
    with full():
        assert ask(client, "POST", "/me/picture/", {"picture": Photo()}) == HTTPStatus.SERVICE_UNAVAILABLE
    assert not list(pictures.glob("*"))
    tried(client, "/me/picture/", "account.change", picture=Photo())
    assert len(list(pictures.glob("*"))) == 1
    profile = {"display_name": "Robert", "language": "en", "theme": "dark"}
    tried(client, "/me/", "account.change", **profile)
    tried(client, "/api/v1/me/", "account.change", method="PATCH", theme="light")
    tried(client, "/me/notifications/", "account.change", notify_reminders="")
    tried(client, "/language/", "account.change", language="zh-hans")
    tried(client, "/me/devices/", "account.sessions_end")


@tries("me_unblock", "POST blocks/", "DELETE blocks/<str:uid>/")
def test_nobody_is_blocked_or_unblocked(alice: User, bob: User) -> None:
    client = browser(alice)
    tried(client, "/api/v1/blocks/", "account.block", uid=bob.uid)
    tried(client, f"/api/v1/blocks/{bob.uid}/", "account.unblock", method="DELETE")
    tried(client, "/api/v1/blocks/", "account.block", uid=bob.uid)
    tried(client, f"/me/blocked/{bob.uid}/", "account.unblock")


@tries("POST push/", "DELETE push/")
def test_no_browser_is_notified_or_not_any_more(bob: User) -> None:
    client = browser(bob)
    tried(client, "/api/v1/push/", "push.subscribe", endpoint=ENDPOINT, keys=Browser().keys())
    tried(client, "/api/v1/push/", "push.unsubscribe", method="DELETE", endpoint=ENDPOINT)
