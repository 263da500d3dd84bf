"""The page of oneself."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from PIL import Image

from accounts import actions, me, throttle
from accounts.models import Block, User
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.accounts.pages import sign_in, text
from tests.accounts.test_avatars import halves, saved, with_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture(autouse=True)
def _data(tmp_path: Path) -> Any:
    with override_settings(STOA_DATA=tmp_path):
        yield


def upload(data: bytes, name: str = "me.jpg") -> dict[str, SimpleUploadedFile]:
    return {"picture": SimpleUploadedFile(name, data)}


def test_name_and_language_are_changed(member: Client, alice: User) -> None:
    response = member.post("/me/", {"display_name": " Alice  B. ", "language": "zh-hans"})
    assert response.headers["Location"] == "/me/#profile"
    assert response.cookies["django_language"].value == "zh-hans"
    alice.refresh_from_db()
    assert (alice.display_name, alice.language) == ("Alice B.", "zh-hans")
    assert 'lang="zh-hans"' in text(member.get("/me/"))
    response = member.post("/me/", {"display_name": "Alice", "language": ""})
    assert response.cookies["django_language"].value == ""


@pytest.mark.parametrize("name", ["Moderator", "", "\u202eAlice", "x" * 61])
def test_a_name_that_does_not_do_changes_nothing(member: Client, alice: User, name: str) -> None:
    page = text(member.post("/me/", {"display_name": name, "language": ""}))
    assert "errorlist" in page[page.index('id="id_display_name"') : page.index('id="id_language"')]
    alice.refresh_from_db()
    assert alice.display_name == "Alice"


def test_a_picture_is_served_anew_without_what_its_file_told(member: Client, alice: User, bob: User) -> None:
    sent = with_place(halves(800, 600))
    assert member.post("/me/picture/", upload(sent)).headers["Location"] == "/me/#profile"
    alice.refresh_from_db()
    address = f"/avatars/{alice.uid}/{alice.avatar}.webp"
    assert address in text(member.get("/me/"))
    other = Client()
    other.force_login(bob)
    answer = other.get(address)
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    picture = Image.open(BytesIO(answer.content), formats=("WEBP",))
    assert picture.size == (256, 256)
    assert dict(picture.getexif()) == {}
    assert b"telltale" not in answer.content


def test_pictures_are_for_those_who_are_signed_in(member: Client, alice: User) -> None:
    member.post("/me/picture/", upload(saved(halves())))
    alice.refresh_from_db()
    answer = Client().get(f"/avatars/{alice.uid}/{alice.avatar}.webp")
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_a_picture_that_was_replaced_or_removed_is_gone(
    member: Client, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    addresses = []
    for colour in ("red", "blue"):
        with django_capture_on_commit_callbacks(execute=True):
            member.post("/me/picture/", upload(saved(Image.new("RGB", (99, 99), colour))))
        alice.refresh_from_db()
        addresses.append(f"/avatars/{alice.uid}/{alice.avatar}.webp")
    assert [member.get(address).status_code for address in addresses] == [404, 200]
    with django_capture_on_commit_callbacks(execute=True):
        member.post("/me/picture/", {"remove": "1"})
    assert member.get(addresses[1]).status_code == 404
    assert addresses[1] not in text(member.get("/me/"))


@pytest.mark.parametrize("path", ["../../secret_key", "%2e%2e/%2e%2e/secret_key", "a" * 16 + "/" + "b" * 16 + ".webp"])
def test_nothing_else_is_served_as_a_picture(member: Client, path: str) -> None:
    assert member.get(f"/avatars/{path}").status_code == 404


@pytest.mark.parametrize(("data", "words", "reason"), [
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "could not be read", "unreadable"),
    (b"\xff\xd8\xff" + b"x" * (4 * 1024 * 1024), "too large", "too_large"),
    (b"", "could not be read", "empty"),
])  # fmt: skip
def test_a_file_that_is_no_picture_is_refused_beside_its_field(
    member: Client, alice: User, data: bytes, words: str, reason: str
) -> None:
    page = text(member.post("/me/picture/", upload(data)))
    assert words in page[page.index("data-picture") : page.index("data-problem")]
    alice.refresh_from_db()
    assert alice.avatar == ""
    assert Entry.objects.get(action="account.picture").reason == reason


def test_no_file_at_all_is_said_too(member: Client) -> None:
    assert "Choose a file first." in text(member.post("/me/picture/"))


def test_pictures_are_counted(member: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(me, "PICTURES", throttle.Rule("picture.account", limit=1, per=3600))
    answers = [member.post("/me/picture/", upload(saved(halves()))).status_code for _ in range(2)]
    assert answers == [302, 429]
    assert member.post("/me/picture/", {"remove": "1"}).status_code == 302


def test_changes_of_oneself_are_counted_together(member: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "CHANGES", throttle.Rule("account.change", limit=1, per=3600))
    assert member.post("/me/", {"display_name": "Alice B.", "language": ""}).status_code == 302
    forms = {
        "/me/": {"display_name": "Alice C.", "language": ""},
        "/me/notifications/": {"notify_openings": "on"},
        "/language/": {"language": "zh-hans"},
    }
    assert [member.post(path, form).status_code for path, form in forms.items()] == [429] * 3
    alice.refresh_from_db()
    assert (alice.display_name, alice.notify_openings, alice.language) == ("Alice B.", False, "")
    assert Entry.objects.filter(action="account.change").count() == 1


def test_a_voice_is_declared_as_a_machine_s_and_no_longer(member: Client, alice: User) -> None:
    form = {"display_name": "Alice", "language": ""}
    for ticked, declared in (({"ai_voice": "on"}, True), ({}, False)):
        assert member.post("/me/", form | ticked).headers["Location"] == "/me/#profile"
        alice.refresh_from_db()
        assert alice.ai_voice is declared
        box = re.search(r'<input type="checkbox" name="ai_voice"[^>]*>', text(member.get("/me/")))
        assert box is not None
        assert ("checked" in box[0]) is declared


def test_notifications_are_chosen(member: Client, alice: User) -> None:
    assert member.post("/me/notifications/", {"notify_openings": "on"}).headers["Location"] == "/me/#notifications"
    alice.refresh_from_db()
    assert (alice.notify_reminders, alice.notify_openings) == (False, True)


def test_the_devices_are_listed_in_words_and_signed_out(client: Client, alice: User) -> None:
    sign_in(client, "alice")
    elsewhere = Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
    sign_in(elsewhere, "alice")
    assert "Firefox on Linux" in text(client.get("/me/"))
    assert client.get("/accounts/sessions/").headers["Location"] == "/me/#devices"
    assert client.get("/me/devices/").status_code == 405
    assert client.post("/me/devices/").headers["Location"] == "/me/#devices"
    assert not get_user(elsewhere).is_authenticated
    page = text(client.get("/me/"))
    assert "Firefox on Linux" not in page
    assert "You are signed out everywhere else." in page
    assert page.count("This device") == 1


def test_blocked_people_are_listed_and_unblocked(
    member: Client, alice: User, mallory: User, now: Any, source: Source
) -> None:
    actions.block(alice, mallory.uid, now=now, source=source)
    assert '<bdi class="grow">Mallory</bdi>' in text(member.get("/me/"))
    assert member.post(f"/me/blocked/{mallory.uid}/").headers["Location"] == "/me/#blocked"
    assert not Block.objects.exists()
    assert "Mallory" not in text(member.get("/me/"))


def test_the_blocked_learn_nothing(alice: User, mallory: User, now: Any, source: Source) -> None:
    client = Client()
    client.force_login(mallory)
    before = text(client.get("/me/"))
    actions.block(alice, mallory.uid, now=now, source=source)
    strip = "csrfmiddlewaretoken"
    assert [line for line in text(client.get("/me/")).splitlines() if strip not in line] == [
        line for line in before.splitlines() if strip not in line
    ]


@pytest.mark.parametrize("path", ["/me/picture/", "/me/notifications/", "/me/devices/", f"/me/blocked/{'a' * 16}/"])
def test_nothing_is_changed_by_a_stranger_or_a_forged_form(alice: User, path: str) -> None:
    assert Client().post(path).headers["Location"].startswith("/accounts/login/")
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(alice)
    assert forged.post(path).status_code == 403


def test_each_way_on_from_oneself_has_a_sign_of_its_own_and_ending_ones_account_not_that_of_signing_out(
    member: Client,
) -> None:
    page = text(member.get("/me/"))
    ways = dict(
        re.findall(r'class="menu-item"[^>]*><svg[^>]*><use href="(#[^"]+)"/></svg>([^<]+)', page.split("More</h2>")[1])
    )
    assert {"End my account", "Past rooms"} <= set(ways.values())
    assert page.split("More</h2>")[1].count('class="menu-item"') == len(ways)
    assert not {"Sign out", "#i-leave"} & {*ways, *ways.values()}
