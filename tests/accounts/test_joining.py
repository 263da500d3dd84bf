"""Onboarding, screen by screen, from a code to the hallway."""

import hmac
import json
import re
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.contrib.auth import get_user
from django.test import Client
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts import actions, hints, invites, notice, throttle
from accounts.actions.standing import suspend
from accounts.actions.switches import pull
from accounts.models import Acceptance, InviteCode, Lever, Redemption, User
from accounts.onboarding import SESSION_KEY
from accounts.strangers import LIMIT
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.accounts.authenticator import Passkey
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import answer, data, sign_in, text
from tests.log import entries, known

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://evil.example/"


def test_a_code_leads_through_four_questions_to_an_account_that_is_signed_in(
    client: Client, alice: User, code: str
) -> None:
    answer(client, code)
    assert not User.objects.filter(username="bob").exists()
    assert client.get("/join/notice/").status_code == 200
    assert client.post("/join/notice/").headers["Location"] == "/join/sound/"
    bob = User.objects.get(username="bob")
    assert get_user(client) == bob
    assert (bob.display_name, bob.language, bob.is_staff, bob.is_superuser) == ("Bob", "en", False, False)
    assert bob.check_password(PASSWORD)
    assert Redemption.objects.get(user=bob).code.issuer == alice
    accepted, here = Acceptance.objects.get(user=bob), notice.of("standard")
    assert (accepted.profile, accepted.version, accepted.digest) == ("standard", notice.VERSION, here.digest)
    assert InviteCode.objects.get().uses_left == 0
    logged = {entry.action for entry in entries(actor=bob.uid, result="ok")}
    assert logged == {"invite.redeem", "account.create", "notice.accept", "account.sign_in"}
    assert "/privacy/" in text(client.get("/join/sound/"))
    assert SESSION_KEY not in client.session


def test_the_code_field_takes_lower_case_dashes_and_a_pasted_link(client: Client, code: str) -> None:
    for typed in (code.lower(), code.replace("-", " "), f"http://testserver/join/{code}", f" {code}\n"):
        assert client.post("/join/", {"code": typed}).headers["Location"] == "/join/name/"


def test_looking_at_a_link_uses_nothing_up(client: Client, code: str) -> None:
    for _ in range(3):
        Client().get(f"/join/{code}")
    assert InviteCode.objects.get().uses_left == 1


def test_the_session_never_holds_the_code_or_the_password(client: Client, code: str) -> None:
    answer(client, code)
    kept = repr(dict(client.session))
    assert code not in kept
    assert code.replace("-", "") not in kept
    assert PASSWORD not in kept


def test_nothing_in_the_log_is_a_name_or_a_code(client: Client, code: str) -> None:
    answer(client, code, username="robert_x")
    client.post("/join/notice/")
    client.post("/accounts/logout/")
    client.post("/join/", {"code": code})
    for entry in entries():
        assert not any(secret in repr(entry) for secret in (code, code.replace("-", ""), "robert_x", "'Bob'", PASSWORD))


def test_the_session_id_changes_at_sign_in(client: Client, code: str) -> None:
    answer(client, code)
    before = client.session.session_key
    client.post("/join/notice/")
    assert client.session.session_key != before


def test_back_shows_what_was_answered_and_nothing_is_asked_twice(client: Client, code: str) -> None:
    answer(client, code)
    assert 'value="Bob"' in text(client.get("/join/name/"))
    assert 'value="bob"' in text(client.get("/join/user-name/"))
    page = text(client.get("/join/keys/"))
    assert "You have chosen a password" in page
    assert PASSWORD not in page
    assert 'href="/join/name/"' in page
    assert client.post("/join/name/", {"display_name": "Bob"}).headers["Location"] == "/join/keys/"
    assert client.post("/join/keys/", {"password": ""}).headers["Location"] == "/join/notice/"
    client.post("/join/notice/")
    assert User.objects.get(username="bob").check_password(PASSWORD)


def test_back_at_the_door_the_code_need_not_be_typed_again(client: Client, code: str) -> None:
    go_on = '<a class="button primary" href="/join/name/">'
    page = text(client.get("/join/"))
    assert go_on not in page
    assert "autofocus" in page
    client.get(f"/join/{code}")
    page = text(client.get("/join/"))
    assert go_on in page
    assert "autofocus" not in page
    assert go_on not in text(client.post("/join/", {"code": "wrong"}))


