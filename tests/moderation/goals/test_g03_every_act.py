"""G3: which acts there are, the code says; one that no test tries without the log fails the test here.

They are every way of accounts, of the moderation and of rooms that takes more than a GET, and every move on others.
"""

import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

import accounts.api
import accounts.urls
import moderation.api
import moderation.urls
import rooms.api
import tests.moderation.goals.test_g03_accounts
import tests.moderation.goals.test_g03_each_act
import tests.moderation.goals.test_g03_each_act_in_rooms  # noqa: F401  # they say what they try
from accounts.models import User
from accounts.views import closed
from rooms.roles import OUT, RANKS, ROOM, STAGES, By
from tests.moderation.tried import TRIED, act_of, ask, browser

pytestmark = pytest.mark.django_db
METHODS = ("POST", "PATCH", "PUT", "DELETE")
NO_ACT = {
    "console_data": "shows what people ask of their data",
    "console_letter": "shows the letter to somebody outside",
    "console_names": "shows who asked for which names",
    "POST rooms/<str:room_id>/reminder/": "somebody's own wish to be told",
    "DELETE rooms/<str:room_id>/reminder/": "the same, taken back",
    "rules": "shows the rules, whatever the method",
    "console_preview": "shows what a decision would say",
    "console_prove": "asks for the second factor again",
    "whip": "somebody comes in by an encoder, as they do by the room's socket: no privilege",
    "whep": "the same, to listen",
    "whip_session": "the same, goes",
    "account_reauthenticate": "the password again, for a change that is an act itself",
    "account_reset_password": "says that a person helps",
    "avatar": "shows a picture",
    "join": "begins to ask a newcomer, whose account is the act",
    "join_code": "the same, by a link",
    "join_sound": "plays a tone",
    "mfa_download_recovery_codes": "looked at by a GET, which is tried as well",
    "mfa_view_recovery_codes": "the same",
    "mfa_index": "leads to the page of oneself",
    "mfa_list_webauthn": "the same",
    "usersessions_list": "the same",
}
"""Ways that take more than a GET and are no privileged act, and why."""
CAPTURED = {"code": "1", "digest": "0" * 16, "name": "name", "pk": 1, "uid": "0" * 16}
"""Something in the place of what the paths of accounts capture."""


def filled(prefix: str, pattern: URLPattern) -> str:
    """The path of the pattern, with something in the place of what it captures."""
    return prefix + re.sub(r"<\w+:\w+>", "1", str(pattern.pattern))


def pages(client: Client) -> Iterator[str]:
    """The acts of the moderation's pages: those that do not refuse to be asked by POST."""
    for pattern in moderation.urls.urlpatterns:
        path = filled("/", pattern)
        if ask(client, "POST", path, {}) != HTTPStatus.METHOD_NOT_ALLOWED:
            yield act_of("POST", path, {})


def ways(user: User) -> Iterator[str]:
    """The acts of the pages of accounts, allauth's among them, but for the roads that are closed to everybody."""
    for pattern in flat(accounts.urls.urlpatterns):
        if pattern.callback is not closed:
            captured = {name: CAPTURED[name] for name in pattern.pattern.regex.groupindex}
            path = reverse(str(pattern.name), kwargs=captured)
            if ask(browser(user), "POST", path, {}) != HTTPStatus.METHOD_NOT_ALLOWED:
                yield act_of("POST", path, {})


def flat(patterns: Iterable[object]) -> Iterator[URLPattern]:
    """The patterns, with those that one of them includes."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif isinstance(pattern, URLResolver):
            yield from flat(pattern.url_patterns)


def calls() -> Iterator[str]:
    """The acts of the API: its methods that change something, but for the moves."""
    for pattern in (*accounts.api.urlpatterns, *moderation.api.urlpatterns, *rooms.api.urlpatterns):
        path, view = filled("/api/v1/", pattern), getattr(pattern.callback, "cls", None)
        if not path.endswith("/moves/"):
            methods = [method for method in METHODS if view is None or hasattr(view, method.lower())]
            yield from (act_of(method, path, {}) for method in methods)


def moves() -> Iterator[str]:
    """What is done to others, or to a whole room."""
    others = [move for (_, move), (_, by) in STAGES.items() if by in (By.HIGHER, By.ANY)]
    for move in (*others, *(move for _, move in RANKS), *OUT, *ROOM):
        yield f"move {move}"


def test_every_act_that_must_not_be_done_without_the_log_is_tried(bob: User, femi: User) -> None:
    there = {*ways(bob), *pages(browser(femi, staff=True)), *calls(), *moves()}
    assert TRIED | NO_ACT.keys() == there
    assert not TRIED & NO_ACT.keys()
