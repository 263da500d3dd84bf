"""One TCP connection of a browser whose network blocks UDP (RFC 6544): a port that only it is at.

Late sound is worthless, and TCP would deliver all of it. So little is given to the kernel at once, the rest waits
here, and of what waits too long the oldest goes first. Who reads nothing at all is cut.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from rooms.sfu.counters import Count, Counters
from rooms.sfu.framing import Frames, framed
from rooms.sfu.peer import MAX_DATAGRAM
from rooms.sfu.ports import Port
from rooms.sfu.refusals import Refused

QUEUE = 25
"""Datagrams that wait at most: half a second of one voice."""
KERNEL = 8 << 10
"""Bytes that the kernel is asked to hold back; some 20 datagrams, as it counts."""
CHUNK = 16 << 10
STALLED = 5.0
"""Seconds in which a reader must take something of what waits for him."""
LEEWAY = 10.0
"""Seconds in which the first checked STUN request must come; later, a stream that is nobody's is closed at once."""


class Stream(Port):
    """A `Port` whose datagrams are frames of one TCP connection."""

    stream = True

    def __init__(self, accepted: socket.socket, address: Any, counters: Counters, now: float) -> None:
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL)
        host, number = accepted.getsockname()[:2]
        super().__init__(accepted, host, number)
        self.address = address
        self.closed = False
        self._counters = counters
        self._frames = Frames(MAX_DATAGRAM)
        self._rest = b""
        self._waiting: deque[bytes] = deque()
        self._moved_at = now

    def start(self, receive: Callable[[Port, bytes, Any], None]) -> None:
        """Nothing: `receive` is called with every datagram that comes from now on, and may refuse it."""
        asyncio.get_running_loop().add_reader(self.socket, self._readable, receive)

    def _readable(self, receive: Callable[[Port, bytes, Any], None]) -> None:
        try:
            data = self.socket.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        try:
            for frame in self._frames.feed(data):
                self._take(frame, receive)
        except Refused as refused:
            self._counters[refused.code] += 1
            self.close()

    def _take(self, frame: bytes, receive: Callable[[Port, bytes, Any], None]) -> None:
        try:
            receive(self, frame, self.address)
        except Refused as refused:
            self._counters[refused.code] += 1

    def sender(self) -> Callable[[bytes, Any], Any]:
        """What puts a datagram into the stream, or lets it wait. Raises `OSError` when the stream is over."""
        return self._send

    def _send(self, data: bytes, _: Any) -> None:
        frame = framed(data)
        if self._rest or self._waiting:
            self._wait(frame)
            return
        try:
            sent = self.socket.send(frame)
        except BlockingIOError:
            sent = 0
        if sent < len(frame):
            loop = asyncio.get_running_loop()
            self._rest, self._moved_at = frame[sent:], loop.time()
            loop.add_writer(self.socket, self._writable)

    def _wait(self, frame: bytes) -> None:
        if len(self._waiting) == QUEUE:
            self._waiting.popleft()
            self._counters[Count.STREAM_LATE] += 1
        self._waiting.append(frame)

    def _writable(self) -> None:
        """Nothing: as much as the kernel takes of what waits was given to it."""
        loop = asyncio.get_running_loop()
        self._moved_at = loop.time()
        while self._rest or self._waiting:
            frame = self._rest or self._waiting.popleft()
            try:
                sent = self.socket.send(frame)
            except BlockingIOError:
                sent = 0
            except OSError:
                self.close()
                return
            self._rest = frame[sent:]
            if self._rest:
                return
        loop.remove_writer(self.socket)

    def overdue(self, now: float) -> bool:
        """True when nobody proved to be somebody here, or the reader has not taken anything for too long."""
        if self._rest and now - self._moved_at > STALLED:
            self._counters[Count.STREAMS_CUT] += 1
            return True
        return not self.known and now - self._moved_at > LEEWAY

    def close(self) -> None:
        """Nothing: the connection is over, whatever still waits."""
        if self.closed:
            return
        self.closed = True
        self._rest = b""
        self._waiting.clear()
        with suppress(RuntimeError):  # no loop runs any more
            loop = asyncio.get_running_loop()
            loop.remove_reader(self.socket)
            loop.remove_writer(self.socket)
        self.socket.close()
