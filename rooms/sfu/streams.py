"""The TCP connections of a media process: accepted, looked after, closed."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from rooms.sfu.counters import Count, Counters
from rooms.sfu.networks import network
from rooms.sfu.ports import Port
from rooms.sfu.stream import Stream

MAX_STREAMS = 4096
MAX_UNKNOWN = 32
"""Streams from one address (a `network`) in which nobody has proved yet to be somebody."""
REST = 1.0
"""Seconds until connections are accepted again where there was no descriptor for one."""
BACKLOG = 64
"""Connections taken before the loop looks at the others."""


class Streams:
    """Every stream, and the listening sockets in `ports` that they come in by."""

    def __init__(self, ports: list[Port], counters: Counters) -> None:
        self.ports = ports
        self._counters = counters
        self._open: set[Stream] = set()
        self._unknown: Counter[str] = Counter()

    def start(self, receive: Callable[[Port, bytes, Any], None]) -> None:
        """Nothing: from now on connections are accepted, and `receive` is called with every datagram in them."""
        for port in self.ports:
            asyncio.get_running_loop().add_reader(port.socket, self._accept, port, receive)

    def _accept(self, port: Port, receive: Callable[[Port, bytes, Any], None]) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(BACKLOG):
            try:
                accepted, address = port.socket.accept()
            except BlockingIOError:
                return
            except OSError:  # no descriptor is left, most likely: those who wait are looked at again a little later
                self._counters[Count.STREAMS_REFUSED] += 1
                loop.remove_reader(port.socket)
                loop.call_later(REST, loop.add_reader, port.socket, self._accept, port, receive)
                return
            whose = network(address[0])
            if len(self._open) >= MAX_STREAMS or self._unknown[whose] >= MAX_UNKNOWN:
                self._counters[Count.STREAMS_REFUSED] += 1
                accepted.close()
                continue
            stream = Stream(accepted, address, self._counters, loop.time())
            self._open.add(stream)
            self._unknown[whose] += 1
            stream.start(receive)

    def tick(self, now: float) -> None:
        """Nothing: streams that lead nowhere are closed, and those of each address counted. About once a second."""
        for stream in list(self._open):
            if stream.closed or stream.overdue(now):
                stream.close()
                self._open.remove(stream)
        self._unknown = Counter(network(stream.address[0]) for stream in self._open if not stream.known)

    def close(self) -> None:
        """Nothing: every stream and every listening socket is closed."""
        for port in self.ports:
            asyncio.get_running_loop().remove_reader(port.socket)
            port.socket.close()
        for stream in self._open:
            stream.close()
        self._open.clear()
