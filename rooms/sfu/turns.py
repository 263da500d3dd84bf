"""DTLS records wait their turn, one between two looks at the sockets.

A step of a handshake costs as much as a packet to a hundred listeners: a thousand who come in at once would hold up
who is talking.
"""

import asyncio
import time
from collections import deque

from rooms.sfu.connection import Connection
from rooms.sfu.connections import Connections
from rooms.sfu.counters import Count, Counters

MOST = 8192
"""Records that wait; clients send again what was dropped."""


class Turns:
    """The records of all connections, in the order in which they came."""

    def __init__(self, connections: Connections, counters: Counters) -> None:
        self._connections, self._counters = connections, counters
        self._waiting: deque[tuple[Connection, bytes]] = deque()

    def put(self, connection: Connection, data: bytes) -> None:
        """Nothing: the record is taken in its turn, or dropped and counted where too many wait."""
        if len(self._waiting) >= MOST:
            self._counters[Count.DTLS_OVERFLOW] += 1
            return
        self._waiting.append((connection, data))
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._take)

    def _take(self) -> None:
        connection, data = self._waiting.popleft()
        if not connection.peer.feed(data):
            self._counters[Count.DTLS_OVERFLOW] += 1
        self._connections.doubt(connection, time.monotonic())
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._take)
