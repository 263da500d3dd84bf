"""The API answers whatever it is sent as its own description says, and never with a fault of ours."""

import json
from typing import Any

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi import checks

from accounts import rest
from accounts.models import User
from moderation import api as reports
from rooms import api
from rooms.models import Room
from tests.rooms.scenes import a_room, come

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600), pytest.mark.slow]
TOKEN = "t" * 32


def _described() -> Any:
    """The API's own description, without what it says of signing in: these tests do that themselves."""
    application = get_wsgi_application()
    text = json.dumps(schemathesis.openapi.from_wsgi("/api/schema/?format=json", application).raw_schema)
    raw = json.loads(text, object_hook=lambda part: {key: part[key] for key in part if key not in ("security", "401")})
    raw["components"].pop("securitySchemes")
    schema = schemathesis.openapi.from_dict(raw)
    schema.app = application
    return schema


SCHEMA = _described()


@pytest.fixture
def cookies(alice: User, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Alice's browser, which no limit stops."""
    monkeypatch.setattr(rest.Resource, "limit", lambda *_arguments, **_more: None)
    client = Client()
    client.force_login(alice)
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    return {django_settings.SESSION_COOKIE_NAME: session, django_settings.CSRF_COOKIE_NAME: TOKEN}


@pytest.fixture
def hosted(alice: User, bob: User) -> Room:
    """A room in which every move has somebody to meet."""
    room = a_room(alice)
    come(alice, room)
    come(bob, room)
    return room


@SCHEMA.include(path_regex="^/api/v1/(rooms|people|reports)/").parametrize()
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case: Any, cookies: dict[str, str], hosted: Room) -> None:
    if len(str(case.path_parameters.get("room_id", ""))) % 2:
        case.path_parameters["room_id"] = hosted.pk
    # REST framework reads 0 as "0" and as false; the word policy refuses texts that no schema describes.
    loose = [checks.negative_data_rejection, checks.positive_data_acceptance]
    how = {"headers": {"X-CSRFToken": TOKEN}, "cookies": cookies}
    response = case.call_and_validate(excluded_checks=loose, **how)
    assert response.status_code != 401


def test_every_path_of_the_api_is_described() -> None:
    described = {path for path in SCHEMA.raw_schema["paths"] if path.startswith("/api/v1/rooms/")}
    urls = [*api.urlpatterns, *(url for url in reports.urlpatterns if str(url.pattern).startswith("rooms/"))]
    assert len(described) == len([url for url in urls if not str(url.name).startswith("wh")])
