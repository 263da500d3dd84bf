import asyncio

import pytest
import structlog
from structlog.testing import capture_logs

from config.proxy import Correlated, Logged, Message, Proxied, Receive, Scope, Send
from moderation.audit import source

HEADERS = [
    (b"x-forwarded-for", b"198.51.100.7, 203.0.113.9:50123"),
    (b"x-forwarded-proto", b"https"),
    (b"host", b"stoa.example.org"),
]


class Inner:
    """An application that keeps the scope it was given."""

    def __init__(self) -> None:
        self.scope: Scope = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        await send({"type": "http.response.start", "status": 204})


async def nothing() -> Message:
    return {"type": "http.disconnect"}


async def drop(_message: Message) -> None:
    return None


async def through(kind: str = "http", client: str = "10.1.2.3", **more: object) -> Scope:
    inner = Inner()
    scope = {"type": kind, "scheme": "http", "path": "/", "method": "GET", "client": [client, 4711], "headers": HEADERS}
    await Proxied(inner)({**scope, **more}, nothing, drop)
    return inner.scope


@pytest.fixture(autouse=True)
def _trust(settings: object) -> None:
    settings.STOA_TRUSTED_PROXIES = ["10.0.0.0/8"]  # type: ignore[attr-defined]  # pytest-django's wrapper


async def test_behind_a_trusted_proxy_the_client_is_who_asked_it() -> None:
    scope = await through()
    assert (scope["client"], scope["scheme"]) == (["203.0.113.9", 50123], "https")
    assert scope["headers"] == [(b"host", b"stoa.example.org")]


async def test_the_client_s_port_may_come_in_a_header_of_its_own() -> None:
    headers = [(b"x-forwarded-for", b"203.0.113.9"), (b"x-client-port", b"50123")]
    assert (await through(headers=headers))["client"] == ["203.0.113.9", 50123]


@pytest.mark.parametrize("said", [b"https", b"wss"])
async def test_a_room_socket_behind_it_is_secure_too(said: bytes) -> None:
    assert (await through("websocket", scheme="ws", headers=[(b"x-forwarded-proto", said)]))["scheme"] == "wss"


async def test_a_plain_one_stays_plain() -> None:
    assert (await through("websocket", scheme="ws", headers=[(b"x-forwarded-proto", b"http")]))["scheme"] == "ws"


async def test_anybody_else_is_not_believed() -> None:
    scope = await through(client="192.0.2.1")
    assert (scope["client"], scope["scheme"]) == (["192.0.2.1", 4711], "http")


@pytest.mark.parametrize("client", ["10.1.2.3", "192.0.2.1"])
async def test_nobody_moves_our_paths(client: str) -> None:
    assert (await through(client=client, root_path="/static"))["root_path"] == ""


async def test_a_finished_request_is_one_line_with_its_path_and_status() -> None:
    with capture_logs() as lines:
        await Logged(Inner())({"type": "http", "path": "/r/abc", "method": "GET"}, nothing, drop)
    (line,) = lines
    assert (line["method"], line["path"], line["status"]) == ("GET", "/r/abc", 204)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/static/css/base.css"])
async def test_what_is_polled_all_the_time_stays_out_of_the_log(path: str) -> None:
    with capture_logs() as lines:
        await Logged(Inner())({"type": "http", "path": path, "method": "GET"}, nothing, drop)
    assert lines == []


async def test_every_request_has_a_name_that_its_entries_and_lines_bear() -> None:
    seen: list[str] = []

    async def inner(_scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(source.correlation.get())
        assert structlog.contextvars.get_contextvars()["correlation"] == seen[-1]

    for _ in range(2):
        await asyncio.create_task(Correlated(inner)({"type": "http"}, nothing, drop))
    assert all(len(name) == 16 for name in seen)
    assert seen[0] != seen[1]
    assert source.correlation.get() == ""
