"""Signing in and out, and what allauth may not do."""

from typing import Any
from unittest.mock import patch

import pytest
from cryptography.fernet import InvalidToken
from django.contrib.auth import get_user
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts import actions, hints, notice
from accounts.adapter import AccountAdapter, MFAAdapter
from accounts.models import BarredDevice, User
from accounts.standing import FOR_GOOD
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import sign_in, text
from tests.log import entry, known

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(bob: User, source: Source) -> User:
    """bob, who has accepted what applies here."""
    actions.accept(bob, notice.here(), "en", now=timezone.now(), source=source)
    return bob


def reasons(action: str) -> list[tuple[str, str]]:
    return list(Entry.objects.filter(action=action).order_by("pk").values_list("result", "reason"))


def test_user_name_and_password_open_the_hallway_and_change_the_session_id(client: Client, member: User) -> None:
    client.get("/accounts/login/")
    before = client.session.session_key
    assert sign_in(client, "bob").headers["Location"] == "/"
    assert get_user(client) == member
    assert client.session.session_key != before
    assert reasons("account.sign_in") == [("ok", "")]
    came = entry(action="account.sign_in")
    assert (came.actor, came.address, came.channel) == (member.uid, "127.0.0.1", "http")


@pytest.mark.parametrize("typed", ["BOB", " bob ", "ｂｏｂ"])
def test_case_and_width_of_the_user_name_do_not_matter(client: Client, member: User, typed: str) -> None:
    assert sign_in(client, typed).status_code == 302


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: Client, member: User) -> None:
    sign_in(client, "bob")
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_wrong_password_is_recorded_with_whose_it_was_and_not_with_what(client: Client, member: User) -> None:
    assert "not correct" in text(sign_in(client, "bob", "wrong horse battery"))
    tried = entry(action="account.sign_in")
    assert (tried.result, tried.reason, tried.object_id, tried.actor) == ("refused", "wrong_password", member.uid, "")
    assert "horse" not in repr(tried)


def test_a_name_nobody_has_gets_the_same_answer_after_the_same_work(
    client: Client, member: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    work, pages = [], []
    known(member.uid)
    for name in ("bob", "nobody"):
        with (
            patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode) as hashes,
            django_assert_max_num_queries(10) as queries,
        ):
            response = sign_in(Client(), name, "wrong horse battery")
        work.append((hashes.call_count, [query["sql"].split(" ")[0] for query in queries.captured_queries]))
        pages.append("not correct" in text(response))
    assert work[0] == work[1]
    assert pages == [True, True]


def test_guessing_one_persons_password_ends_in_a_429_from_anywhere(client: Client, member: User) -> None:
    for number in range(10):
        assert (
            client.post(
                "/accounts/login/", {"login": "bob", "password": "wrong horse battery"}, REMOTE_ADDR=f"192.0.2.{number}"
            ).status_code
            == 200
        )
    response = client.post("/accounts/login/", {"login": "BOB", "password": PASSWORD}, REMOTE_ADDR="198.51.100.1")
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "900"
    assert not get_user(client).is_authenticated
    assert reasons("account.sign_in")[-1] == ("refused", "too_many")


def test_guessing_from_one_address_ends_in_a_429_whoever_it_is_about(client: Client, member: User) -> None:
    for number in range(30):
        assert sign_in(client, f"name{number}", "wrong horse battery").status_code == 200
    assert sign_in(client, "bob").status_code == 429
    other = client.post("/accounts/login/", {"login": "bob", "password": PASSWORD}, REMOTE_ADDR="192.0.2.1")
    assert other.status_code == 302


def test_right_passwords_are_not_counted(member: User) -> None:
    for _ in range(15):
        assert sign_in(Client(), "bob").status_code == 302


