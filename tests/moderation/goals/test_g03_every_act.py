"""G3: which acts there are, the code says; one that no test tries without the log fails the test here.

They are every way of the moderation, of rooms and of consent that takes more than a GET, and every move on others.
"""

import re
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import URLPattern

import moderation.api
import moderation.urls
import rooms.api
import tests.moderation.goals.test_g03_each_act
import tests.moderation.goals.test_g03_each_act_in_rooms  # noqa: F401  # they say what they try
from accounts.models import User
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
}
"""Ways that take more than a GET and are no privileged act, and why."""


def filled(prefix: str, pattern: URLPattern) -> str:
    """The path of the pattern, with something in the place of what it captures."""
    return prefix + re.sub(r"<\w+:\w+>", "1", str(pattern.pattern))


def pages(client: Client) -> Iterator[str]:
    """The acts of the moderation's pages: those that do not refuse to be asked by POST."""
    for pattern in moderation.urls.urlpatterns:
        path = filled("/", pattern)
        if ask(client, "POST", path, {}) != HTTPStatus.METHOD_NOT_ALLOWED:
            yield act_of("POST", path, {})


def calls() -> Iterator[str]:
    """The acts of the API of moderation and rooms: its methods that change something, but for the moves."""
    for pattern in (*moderation.api.urlpatterns, *rooms.api.urlpatterns):
        path, view = filled("/api/v1/", pattern), getattr(pattern.callback, "cls", None)
        if not path.endswith("/moves/"):
            methods = [method for method in METHODS if view is None or hasattr(view, method.lower())]
            yield from (act_of(method, path, {}) for method in methods)


def moves() -> Iterator[str]:
    """What is done to others, or to a whole room."""
    others = [move for (_, move), (_, by) in STAGES.items() if by in (By.STAFF, By.ANY)]
    for move in (*others, *(move for _, move in RANKS), *OUT, *ROOM):
        yield f"move {move}"


def test_every_act_that_must_not_be_done_without_the_log_is_tried(femi: User) -> None:
    there = {"privacy", *pages(browser(femi, staff=True)), *calls(), *moves()}
    assert TRIED | NO_ACT.keys() == there
    assert not TRIED & NO_ACT.keys()
