import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from daphne import http_protocol
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web import http

from config import asgi, bodies
from config.bodies import LIMIT, LIMITS
from tests.flows.stack import ROOT


class Connection:
    """One connection to Daphne, without a network: what it was answered, and which bodies went on."""

    def __init__(self) -> None:
        self.passed: list[bytes] = []
        server = SimpleNamespace(protocol_connected=self.ignore, protocol_disconnected=self.ignore)
        server.proxy_forwarded_address_header, server.root_path, server.request_buffer_size = None, "", LIMIT + 1
        server.create_application = self.take
        self.protocol: Any = http_protocol.HTTPFactory(server).buildProtocol(None)
        self.clock: Any = Clock()
        self.protocol.callLater = self.clock.callLater
        self.transport: Any = StringTransport()  # type: ignore[no-untyped-call]  # Twisted's
        self.protocol.makeConnection(self.transport)

    def ignore(self, request: object) -> None:
        return None

    def take(self, request: Any, scope: object) -> None:
        self.passed.append(request.content.read())

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self.protocol.dataReceived(part)

    def drip(self, data: bytes, *, every: float = 1, times: int) -> bool:
        """Whether the connection was cut before all of `data` had come, so many times, one every so many seconds."""
        for _ in range(times):
            self.send(data)
            self.clock.advance(every)
            if self.transport.disconnecting:
                return True
        return False

    def content(self) -> Any:
        return self.protocol._channel.requests[0].content

    def refused(self) -> bool:
        answered = self.transport.value().startswith(b"HTTP/1.1 413 ")
        return bool(answered and self.transport.disconnecting and self.passed == [])


@pytest.fixture
def connection() -> Iterator[Connection]:
    one = Connection()
    yield one
    one.protocol.connectionLost(Failure(ConnectionDone()))  # type: ignore[no-untyped-call]  # Twisted's


def announced(length: int) -> bytes:
    return b"POST /api/v1/rooms/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % length


CHUNKED = b"POST /api/v1/rooms/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def test_our_entry_bounds_the_requests_of_daphne() -> None:
    assert asgi.application
    assert http_protocol.WebRequest is bodies.Request
    assert http.HTTPChannel is bodies.Channel


def test_a_body_that_is_announced_too_long_is_refused_before_it_comes(connection: Connection) -> None:
    connection.send(announced(LIMIT + 1))
    assert connection.refused()
    assert connection.content() is None


def test_nothing_of_it_is_kept_when_it_comes_all_the_same(connection: Connection) -> None:
    connection.send(announced(LIMIT + 1) + b"x" * 1000, b"x" * LIMIT)
    assert connection.refused()
    assert connection.content() is None


def test_a_body_of_unknown_length_is_cut_where_it_becomes_too_long(connection: Connection) -> None:
    connection.send(CHUNKED, chunk(b"x" * LIMIT))
    assert not connection.refused()
    connection.send(chunk(b"x"), chunk(b"x" * 1000), chunk(b""))
    assert connection.refused()
    assert connection.content().tell() == LIMIT


def test_one_that_ends_in_the_same_packet_does_not_slip_through(connection: Connection) -> None:
    connection.send(CHUNKED + chunk(b"x" * (LIMIT + 1)) + chunk(b""))
    assert connection.refused()


def test_a_body_as_long_as_allowed_goes_on(connection: Connection) -> None:
    connection.send(announced(LIMIT), b"x" * LIMIT)
    assert connection.passed == [b"x" * LIMIT]
    assert connection.transport.value() == b""


def test_a_picture_may_be_longer_on_its_own_path(connection: Connection) -> None:
    longest = LIMITS[b"/me/picture/"]
    picture = b"POST /me/picture/?x HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % longest
    connection.send(picture, b"x" * longest)
    assert connection.passed == [b"x" * longest]


def test_a_picture_that_is_longer_than_that_is_refused(connection: Connection) -> None:
    connection.send(b"POST /me/picture/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
    longest = LIMITS[b"/me/picture/"]
    connection.send(chunk(b"x" * longest))
    assert not connection.refused()
    connection.send(chunk(b"x"))
    assert connection.refused()


@pytest.mark.parametrize(
    ("before", "drop"),
    [
        (b"", b"x"),
        (b"GET / HTTP/1.1\r\n", b"X-Again: 1\r\n"),
        (b"GET / HTTP/1.1\r\nX-Long: ", b"x"),
        (announced(LIMIT), b"x"),
        (CHUNKED, chunk(b"x")),
    ],
)
def test_a_request_that_comes_drop_by_drop_is_cut_after_a_minute(
    connection: Connection, before: bytes, drop: bytes
) -> None:
    connection.send(before)
    assert not connection.drip(drop, every=2, times=29)
    assert connection.drip(drop, every=2, times=2)
    assert connection.passed == []


def test_one_on_a_slow_line_is_waited_for(connection: Connection) -> None:
    connection.send(announced(LIMIT))
    assert not connection.drip(b"x" * 16 * 1024, every=14, times=16)
    assert connection.passed == [b"x" * LIMIT]


def test_a_minute_begins_with_each_request_of_a_connection(connection: Connection) -> None:
    connection.clock.advance(50)
    connection.send(b"GET / HTTP/1.1\r\n")
    connection.clock.advance(50)
    assert not connection.transport.disconnecting
    connection.send(b"Host: localhost\r\n\r\n")
    assert connection.passed == [b""]


def test_the_proxies_we_write_down_let_through_what_we_take() -> None:
    caddy = (ROOT / "Caddyfile").read_text(encoding="utf-8")
    (picture,) = LIMITS.items()
    allowed = dict(re.findall(r"request_body @(\w+) \{\s+max_size (\d+)KiB", caddy))
    assert {name: int(size) * 1024 for name, size in allowed.items()} == {"picture": picture[1], "rest": LIMIT}
    assert f"@picture path {picture[0].decode()}\n" in caddy
    assert f"@rest not path {picture[0].decode()}\n" in caddy
    assert f"client_max_body_size {picture[1] // 1024}k;" in (ROOT / "docs" / "operations.md").read_text(
        encoding="utf-8"
    )