@pytest.mark.parametrize("ahead", ["user-name", "keys", "notice"])
def test_a_screen_too_far_ahead_leads_to_the_one_reached(client: Client, code: str, ahead: str) -> None:
    client.get(f"/join/{code}")
    assert client.get(f"/join/{ahead}/").headers["Location"] == "/join/name/"
    assert client.post(f"/join/{ahead}/").headers["Location"] == "/join/name/"
    assert not User.objects.filter(username="bob").exists()


@pytest.mark.parametrize("screen", ["name", "user-name", "keys", "notice"])
def test_without_a_code_no_screen_opens(client: Client, screen: str) -> None:
    assert client.get(f"/join/{screen}/").headers["Location"] == "/join/"
    assert client.post(f"/join/{screen}/").headers["Location"] == "/join/"


def test_somebody_signed_in_is_told_so_and_their_code_is_not_touched(client: Client, alice: User, code: str) -> None:
    client.force_login(alice)
    assert "You are in already" in text(client.get(f"/join/{code}"))
    assert client.get("/join/name/").headers["Location"] == "/join/"
    assert SESSION_KEY not in client.session


@pytest.mark.parametrize(
    ("screen", "form", "words"),
    [
        ("name", {"display_name": "Moderator"}, "speaks for the server"),
        ("name", {"display_name": "\u202eBob"}, "cannot be seen"),
        ("name", {"display_name": "x" * 61}, "at most 60"),
        ("user-name", {"username": "ALICE"}, "has this user name already"),
        ("user-name", {"username": "a b"}, "2 to 30 letters"),
        ("user-name", {"username": "admin"}, "speaks for the server"),
        ("keys", {"password": "password12"}, "too common"),
        ("keys", {"password": "qwertyuiop"}, "too common"),
        ("keys", {"password": "short pw"}, "too short"),
        ("keys", {"password": "9075318642"}, "entirely numeric"),
        ("keys", {"password": "bobolink-bob"}, None),
        ("keys", {"password": ""}, "required"),
    ],
)
def test_what_does_not_do_is_said_and_nothing_is_kept(
    client: Client, code: str, screen: str, form: dict[str, str], words: str | None
) -> None:
    client.get(f"/join/{code}")
    for name, right in (("name", {"display_name": "Bob"}), ("user-name", {"username": "bob"}), ("keys", {})):
        if name == screen:
            break
        client.post(f"/join/{name}/", right)
    before = dict(client.session)
    response = client.post(f"/join/{screen}/", form)
    if words is None:
        assert response.status_code == 302
        return
    assert words in text(response)
    assert dict(client.session)[SESSION_KEY] == before[SESSION_KEY]


def test_a_user_name_is_suggested_from_the_name_until_they_choose_one(client: Client, code: str) -> None:
    def username() -> str:
        return str(client.session[SESSION_KEY]["username"])

    client.get(f"/join/{code}")
    client.post("/join/name/", {"display_name": "Bob"})
    assert 'bob</bdi> <a href="/join/user-name/">' in text(client.get("/join/keys/"))
    client.post("/join/name/", {"display_name": "Robert"})
    assert username() == "robert"
    client.post("/join/user-name/", {"username": "bobby"})
    client.post("/join/name/", {"display_name": "Bob"})
    assert username() == "bobby"


def test_a_password_like_the_name_is_refused(client: Client, code: str) -> None:
    client.get(f"/join/{code}")
    client.post("/join/name/", {"display_name": "Ottoline Bird"})
    client.post("/join/user-name/", {"username": "ottoline.bird"})
    assert "too similar" in text(client.post("/join/keys/", {"password": "ottoline.bird1"}))


def test_a_chinese_user_name_is_taken_in_one_form(client: Client, code: str) -> None:
    client.get(f"/join/{code}")
    client.post("/join/name/", {"display_name": "陈晓明"})
    assert client.post("/join/user-name/", {"username": "晓明Ｘ"}).headers["Location"] == "/join/keys/"
    assert client.session[SESSION_KEY]["username"] == "晓明x"


