"""A light client of the room socket (RFC 6455, docs/protocol.md): no library; messages are stamped as they come."""

import asyncio
import base64
import json
import os
import time
from collections.abc import Mapping
from typing import Any

_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class WebSocket(asyncio.Protocol):
    """One connection, made by `connect`; `received` holds every message with its arrival (monotonic seconds)."""

    def __init__(self, request: bytes) -> None:
        self.received: list[tuple[float, dict[str, Any]]] = []
        self.closed: int | None = None
        self.refused = ""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request = request
        self._buffer = b""
        self._news = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Takes the answer to the upgrade, then frames."""
        arrived = time.monotonic()
        self._buffer += data
        if not self.opened.done() and not self._upgraded():
            return
        while frame := self._frame():
            self._take(*frame, arrived)

    def connection_lost(self, exc: Exception | None) -> None:
        """Remembers that it is over."""
        self.closed = self.closed or 1006
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed before the upgrade"))
        self._news.set()

    def say(self, message: Mapping[str, Any]) -> None:
        """Sends one JSON message."""
        self._write(_TEXT, json.dumps(message).encode())

    async def message(self, kind: str, seconds: float = 10, **values: Any) -> tuple[float, dict[str, Any]]:
        """The oldest message of this type and its arrival. Raises `TimeoutError`; `ConnectionError` if refused."""
        async with asyncio.timeout(seconds):
            while True:
                for entry in self.received:
                    _, body = entry
                    if body.get("type") == kind and all(body.get(name) == values[name] for name in values):
                        self.received.remove(entry)
                        return entry
                if self.closed or self.refused:
                    raise ConnectionError(self.refused, self.closed)
                self._news.clear()
                await self._news.wait()

    def close(self) -> None:
        """Says goodbye and goes."""
        if not self.closed:
            self._write(_CLOSE, (1000).to_bytes(2, "big"))
        self._transport.close()

    def _upgraded(self) -> bool:
        head, blank, rest = self._buffer.partition(b"\r\n\r\n")
        if not blank:
            return False
        status = head.split(b" ", 2)[1]
        if status != b"101":
            self.opened.set_exception(ConnectionError(status.decode()))
            self._transport.close()
            return False
        self._buffer = rest
        self.opened.set_result(None)
        return True

    def _frame(self) -> tuple[int, bytes] | None:
        if len(self._buffer) < 2:
            return None
        start, length = 2, self._buffer[1] & 127
        if length >= 126:
            start += 2 if length == 126 else 8
            length = int.from_bytes(self._buffer[2:start], "big")
        if len(self._buffer) < start + length:
            return None
        kind, body = self._buffer[0] & 15, self._buffer[start : start + length]
        self._buffer = self._buffer[start + length :]
        return kind, body

    def _take(self, kind: int, body: bytes, arrived: float) -> None:
        if kind == _TEXT:
            self._hear(json.loads(body), arrived)
        elif kind == _PING:
            self._write(_PONG, body)
        elif kind == _CLOSE:
            self.closed = int.from_bytes(body[:2], "big") or 1005
            self._news.set()

    def _hear(self, message: dict[str, Any], arrived: float) -> None:
        if message["type"] == "ping":
            self.say({"type": "pong"})
            return
        if message["type"] == "error":
            self.refused = str(message["code"])
        self.received.append((arrived, message))
        self._news.set()

    def _write(self, kind: int, body: bytes) -> None:
        size = len(body)
        length = bytes([128 | size]) if size < 126 else bytes([254]) + size.to_bytes(2, "big")
        self._transport.write(bytes([128 | kind]) + length + bytes(4) + body)  # a mask of zeros: as it is


async def connect(host: str, port: int, path: str, headers: Mapping[str, str]) -> WebSocket:
    """An open connection. Raises `ConnectionError` with the HTTP status when the upgrade is refused."""
    wanted = {
        "Host": f"{host}:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        **headers,
    }
    request = f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in wanted.items()) + "\r\n"
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(lambda: WebSocket(request.encode()), host, port)
    await socket.opened
    return socket
