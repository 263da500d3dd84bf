import pytest
import redis
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django.fixtures import Settings

TROUBLE: dict[str, Exception] = {
    "database": DatabaseError("hunter2"),
    "redis": redis.ConnectionError("hunter2"),
    "mistake": ValueError("hunter2"),
}


def fail(_request: HttpRequest, what: str) -> HttpResponse:
    raise TROUBLE[what]


urlpatterns = [path("page/<what>", fail), path("api/<what>", fail)]
handler500 = "config.errors.server_error"


@pytest.fixture
def asked(client: Client, settings: Settings) -> Client:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["config.middleware.Headers"]  # what asks the database comes later, and may be what failed
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(("what", "status"), [("database", 503), ("redis", 503), ("mistake", 500)])
def test_a_page_says_whether_to_try_again_or_that_it_is_our_mistake(asked: Client, what: str, status: int) -> None:
    answer = asked.get(f"/page/{what}")
    assert answer.status_code == status
    assert "text/html" in answer.headers["Content-Type"]
    assert b"hunter2" not in answer.content


@pytest.mark.parametrize("what", ["database", "mistake"])
def test_a_page_has_a_button_to_try_again(asked: Client, what: str) -> None:
    answer = asked.get(f"/page/{what}?q=jazz")
    assert f'<a class="button primary" href="/page/{what}?q=jazz">' in answer.text


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [("database", 503, "unavailable"), ("redis", 503, "unavailable"), ("mistake", 500, "failed")],
)
def test_the_api_says_it_with_a_code(asked: Client, what: str, status: int, code: str) -> None:
    answer = asked.get(f"/api/{what}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert b"hunter2" not in answer.content
