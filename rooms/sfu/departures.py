"""Connections that end: each is told goodbye and reported once, a few at a time."""

import asyncio
import gc
import time
from collections.abc import Callable, Sequence
from itertools import islice

from rooms.sfu import rtcp
from rooms.sfu.connection import Connection
from rooms.sfu.connections import Connections
from rooms.sfu.counters import Counters
from rooms.sfu.messages import Gone, Report
from rooms.sfu.room import Ended

AT_ONCE = 20
"""Connections closed between two looks at the sockets: a room of thousands ends, and others talk meanwhile."""


class Departures:
    """What ends the `connections` of the process `sfu`; `report` takes what the web side must know."""

    def __init__(
        self, sfu: str, connections: Connections, report: Callable[[Report], None], counters: Counters
    ) -> None:
        self._sfu = sfu
        self._connections = connections
        self._report = report
        self._counters = counters
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, ended: Sequence[Ended]) -> None:
        """Nothing: the first few are closed, and the others soon, a few at a time."""
        for one in ended[:AT_ONCE]:
            self._end(one)
        if len(ended) > AT_ONCE:
            asyncio.get_running_loop().call_soon(self.take, ended[AT_ONCE:])

    async def over(self) -> None:
        """Nothing, once every connection is closed."""
        while self._connections:
            self.take([Ended(one, "dropped") for one in islice(self._connections, AT_ONCE)])
            await asyncio.sleep(0)
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _end(self, ended: Ended) -> None:
        """Nothing: the connection is closed and its end reported, once."""
        connection = ended.connection
        if connection not in self._connections:
            return
        self._connections.remove(connection)
        connection.forget()
        connection.room.remove(connection, time.monotonic())
        self._report(Gone(self._sfu, connection.room.wanted.room, connection.member, connection.id, ended.reason))
        task = asyncio.create_task(self._close(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close(self, connection: Connection) -> None:
        """Nothing: the peer was told that its streams and the connection end.

        One that hears nothing was sent reports by us, who leave all the same: encoders wait for that word (RFC 9725).
        """
        if connection.handshake and connection.handshake is not asyncio.current_task():
            connection.handshake.cancel()
        if connection.connected:
            ours = connection.room.ssrcs[: max(1, len(connection.listener.views))]
            connection.send_rtcp(rtcp.goodbye(ours), self._counters)
        connection.handshake = None
        await connection.peer.close()
        if not self._connections and len(self._tasks) == 1:
            gc.collect()  # the last has left: nobody waits for it, and nothing is left over but by a mistake of ours
