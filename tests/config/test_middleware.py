from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from config.middleware import Headers

DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
)


@pytest.mark.parametrize("path", ["/healthz", "/nothing-here", "/accounts/login/", "/api/docs/"])
@pytest.mark.django_db
def test_every_answer_carries_the_strict_policy(client: Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert set(DIRECTIVES) <= set(policy)
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "microphone=(self)" in headers["Permissions-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("path", "kind", "carried"),
    [
        ("/static/js/room.js", "text/javascript", False),
        ("/static/css/room.css", 'text/css; charset="utf-8"', False),
        ("/static/icons/hand.svg", "image/svg+xml", True),
        ("/worker.js", "text/javascript", True),
        ("/rules/", "text/html", True),
    ],
)
def test_only_what_a_browser_opens_or_runs_by_itself_carries_the_policies(path: str, kind: str, carried: bool) -> None:
    headers = Headers(lambda _: HttpResponse(content_type=kind))(RequestFactory().get(path)).headers
    assert ("Content-Security-Policy" in headers) == ("Permissions-Policy" in headers) == carried


@pytest.mark.django_db
def test_what_says_nothing_of_caches_is_kept_by_none_that_others_share(client: Client, bob: User) -> None:
    client.force_login(bob)
    for path in ("/rules/", "/api/v1/blocks/", "/nothing-here"):
        assert client.get(path).headers["Cache-Control"] == "private, no-cache"
    assert client.get("/worker.js").headers["Cache-Control"] == "no-cache"


def test_sockets_may_go_to_the_host_that_was_asked_and_no_other(client: Client) -> None:
    assert "connect-src 'self' ws://localhost:8000;" in _policy(client, headers={"host": "localhost:8000"})
    assert "connect-src 'self' wss://localhost;" in _policy(client, headers={"host": "localhost"}, secure=True)


def test_a_host_that_is_not_ours_is_refused_with_the_policy_and_one_line(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/accounts/login/", headers={"host": "mallory.example"})
    assert answer.status_code == 400
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "mallory" not in answer.headers["Content-Security-Policy"]
    (line,) = caplog.records
    assert line.name == "django.security.DisallowedHost"
    assert (line.exc_info, line.exc_text) == (None, None)


@pytest.mark.parametrize(
    "path", ["/report/%00/", "/transparency/?month=2026%00", "/api/v1/rooms/%00/", "/api/v1/people/?q=%00"]
)
def test_an_address_with_a_nul_is_refused_before_the_database_is_asked(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not path.startswith("/api/") or answer.json()["code"] == "not_found"


@pytest.mark.parametrize("form", [{"login": "mallory\0"}, {"whatever": ["a", "\0"]}])
def test_a_form_with_a_nul_is_refused_before_the_database_is_asked(client: Client, form: dict[str, object]) -> None:
    client.raise_request_exception = False
    for sent in ({}, {"content_type": "application/x-www-form-urlencoded"}):
        answer = client.post("/accounts/login/", urlencode(form, doseq=True) if sent else form, **sent)  # type: ignore[arg-type]  # any of them
        assert answer.status_code == 400
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_so_is_a_cookie_that_hides_one(client: Client) -> None:
    answer = client.get("/accounts/login/", headers={"cookie": 'sessionid="abcdefgh\\000"'})
    assert answer.status_code == 400


@pytest.mark.django_db
def test_the_api_docs_run_nothing_inline(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    assert "<style" not in page
    assert "<script>" not in page
    assert '<html lang="en">' in page
    assert '<main id="swagger-ui">' in page
    assert "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle" in page


def _policy(client: Client, **options: object) -> str:
    return str(client.get("/healthz", **options).headers["Content-Security-Policy"])  # type: ignore[arg-type]  # any of them


def test_whoever_is_signed_in_is_known_and_is_looked_up_once(
    client: Client, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(alice)
    with django_assert_num_queries(2):
        answer = client.get("/version")
    assert answer.wsgi_request.user == alice


def test_a_session_from_before_a_new_password_is_nobody_s_and_is_ended(client: Client, alice: User) -> None:
    client.force_login(alice)
    alice.set_password("eight grey herons wade")
    alice.save()
    assert client.get("/version").wsgi_request.user.is_anonymous
    assert not Session.objects.exists()


def test_a_closed_account_is_nobody(client: Client, alice: User) -> None:
    client.force_login(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.get("/version").wsgi_request.user.is_anonymous
    User.objects.filter(pk=alice.pk).delete()
    assert client.get("/version").wsgi_request.user.is_anonymous
