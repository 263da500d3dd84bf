"""What is said here to the other media processes of the room, and theirs to us, over Redis pub/sub.

It has connections of its own, apart from the `Link`'s. Audio never waits for them: what Redis does not take at once is
dropped, and a line that was cut comes back by itself, for ever.
"""

import asyncio
import logging
import random
from asyncio import StreamWriter
from collections.abc import Callable
from typing import Any

from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from rooms.sfu.counters import Count, Counters
from rooms.sfu.log import words
from rooms.sfu.parcels import Parcel
from rooms.sfu.refusals import Refused
from rooms.sfu.routes import Arrival, Routes

WINDOW = 64
"""Parcels that may wait for Redis' word that it has them: what comes later than that is worth nothing."""
PATIENCE = 2.0
"""Seconds without a word from Redis after which it is away."""
BEAT = 0.5
FIRST_DELAY, LAST_DELAY = 0.05, 0.5

_log = logging.getLogger(__name__)


class Bridge:
    """Parcels out by `send`, in by `take`, as `routes` say. Nothing is connected before a room was spread."""

    def __init__(self, url: str, routes: Routes, take: Callable[[Arrival], None], counters: Counters) -> None:
        self._pool = ConnectionPool.from_url(url, socket_timeout=None, socket_connect_timeout=PATIENCE)
        self._routes = routes
        self._take = take
        self._counters = counters
        self._followed: set[str] = set()
        self._news = asyncio.Event()
        self._out: AbstractConnection | None = None
        self._writer: StreamWriter | None = None
        self._unanswered = 0

    def send(self, room: str, parcel: Parcel) -> None:
        """Nothing: `parcel` is on its way to the other processes of the room, if there are any, or was dropped."""
        if not self._routes.travels(room):
            return
        if self._writer is None or self._unanswered >= WINDOW:
            self._counters[Count.BRIDGE_UNSENT] += 1
        elif closed := self._routes.close(room, parcel):
            self._command("PUBLISH", *closed)
            self._counters[Count.BRIDGE_PUBLISHED] += 1

    def follow(self) -> None:
        """Nothing: what the routes say now is what is heard from now on. Call it when they may have changed."""
        if self._routes.channels.keys() != self._followed:
            self._news.set()

    async def run(self) -> None:
        """Nothing, ever: carries parcels until cancelled; begins again whenever Redis was away."""
        clock, delay = asyncio.get_running_loop().time, FIRST_DELAY
        while True:
            await self._news.wait()
            began = clock()
            try:
                await self._connected()
            except* (RedisError, OSError, TimeoutError) as errors:
                _log.warning("bridge_lost", extra={"fields": {"errors": words(errors)}})
            self._news.set()
            if clock() - began > PATIENCE:
                delay = FIRST_DELAY
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            delay = min(LAST_DELAY, delay * 2)

    async def _connected(self) -> None:
        """Nothing; raises when either line ends."""
        self._followed.clear()
        out, into = self._line(), self._line()
        try:
            await _open(into)
            await _open(out)
            self._out, self._writer, self._unanswered = out, out._writer, 0  # noqa: SLF001 - it alone writes at once
            async with asyncio.TaskGroup() as group:
                group.create_task(self._beat())
                group.create_task(self._answers(out))
                group.create_task(self._subscribe(into))
                group.create_task(self._hear(into))
        finally:
            self._out = self._writer = None
            await out.disconnect(nowait=True)
            await into.disconnect(nowait=True)

    def _line(self) -> AbstractConnection:
        line: AbstractConnection = self._pool.make_connection()  # type: ignore[no-untyped-call]  # redis-py's
        return line

    def _command(self, *words: str | bytes) -> None:
        """Nothing: written before it returns, so that the other processes work while we send to our own listeners."""
        if self._out and self._writer:
            self._writer.write(b"".join(self._out.pack_command(*words)))
            self._unanswered += 1

    async def _beat(self) -> None:
        while True:
            self._command("PING")
            await asyncio.sleep(BEAT)

    async def _answers(self, line: AbstractConnection) -> None:
        while True:
            await _read(line)
            self._unanswered -= 1

    async def _subscribe(self, line: AbstractConnection) -> None:
        """Nothing, ever: subscribes as the routes say, and asks Redis for a word where there is nothing to change."""
        while True:
            self._news.clear()
            wanted = set(self._routes.channels)
            for command, channels in (
                ("SUBSCRIBE", wanted - self._followed),
                ("UNSUBSCRIBE", self._followed - wanted),
            ):
                if channels:
                    await line.send_command(command, *sorted(channels))
            self._followed = wanted
            await line.send_command("PING")
            try:
                async with asyncio.timeout(BEAT):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _hear(self, line: AbstractConnection) -> None:
        while True:
            match await _read(line):
                case [b"message", bytes(channel), bytes(data)]:
                    self._arrived(channel.decode(), data)

    def _arrived(self, channel: str, data: bytes) -> None:
        try:
            arrival = self._routes.open(channel, data)
        except Refused:
            self._counters[Count.BRIDGE_REFUSED] += 1
            return
        self._counters[Count.BRIDGE_RECEIVED] += 1
        self._counters[Count.BRIDGE_LOST] += arrival.missed
        self._take(arrival)


async def _open(line: AbstractConnection) -> None:
    """Nothing, once Redis has greeted us. Raises `TimeoutError` when it takes the connection and says nothing."""
    async with asyncio.timeout(PATIENCE):
        await line.connect()  # type: ignore[no-untyped-call]  # redis-py's


async def _read(line: AbstractConnection) -> Any:
    """Redis' next word. Raises `TimeoutError` when there is none in time, though it was asked for."""
    async with asyncio.timeout(PATIENCE):
        return await line.read_response()
