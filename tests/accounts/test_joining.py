"""Onboarding, screen by screen, from a code to the hallway."""

from datetime import datetime

import pytest
from django.contrib.auth import get_user
from django.test import Client

from accounts import notice
from accounts.models import Acceptance, InviteCode, Redemption, User
from accounts.onboarding import SESSION_KEY
from moderation.audit.models import Entry
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import answer, text
from tests.log import entries

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
        ("keys", {"password": "short pw"}, "fewer than 10 characters"),
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


def test_back_from_the_sound_check_what_was_accepted_is_read_again_and_nothing_is_asked_twice(
    client: Client, code: str
) -> None:
    answer(client, code)
    client.post("/join/notice/")
    assert 'class="button quiet back" href="/join/notice/"' in text(client.get("/join/sound/"))
    page = text(client.get("/join/notice/"))
    assert "You have accepted this" in page
    assert 'class="button quiet back" href="/me/"' in page
    assert '<a class="button primary" href="/join/sound/">' in page
    assert '<form class="stack"' not in page
    assert client.post("/join/notice/").headers["Location"] == "/join/"
    assert client.get("/join/name/").headers["Location"] == "/join/"
    Acceptance.objects.all().delete()
    assert client.get("/join/notice/").headers["Location"] == "/join/"


def test_one_who_came_for_a_page_is_led_there_but_never_to_another_site(client: Client, code: str) -> None:
    client.get(f"/join/{code}?next=/i/token")
    client.post("/join/name/", {"display_name": "Bob"})
    client.post("/join/user-name/", {"username": "bob"})
    client.post("/join/keys/", {"password": PASSWORD})
    onwards = client.post("/join/notice/").headers["Location"]
    assert onwards == "/join/sound/?next=%2Fi%2Ftoken"
    assert 'href="/i/token"' in text(client.get(onwards))
    before = "/join/notice/?next=%2Fi%2Ftoken"
    assert f'href="{before}"' in text(client.get(onwards))
    assert f'href="{onwards}"' in text(client.get(before))
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
