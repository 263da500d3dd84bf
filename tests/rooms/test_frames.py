"""The short way to Daphne's sockets, and that Daphne and Twisted are what it takes them for."""

import socket
from collections import deque
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from autobahn.websocket import protocol as autobahn
from autobahn.websocket.protocol import WebSocketServerProtocol
from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.tcp import Connection

from config import asgi
from rooms import frames


class Line:
    """A browser's end of a TCP connection, and the server's protocol on the other."""

    def __init__(self) -> None:
        self.browser, ours = socket.socketpair()
        ours.setblocking(False)
        self.transport = Connection(ours, Mock(), reactor=Mock())
        self.transport.connected = 1
        self.protocol: Any = SimpleNamespace(
            transport=self.transport, state=WebSocketProtocol.STATE_OPEN, send_queue=deque()
        )


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.browser.close()
    line.transport.socket.close()


def test_a_text_goes_out_as_one_unmasked_frame(line: Line) -> None:
    assert frames.write(line.protocol, "声")
    assert line.browser.recv(100) == b"\x81\x03" + "声".encode()
    assert frames.write(line.protocol, "x" * 300)
    assert line.browser.recv(400) == b"\x81\x7e\x01\x2c" + b"x" * 300


def test_what_the_socket_does_not_take_is_left_to_twisted_and_then_the_asgi_way_is_taken(line: Line) -> None:
    text = "x" * 4_000_000
    assert frames.write(line.protocol, text)
    assert not frames.write(line.protocol, "next")
    left = sum(map(len, line.transport._tempDataBuffer))
    assert 0 < left < len(text)


@pytest.mark.parametrize("state", [WebSocketProtocol.STATE_CLOSING, WebSocketProtocol.STATE_CLOSED])
def test_a_closing_socket_is_not_written_to(line: Line, state: int) -> None:
    line.protocol.state = state
    assert not frames.write(line.protocol, "late")
    line.browser.setblocking(False)
    with pytest.raises(BlockingIOError):
        line.browser.recv(1)


def test_a_lost_connection_is_left_to_twisted(line: Line) -> None:
    line.browser.close()
    assert not frames.write(line.protocol, "nobody hears")


def test_a_transport_of_another_kind_takes_the_asgi_way(line: Line) -> None:
    line.protocol.transport = object()
    assert not frames.write(line.protocol, "x")


async def test_daphne_hands_an_application_a_send_that_leads_to_its_protocol() -> None:
    sends: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        sends.append(send)

    server = Server(application, endpoints=["tcp:0"])
    protocol = WebSocketProtocol.__new__(WebSocketProtocol)
    server.connections = {protocol: {}}
    server.create_application(protocol, {"type": "websocket"})
    await server.connections[protocol]["application_instance"]
    assert frames.behind(sends[0]) is protocol


async def test_another_servers_send_leads_nowhere() -> None:
    async def send(_message: Any) -> None: ...

    assert frames.behind(send) is None


def test_autobahn_composes_no_debug_lines_for_a_socket() -> None:
    composing = WebSocketServerProtocol._connectionMade, autobahn.WebSocketProtocol._connectionMade
    names = {name for method in composing for name in method.__code__.co_names}
    assert {"pformat", "hltype"} <= names  # else there is nothing left to hush
    assert asgi.application
    assert [vars(autobahn)[name](frames.hush) for name in ("pformat", "hltype")] == ["", ""]
