"""A member's language, and whether they may take part."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver
from django.utils import timezone, translation

from accounts.middleware import OPEN, GoodStanding, OwnLanguage
from accounts.models import InviteCode, User
from accounts.standing import FOR_GOOD
from config import health
from tests.accounts.conftest import PASSWORD
from tests.accounts.pages import sign_in, text
from tests.log import entry

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("chosen", "shown"), [("zh-hans", "zh-hans"), ("en", "en"), ("", "zh-hans")])
def test_a_member_reads_their_own_language_on_any_device(client: Client, alice: User, chosen: str, shown: str) -> None:
    User.objects.update(language=chosen)
    client.force_login(alice)
    page = client.get("/me/", headers={"accept-language": "zh-CN" if not chosen else "en"})
    assert f'<html lang="{shown}"' in text(page)


def test_it_is_left_alone_when_nobody_can_say_who_asks() -> None:
    class Away:
        @property
        def language(self) -> NoReturn:
            raise DatabaseError

    request = RequestFactory().get("/")
    request.user = Away()  # type: ignore[assignment]  # as a lazy user whose session cannot be read
    with translation.override("en"):
        assert OwnLanguage(lambda _: HttpResponse(status=204))(request).status_code == 204
        assert translation.get_language() == "en"


def _paths() -> Iterator[str]:
    """A path of every view of this server, whatever it captures."""
    known = get_resolver().reverse_dict
    for name in known:
        for possible, *_ in known.getlist(name):
            for form, captured in possible:
                yield "/" + form % {one: "name" if one == "name" else "1" * 16 for one in captured}


PATHS = sorted(path for path in set(_paths()) if "/whip" not in path and "/whep" not in path)
"""All of them but WHIP and WHEP, which ask for a room token and no session: see `rooms.tokens`."""


def suspend(user: User, until: datetime) -> None:
    User.objects.filter(pk=user.pk).update(suspended_until=until)


@pytest.fixture
def suspended(client: Client, bob: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The browser of somebody who is suspended for a day more."""
    monkeypatch.setattr(health, "CHECKS", {})  # another thread's would wait for this test's own transaction
    suspend(bob, timezone.now() + timedelta(days=1))
    client.force_login(bob)
    return client


def test_the_paths_are_those_of_the_whole_server() -> None:
    assert {"/", "/r/1111111111111111", "/console/", "/me/", "/invites/", "/join/", "/api/v1/rooms/"} <= set(PATHS)
    assert len(PATHS) > 80


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", PATHS)
def test_the_suspended_reach_nothing_but_their_own_data_and_the_way_out(
    suspended: Client, path: str, method: str
) -> None:
    answer = getattr(suspended, method)(path)
    if path.startswith("/api/v1/"):
        assert (answer.status_code, answer.json()["code"]) == (403, "suspended")
    elif path.startswith(OPEN):
        assert answer.status_code != 403
    else:
        assert answer.status_code == 403
        assert "Your account is suspended" in text(answer)


def test_nobody_else_is_kept_from_anything(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/").status_code == 200
    suspend(alice, timezone.now())
    assert client.get("/").status_code == 200


def test_a_suspension_ends_by_itself_and_begins_at_once(client: Client, bob: User) -> None:
    client.force_login(bob)
    suspend(bob, timezone.now() + timedelta(days=1))
    assert client.get("/me/").status_code == 403
    suspend(bob, timezone.now() - timedelta(seconds=1))
    assert client.get("/me/").status_code == 200


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (datetime(2999, 3, 4, 5, 6, tzinfo=UTC), 'datetime="2999-03-04T05:06:00+00:00"'),
        (FOR_GOOD, "You cannot take part here any more."),
    ],
)
def test_the_page_says_until_when_and_where_the_reasons_are(
    client: Client, bob: User, until: datetime, words: str
) -> None:
    suspend(bob, until)
    client.force_login(bob)
    page = text(client.get("/"))
    assert words in page
    assert 'href="/privacy/decisions/"' in page
    assert 'action="/accounts/logout/"' in page
    assert 'href="/invites/"' not in page


def test_whoever_is_suspended_signs_in_reads_what_applies_and_signs_out(client: Client, bob: User) -> None:
    suspend(bob, FOR_GOOD)
    assert sign_in(client, "bob").status_code == 302
    page = client.get("/privacy/")
    assert page.status_code == 200
    assert client.post("/privacy/").status_code == 302
    assert client.get("/").status_code == 403
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/me/").status_code == 302
    assert sign_in(client, "bob", PASSWORD).status_code == 302


def test_what_else_they_try_is_refused_recorded_and_changes_nothing(suspended: Client) -> None:
    assert suspended.post("/invites/", {"uses": 1, "days": 7}).status_code == 403
    assert not InviteCode.objects.exists()
    assert entry(action="request.submit").reason == "suspended"


def test_while_nobody_can_say_who_asks_nobody_is_suspended() -> None:
    class Away:
        @property  # type: ignore[misc]  # see below
        def __class__(self) -> NoReturn:  # type: ignore[override]  # as a lazy user whose session cannot be read
            raise DatabaseError

    request = RequestFactory().get("/")
    request.user = Away()  # type: ignore[assignment]  # see above
    assert GoodStanding(lambda _: HttpResponse(status=204))(request).status_code == 204
