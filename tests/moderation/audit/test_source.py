"""Tests of moderation.audit.source."""

import subprocess
import sys

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from moderation.audit.source import SHOWN, Source, client

PROXY = ("10.0.0.1", 4000)


@pytest.fixture(autouse=True)
def _proxies(settings: Settings) -> None:
    settings.STOA_TRUSTED_PROXIES = ["10.0.0.0/8"]


def test_a_stranger_cannot_choose_his_own_address() -> None:
    assert client(("198.51.100.9", 1234), {"X-Forwarded-For": "192.0.2.1"}) == ("198.51.100.9", 1234)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-Forwarded-For": "192.0.2.1:5000"}, ("192.0.2.1", 5000)),
        ({"X-Forwarded-For": "192.0.2.1", "X-Client-Port": "5001"}, ("192.0.2.1", 5001)),
        ({"X-Forwarded-For": "[2001:db8::1]:5002"}, ("2001:db8::1", 5002)),
        ({"X-Forwarded-For": "2001:db8::1"}, ("2001:db8::1", 0)),
        ({"X-Forwarded-For": "6.6.6.6, 192.0.2.1, 10.9.9.9"}, ("192.0.2.1", 0)),
        ({"X-Forwarded-For": "nonsense"}, PROXY),
        ({"X-Forwarded-For": "192.0.2.1:99999"}, ("192.0.2.1", 0)),
        ({}, PROXY),
    ],
)
def test_a_trusted_proxy_tells_the_client_behind_it(headers: dict[str, str], expected: tuple[str, int]) -> None:
    assert client(PROXY, headers) == expected


@pytest.mark.parametrize(
    ("peer", "headers", "expected"),
    [
        ("::ffff:192.0.2.9", {}, ("192.0.2.9", 4000)),
        ("::ffff:192.0.2.9", {"X-Forwarded-For": "6.6.6.6"}, ("192.0.2.9", 4000)),
        ("::ffff:10.0.0.1", {"X-Forwarded-For": "192.0.2.1:5000"}, ("192.0.2.1", 5000)),
        ("10.0.0.1", {"X-Forwarded-For": "[::ffff:192.0.2.1]:5000, ::ffff:10.9.9.9"}, ("192.0.2.1", 5000)),
        ("2001:DB8::0:1", {}, ("2001:db8::1", 4000)),
    ],
)
def test_an_address_is_the_same_whichever_socket_it_came_to(
    peer: str, headers: dict[str, str], expected: tuple[str, int]
) -> None:
    assert client((peer, 4000), headers) == expected


@given(st.text(), st.text())
def test_no_header_makes_the_reader_fail(forwarded: str, port: str) -> None:
    address, number = client(PROXY, {"X-Forwarded-For": forwarded, "X-Client-Port": port})
    assert isinstance(address, str)
    assert 0 <= number <= 65535


def test_a_request_and_a_socket_tell_the_same_source() -> None:
    request = RequestFactory().get(
        "/",
        REMOTE_ADDR="192.0.2.4",
        REMOTE_PORT="999",
        SERVER_NAME="203.0.113.1",
        SERVER_PORT="443",
        headers={"user-agent": "Fox"},
    )
    scope = {
        "client": ("192.0.2.4", 999),
        "server": ("203.0.113.1", 443),
        "headers": [(b"user-agent", b"Fox")],
    }
    by_http, by_socket = Source.of_request(request), Source.of_scope(scope)
    assert (by_http.address, by_http.port, by_http.destination, by_http.user_agent) == (
        by_socket.address,
        by_socket.port,
        by_socket.destination,
        by_socket.user_agent,
    )
    assert (by_http.channel, by_socket.channel) == ("http", "websocket")


def test_a_request_tells_how_its_session_was_shown_and_no_secret_of_it() -> None:
    request = RequestFactory().get("/")
    assert Source.of_request(request).factors == ""
    shown = [{"method": "password", "at": 1.5, "username": "alice"}, {"method": "mfa", "type": "totp", "at": 2.5}]
    assert SHOWN == AUTHENTICATION_METHODS_SESSION_KEY
    request.session = {SHOWN: [*shown, shown[1]]}  # type: ignore[assignment]  # what is read of it
    assert Source.of_request(request).factors == "password+totp"


@pytest.mark.parametrize("module", ["moderation.audit.source", "config.celery"])
def test_a_worker_and_the_beat_load_it_before_any_app_is_there(module: str) -> None:
    ready = "from django.apps import apps; assert not apps.ready"
    subprocess.run([sys.executable, "-c", f"import {module}; {ready}"], check=True)
