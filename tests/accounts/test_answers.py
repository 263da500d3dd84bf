"""The answers that end a road."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts import throttle
from accounts.answers import again, safe_next, speak, throttled

pytestmark = pytest.mark.django_db


def refuse(error: Exception) -> HttpResponse:
    """What a view answers in which the throttle raises."""

    @throttled
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    request = RequestFactory().get("/")
    response = view(request)
    assert isinstance(response, HttpResponse)
    return response


def test_too_many_tries_are_a_429_that_says_how_long_to_wait() -> None:
    response = refuse(throttle.TooMany(601))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "601")
    assert b"11 minutes" in response.content


def test_a_missing_throttle_is_a_503() -> None:
    response = refuse(throttle.Unavailable())
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


def test_other_errors_are_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        refuse(ZeroDivisionError())


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/r/abc", "/r/abc"),
        ("/r/abc?x=1#y", "/r/abc?x=1#y"),
        ("", "/"),
        ("https://testserver/r/abc", "/"),
        ("http://testserver/r/abc", "http://testserver/r/abc"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("\x08//evil.example", "/"),
    ],
)
def test_onwards_is_on_this_host(wanted: str, led_to: str) -> None:
    factory = RequestFactory()
    if not wanted.startswith("https://testserver"):
        assert safe_next(factory.get("/", {"next": wanted}), "/") == led_to
        assert safe_next(factory.post("/", {"next": wanted}), "/") == led_to
    secure = factory.get("/", {"next": wanted}, secure=True)
    assert not safe_next(secure, "/").startswith("http:")


def test_what_failed_is_tried_again_at_the_same_address() -> None:
    assert again(RequestFactory().get("/r/abc", {"x": "1"})) == "/r/abc?x=1"


@pytest.mark.parametrize(
    ("came_from", "led_to"),
    [("http://testserver/me/?a=1", "http://testserver/me/?a=1"), ("https://evil.example/", "/"), ("", "/")],
)
def test_a_form_that_failed_is_tried_again_on_its_page_where_that_is_ours(came_from: str, led_to: str) -> None:
    assert again(RequestFactory().post("/me/picture/", headers={"Referer": came_from})) == led_to


def test_a_language_is_kept_in_a_cookie_and_taken_out_of_it() -> None:
    response = HttpResponse()
    speak(response, "zh-hans")
    cookie = response.cookies["django_language"]
    assert (cookie.value, cookie["samesite"], bool(cookie["httponly"])) == ("zh-hans", "Lax", True)
    speak(response, "")
    assert response.cookies["django_language"]["max-age"] == 0