# What a stranger learns from a code


def spoil(code: str, how: str, now: datetime) -> str:
    """The code as a stranger would type it, after something became of it."""
    rows = InviteCode.objects.all()
    if how == "expired":
        rows.update(expires_at=now - timedelta(days=1))
    if how == "used":
        rows.update(uses_left=0)
    if how == "revoked":
        rows.update(revoked_at=now)
    return invites.pretty(invites.make(bytes(range(32)))) if how == "unknown" else code


STATES = ("unknown", "expired", "used", "revoked")


@pytest.mark.parametrize("how", STATES)
def test_a_stranger_gets_the_same_answer_whatever_became_of_a_code(
    client: Client, code: str, now: datetime, how: str
) -> None:
    typed = spoil(code, how, now)
    response = client.post("/join/", {"code": typed})
    assert response.status_code == 404
    page = text(response)
    assert "This code does not open the door." in page
    assert not any(word in page for word in ("revoked", "expired", "Alice", "alice"))
    assert client.get("/join/name/").headers["Location"] == "/join/"
    entry = Entry.objects.get(result="refused")
    assert (entry.action, entry.reason) == ("invite.redeem", how)


def test_the_same_page_is_sent_for_every_state(code: str, now: datetime) -> None:
    pages = set()
    for how in STATES:
        InviteCode.objects.update(uses_left=1, revoked_at=None, expires_at=now + timedelta(days=1))
        page = text(Client().post("/join/", {"code": spoil(code, how, now)}))
        pages.add(_without_secrets(page))
    assert len(pages) == 1


