"""What every page of accounts keeps to: no inline script or style, a label for every field, one question a screen."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.template.loader import get_template
from django.test import Client

from accounts import actions, notice
from accounts.models import InviteCode, User
from moderation.audit.source import Source
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import answer, text

FOLDERS = ("account", "accounts", "mfa")
TEMPLATES = [path for folder in FOLDERS for path in sorted((settings.BASE_DIR / "templates" / folder).rglob("*.html"))]
STRANGERS = ("/join/", "/accounts/login/", "/accounts/password/reset/", "/privacy/", "/accounts/inactive/")
MEMBERS = (
    "/invites/",
    "/me/",
    "/privacy/",
    "/join/",
    "/join/sound/",
    "/accounts/logout/",
    "/accounts/password/change/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/totp/activate/",
    "/accounts/reauthenticate/",
)
SCREENS = ("/join/name/", "/join/user-name/", "/join/keys/", "/join/notice/")


class Page(HTMLParser):
    """A page taken apart."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, *tags: str) -> Iterator[dict[str, str | None]]:
        return (attributes for tag, attributes in self.tags if tag in tags)


def check(html: str) -> None:
    page = Page(html)
    for tag, attributes in page.tags:
        assert "style" not in attributes, (tag, attributes)
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
    for script in page.all("script"):
        assert script.get("src") or script.get("type") == "application/json"
    assert len(list(page.all("h1"))) == 1
    assert not list(page.all("style"))
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    labelled = {attributes.get("for") for attributes in page.all("label")}
    for control in page.all("input", "select", "textarea"):
        if control.get("type") not in ("hidden", "submit") and control.get("aria-hidden") != "true":
            assert control.get("id") in labelled, control
    named = [words.strip() for words in re.findall("<label[^>]*>([^<]+)", html)]
    assert '<html lang="zh' not in html or not [words for words in named if words.isascii()], named
    described = [name for _, attributes in page.tags for name in (attributes.get("aria-describedby") or "").split()]
    assert set(described) <= set(ids)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("path", STRANGERS)
def test_a_strangers_page(client: Client, path: str, language: str) -> None:
    client.cookies["django_language"] = language
    response = client.get(path)
    assert response.status_code == 200
    assert f'<html lang="{language}"' in text(response)
    check(text(response))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("path", MEMBERS)
def test_a_members_page(client: Client, bob: User, source: Source, path: str, language: str) -> None:
    client.force_login(bob)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.cookies["django_language"] = language
    response = client.get(path)
    assert response.status_code == 200
    assert f'<html lang="{language}"' in text(response)
    check(text(response))


def test_every_password_can_be_shown(client: Client, bob: User, code: str) -> None:
    client.force_login(bob)
    pages = [text(client.get(path)) for path in ("/accounts/reauthenticate/", "/accounts/password/change/")]
    client.logout()
    pages.append(text(client.get("/accounts/login/")))
    answer(client, code, username="dora")
    pages.append(text(client.get("/join/keys/")))
    for page in map(Page, pages):
        passwords = [field["id"] for field in page.all("input") if field.get("type") == "password"]
        assert passwords
        assert [button.get("aria-controls") for button in page.all("button") if "data-secret" in button] == passwords
        assert any("accounts/secret" in (script.get("src") or "") for script in page.all("script"))


@pytest.mark.parametrize(("asked_for", "back"), [("/accounts/2fa/totp/activate/", "/me/"), ("/console/", "/")])
def test_whoever_is_asked_once_more_who_they_are_can_leave_it(
    client: Client, bob: User, asked_for: str, back: str
) -> None:
    client.force_login(bob)
    page = text(client.get("/accounts/reauthenticate/", {"next": asked_for}))
    assert f'<a class="button" href="{back}">Not now</a>' in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_screen_of_onboarding(client: Client, code: str, language: str) -> None:
    client.cookies["django_language"] = language
    answer(client, code)
    for screen in SCREENS:
        check(text(client.get(screen)))
    for screen, wrong in (("name", "display_name"), ("user-name", "username"), ("keys", "password")):
        check(text(client.post(f"/join/{screen}/", {wrong: "\u202e"})))


def test_pages_that_say_no(client: Client, alice: User, code: str) -> None:
    check(text(client.post("/join/", {"code": "nonsense"})))
    check(text(client.get("/accounts/signup/")))
    for _ in range(10):
        response = client.post("/join/", {"code": "nonsense"})
    assert response.status_code == 429
    check(text(response))
    client.force_login(alice)
    check(text(client.post("/invites/0123456789abcdef/revoke/")))
    check(text(client.post("/invites/", {"uses": 99, "days": 7})))
    check(text(client.post("/invites/", {"uses": 2, "days": 7})))
    assert InviteCode.objects.count() == 2


def test_second_factors(client: Client, bob: User, source: Source) -> None:
    actions.accept(bob, notice.here(), "en", now=bob.date_joined, source=source)
    from tests.accounts.test_signals import add_passkey, turn_on_totp

    client.force_login(bob)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    turn_on_totp(client)
    add_passkey(client)
    key = Authenticator.objects.get(type="webauthn").pk
    for path in (
        "/me/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        f"/accounts/2fa/webauthn/keys/{key}/edit/",
        f"/accounts/2fa/webauthn/keys/{key}/remove/",
        "/accounts/2fa/reauthenticate/",
        "/accounts/2fa/webauthn/reauthenticate/",
    ):
        response = client.get(path)
        assert response.status_code == 200, path
        check(text(response))
    other = Client()
    other.post("/accounts/login/", {"login": "bob", "password": PASSWORD})
    check(text(other.get("/accounts/2fa/authenticate/")))
    check(text(other.post("/accounts/2fa/authenticate/", {"code": "000000"})))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_every_word_in_a_template_is_translated(path: Path) -> None:
    get_template(str(path.relative_to(settings.BASE_DIR / "templates")))
    source = path.read_text(encoding="utf-8")
    source = re.sub(
        r"{% (blocktranslate|block body_class).*?{% end(blocktranslate|block) %}", "", source, flags=re.DOTALL
    )
    words = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", " ", source, flags=re.DOTALL)
    assert set(re.findall(r"[A-Za-z]{2,}", words)) <= {"Stoa", "SHA"}
