"""G3: which acts there are, the code says; one that no test tries without the log fails the test here.

They are every way of the moderation, of rooms and of consent that takes more than a GET, and every move on others.
"""

import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus

import pytest
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


def ways(prefix: str, patterns: Iterable[URLPattern]) -> Iterator[tuple[str, str]]:
    """The methods and paths of these patterns, with something in the place of what they capture."""
    for pattern in patterns:
        path = prefix + re.sub(r"<\w+:\w+>", "1", str(pattern.pattern))
        for method in ("POST", "PATCH", "PUT", "DELETE"):
            yield method, path


def test_every_act_that_must_not_be_done_without_the_log_is_tried(femi: User) -> None:
    senior = browser(femi, staff=True)
    taken = {
        act_of(method, path, {"move": ""})
        for method, path in [
            *ways("/", moderation.urls.urlpatterns),
            *ways("/api/v1/", [*moderation.api.urlpatterns, *rooms.api.urlpatterns]),
            ("POST", "/privacy/"),
        ]
        if ask(senior, method, path, {}) != HTTPStatus.METHOD_NOT_ALLOWED
    }
    others = {move for (_, move), (_, by) in STAGES.items() if by in (By.STAFF, By.ANY)}
    moves = {f"move {move}" for move in {*others, *(move for _, move in RANKS), *OUT, *ROOM}}
    assert TRIED | NO_ACT.keys() == taken - {"move "} | moves
    assert not TRIED & NO_ACT.keys()