def _without_secrets(page: str) -> str:
    """The page without what differs in every request: the CSRF tokens, and the code itself, typed by them."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    return re.sub(r'name="code" value="[^"]*"', "", page)


def test_the_same_work_is_done_for_every_state(
    code: str, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    work = []
    known()
    for how in STATES:
        InviteCode.objects.update(uses_left=1, revoked_at=None, expires_at=now + timedelta(days=1))
        typed = spoil(code, how, now)
        with (
            patch("hmac.new", wraps=hmac.new) as hmacs,
            patch("accounts.throttle._run", wraps=throttle._run) as counts,
            django_assert_max_num_queries(10) as queries,
        ):
            Client().post("/join/", {"code": typed})
        statements = [query["sql"].split(" ")[0] for query in queries.captured_queries]
        work.append((hmacs.call_count, counts.call_count, statements))
    assert work.count(work[0]) == len(STATES)
    assert work[0][:2] == (2, 1)  # the key, the code; one count


@pytest.mark.parametrize(
    ("typed", "words"), [("ABCD", "not a whole code"), ("2222-2222-2222-2222-3", "One character is not right")]
)
def test_a_slip_of_the_fingers_is_told_apart_because_anybody_can_see_it(client: Client, typed: str, words: str) -> None:
    response = client.post("/join/", {"code": typed})
    assert response.status_code == 404
    assert words in text(response)


def test_guessing_ends_in_a_429_for_that_address_alone(client: Client, code: str) -> None:
    wrong = invites.pretty(invites.make(bytes(range(32))))
    for _ in range(10):
        assert client.post("/join/", {"code": wrong}).status_code == 404
    response = client.post("/join/", {"code": code})
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) == 600
    assert client.get(f"/join/{code}").status_code == 429
    assert Entry.objects.filter(action="invite.redeem", reason="too_many").count() == 2
    assert client.post("/join/", {"code": code}, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_who_goes_on_guessing_cannot_fill_the_log(client: Client) -> None:
    for _ in range(10 + LIMIT + 5):
        client.get("/join/2222-2222-2222-2222-3")
    assert Entry.objects.filter(action="invite.redeem", reason="too_many").count() == LIMIT


def test_behind_our_own_proxy_the_client_is_counted_and_not_the_proxy(client: Client, settings: Settings) -> None:
    settings.STOA_TRUSTED_PROXIES = ["127.0.0.0/8"]
    for _ in range(10):
        client.post("/join/", {"code": "nonsense"}, headers={"x-forwarded-for": "203.0.113.5:4711"})
    late = client.post("/join/", {"code": "nonsense"}, headers={"x-forwarded-for": "203.0.113.5:4712"})
    assert late.status_code == 429
    other = client.post("/join/", {"code": "nonsense"}, headers={"x-forwarded-for": "203.0.113.6:4711"})
    assert other.status_code == 404
    entry = entries(reason="malformed")[0]
    assert (entry.address, entry.port) == ("203.0.113.5", 4711)


def test_a_stranger_does_not_choose_the_address_they_are_counted_by(client: Client) -> None:
    for number in range(10):
        client.post("/join/", {"code": "nonsense"}, headers={"x-forwarded-for": f"203.0.113.{number}"})
    late = client.post("/join/", {"code": "nonsense"}, headers={"x-forwarded-for": "203.0.113.99"})
    assert late.status_code == 429


def test_right_codes_are_not_counted(client: Client, code: str) -> None:
    for _ in range(25):
        assert Client().get(f"/join/{code}").status_code == 302


def test_without_redis_no_code_is_looked_at(client: Client, code: str, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
    with patch("accounts.codes.find") as find:
        assert client.get(f"/join/{code}").status_code == 503
        assert client.post("/join/", {"code": code}).status_code == 503
    find.assert_not_called()


# The end of the walk


def test_a_code_that_is_spent_meanwhile_makes_no_account(client: Client, code: str, now: datetime) -> None:
    answer(client, code)
    InviteCode.objects.update(uses_left=0)
    response = client.post("/join/notice/")
    assert response.status_code == 404
    assert "does not open the door" in text(response)
    assert not User.objects.filter(username="bob").exists()
    assert Entry.objects.filter(action="invite.redeem", result="refused", reason="used").exists()


def test_a_user_name_taken_meanwhile_is_asked_again_and_the_code_keeps_its_use(
    client: Client, bob: User, code: str
) -> None:
    User.objects.filter(pk=bob.pk).update(username="someone")
    answer(client, code)
    User.objects.filter(pk=bob.pk).update(username="bob")
    response = client.post("/join/notice/")
    assert response.headers["Location"] == "/join/user-name/"
    assert InviteCode.objects.get().uses_left == 1
    assert client.post("/join/user-name/", {"username": "bob2"}).headers["Location"] == "/join/keys/"
    assert client.post("/join/keys/", {"password": ""}).headers["Location"] == "/join/notice/"
    assert client.post("/join/notice/").headers["Location"] == "/join/sound/"


def test_one_who_came_for_a_page_is_led_there_but_never_to_another_site(client: Client, code: str) -> None:
    client.get(f"/join/{code}?next=/i/token")
    client.post("/join/name/", {"display_name": "Bob"})
    client.post("/join/user-name/", {"username": "bob"})
    client.post("/join/keys/", {"password": PASSWORD})
    onwards = client.post("/join/notice/").headers["Location"]
    assert onwards == "/join/sound/?next=%2Fi%2Ftoken"
    assert 'href="/i/token"' in text(client.get(onwards))
    for bad in (ELSEWHERE, "//evil.example", "javascript:alert(1)", "\\\\evil.example"):
        page = text(client.get("/join/sound/", {"next": bad}))
        assert '<a class="button primary" href="/">' in page


def test_the_notice_is_shown_and_kept_in_the_language_it_was_read_in(client: Client, code: str) -> None:
    client.cookies["django_language"] = "zh-hans"
    answer(client, code)
    assert "您的声音" in text(client.get("/join/notice/"))
    client.post("/join/notice/")
    assert Acceptance.objects.get().language == "zh-hans"
    assert User.objects.get(username="bob").language == "zh-hans"


# Other codes


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
    assert (good.status_code, _without_secrets(text(good))) == (404, _without_secrets(text(wrong)))
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


def test_the_owner_comes_in_while_invites_are_frozen(
    client: Client, alice: User, now: datetime, source: Source
) -> None:
    pull(Lever.INVITES, by=alice, now=now, source=source)
    link = actions.owner_link()
    assert link
    answer(client, link.rpartition("/")[2])
    assert client.post("/join/notice/").status_code == 302
    assert User.objects.get(is_superuser=True).username == "bob"