def test_without_redis_no_password_is_looked_at(client: Client, member: User, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
    with patch("allauth.account.adapter.authenticate") as authenticate:
        assert sign_in(client, "bob").status_code == 503
    authenticate.assert_not_called()
    assert not get_user(client).is_authenticated


def test_a_sign_in_that_cannot_be_recorded_does_not_happen(client: Client, member: User) -> None:
    client.raise_request_exception = False
    with patch("accounts.signals.record", side_effect=RuntimeError):
        assert sign_in(client, "bob").status_code == 500
    assert not get_user(client).is_authenticated


def test_signing_out_is_recorded_and_takes_a_post(client: Client, member: User) -> None:
    sign_in(client, "bob")
    assert client.get("/accounts/logout/").status_code == 200
    assert get_user(client).is_authenticated
    assert client.post("/accounts/logout/").headers["Location"] == "/"
    assert not get_user(client).is_authenticated
    assert reasons("account.sign_out") == [("ok", "")]


@pytest.mark.parametrize("bad", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_nobody_is_led_to_another_site(client: Client, member: User, bad: str) -> None:
    assert sign_in(client, "bob", next=bad).headers["Location"] == "/"
    assert "evil" not in client.post("/accounts/logout/", {"next": bad}).headers["Location"]


@override_settings(ALLOWED_HOSTS=["testserver", "localhost", ".stoa.example"])
@pytest.mark.parametrize("bad", ["http://localhost/", "https://mallory.stoa.example/"])
def test_nor_to_a_host_that_we_answer_for_and_that_nobody_asked(client: Client, member: User, bad: str) -> None:
    assert sign_in(client, "bob", next=bad).headers["Location"] == "/"


def test_one_who_came_for_a_page_is_led_there(client: Client, member: User) -> None:
    assert sign_in(client, "bob", next="/r/abc").headers["Location"] == "/r/abc"


def test_one_who_has_not_accepted_this_text_reads_it_first(client: Client, bob: User) -> None:
    onwards = sign_in(client, "bob", next="/r/abc").headers["Location"]
    assert onwards == "/privacy/?next=%2Fr%2Fabc"
    page = text(client.get(onwards))
    assert "This text is new to you" in page
    assert client.post("/privacy/", {"next": "/r/abc"}).headers["Location"] == "/r/abc"
    client.post("/accounts/logout/")
    assert sign_in(client, "bob", next="/r/abc").headers["Location"] == "/r/abc"


def test_a_closed_account_stays_closed(client: Client, member: User) -> None:
    User.objects.update(is_active=False)
    assert sign_in(client, "bob").headers["Location"] == "/accounts/inactive/"
    assert not get_user(client).is_authenticated


def test_pages_come_in_the_members_own_language(client: Client, member: User) -> None:
    User.objects.update(language="zh-hans")
    response = sign_in(client, "bob")
    assert response.cookies["django_language"].value == "zh-hans"


def test_a_post_without_the_csrf_token_is_refused(member: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    for path in ("/accounts/login/", "/join/", "/me/", "/invites/", "/privacy/", "/language/", "/accounts/logout/"):
        strict.force_login(member)
        assert strict.post(path).status_code == 403, path


def test_the_password_is_changed_with_the_old_one_and_recorded(client: Client, member: User) -> None:
    sign_in(client, "bob")
    form = {"oldpassword": PASSWORD, "password1": "another nine herons", "password2": "another nine herons"}
    assert client.post("/accounts/password/change/", form).status_code == 302
    member.refresh_from_db()
    assert member.check_password("another nine herons")
    assert reasons("account.password") == [("ok", "")]


def test_guessing_the_old_password_in_a_stolen_session_is_counted(client: Client, member: User) -> None:
    sign_in(client, "bob")
    form = {
        "oldpassword": "wrong horse battery",
        "password1": "another nine herons",
        "password2": "another nine herons",
    }
    for _ in range(10):
        assert client.post("/accounts/password/change/", form).status_code == 200
    assert client.post("/accounts/password/change/", form | {"oldpassword": PASSWORD}).status_code == 429
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


def test_allauth_makes_no_account_even_if_its_forms_are_reached(bob: User) -> None:
    request = RequestFactory().post("/accounts/signup/")
    adapter: Any = AccountAdapter(request)
    assert not adapter.is_open_for_signup(request)
    with pytest.raises(PermissionDenied):
        adapter.new_user(request)
    with pytest.raises(PermissionDenied):
        adapter.save_user(request, User(), None)
    assert User.objects.count() == 1
    assert reasons("account.create") == [("refused", "sign_up_closed")] * 2


def test_no_mail_is_sent(mailoutbox: list[object]) -> None:
    AccountAdapter().send_mail("account/email/anything", "bob@example.org", {})
    assert not mailoutbox


def test_secrets_are_sealed_under_the_secret_key(settings: Settings) -> None:
    adapter = MFAAdapter()
    sealed = adapter.encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert adapter.decrypt(sealed) == "JBSWY3DPEHPK3PXP"
    settings.SECRET_KEY = "another key, long enough to be taken for a real one " * 2
    with pytest.raises(InvalidToken):
        adapter.decrypt(sealed)


def test_a_browser_that_signed_somebody_in_is_known_again_out_of_reach_of_scripts(client: Client, member: User) -> None:
    sign_in(client, member.username)
    cookie = client.cookies[hints.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 180 * 24 * 3600)
    (digest,) = hints.of(member, timezone.now())
    assert digest not in cookie.value
    client.post("/accounts/logout/")
    sign_in(client, member.username)
    assert hints.of(member, timezone.now()) == {digest}


def test_on_a_private_server_no_browser_is_known_again(client: Client, member: User, settings: Settings) -> None:
    settings.STOA_PROFILE = "private"
    sign_in(client, member.username)
    assert hints.COOKIE not in client.cookies
    assert hints.of(member, timezone.now()) == set()


def test_a_browser_with_which_a_suspended_person_signs_in_is_barred_from_making_an_account(
    client: Client, member: User
) -> None:
    User.objects.update(suspended_until=FOR_GOOD)
    sign_in(client, member.username)
    assert BarredDevice.objects.get().user == member
    assert Entry.objects.filter(action="account.bar_device").count() == 1


def test_a_ban_or_an_end_that_comes_while_a_new_password_is_made_is_not_undone(client: Client, member: User) -> None:
    def meanwhile(password: str) -> str:
        User.objects.update(suspended_until=FOR_GOOD, ended_at=FOR_GOOD, is_active=False)
        return f"!{password}"

    sign_in(client, "bob")
    typed = {"oldpassword": PASSWORD, "password1": "eleven tame owls", "password2": "eleven tame owls"}
    with patch("django.contrib.auth.base_user.make_password", meanwhile):
        client.post("/accounts/password/change/", typed)
    bob = User.objects.get()
    assert bob.password == "!eleven tame owls"
    assert (bob.suspended_until, bob.ended_at, bob.is_active) == (FOR_GOOD, FOR_GOOD, False)


def test_nobody_waits_for_the_database_while_a_new_password_waits_for_its_turn(client: Client, member: User) -> None:
    held = []

    def hashing(password: str) -> str:
        held.append([*connection.savepoint_ids])
        return f"!{password}"

    sign_in(client, "bob")
    typed = {"oldpassword": PASSWORD, "password1": "eleven tame owls", "password2": "eleven tame owls"}
    with patch("django.contrib.auth.base_user.make_password", hashing):
        client.post("/accounts/password/change/", typed)
    assert held == [connection.savepoint_ids]
    assert User.objects.get().password == "!eleven tame owls"
