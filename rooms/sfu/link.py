"""The line to the web side over Redis pub/sub. It comes back by itself, for ever; audio never waits for it."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable
from itertools import islice

from redis.asyncio import Redis
from redis.exceptions import RedisError

from rooms.sfu.counters import Count, Counters
from rooms.sfu.log import words
from rooms.sfu.messages import REPORTS, Alive, Gone, Order, Present, Report, dump, load, orders_channel
from rooms.sfu.refusals import Refused

MAX_WAITING = 20_000
AT_ONCE = 100
"""Reports published between two looks at the sockets: a room of thousands ends, and others talk meanwhile."""
FIRST_DELAY, LAST_DELAY = 0.05, 1.0
PATIENCE = 5.0
"""Seconds that a connection may take to come up or to take a report."""

_log = logging.getLogger(__name__)


class Link:
    """Orders in by `take`, reports out by `send`. `alive` makes the greeting of each new connection.

    `heard` is whether any web process took the last report.
    """

    def __init__(
        self, url: str, sfu: str, take: Callable[[Order], None], alive: Callable[[], Alive], counters: Counters
    ) -> None:
        self._redis = Redis.from_url(url, socket_timeout=None, socket_connect_timeout=PATIENCE)
        self._channel = orders_channel(sfu)
        self._take = take
        self._alive = alive
        self._counters = counters
        self._waiting: deque[Report] = deque()
        self._more, self._empty = asyncio.Event(), asyncio.Event()
        self._empty.set()
        self.heard = True

    def send(self, report: Report) -> None:
        """Nothing: `report` will be published, after those before it; the oldest is lost where too many wait."""
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.popleft()
            self._counters[Count.REPORTS_LOST] += 1
        self._waiting.append(report)
        self._empty.clear()
        self._more.set()

    def greet(self, *more: Report) -> None:
        """Nothing: the web side will hear that we live, however much else waits: silence would pass for death.

        `more` goes along, unless the last greeting still waits.
        """
        if not any(isinstance(report, Alive) for report in self._waiting):
            for report in (self._alive(), *more):
                self.send(report)

    async def run(self) -> None:
        """Nothing, ever: reads orders and publishes reports until cancelled.

        Both are begun again when either fails, later each time and with jitter.
        """
        clock, delay = asyncio.get_running_loop().time, FIRST_DELAY
        while True:
            began = clock()
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._read())
                    group.create_task(self._publish())
            except* (RedisError, OSError, TimeoutError) as errors:
                _log.warning("redis_lost", extra={"fields": {"errors": words(errors)}})
            # Who was there as the line went down may have left since: the next report is soon enough.
            self._waiting = deque(report for report in self._waiting if not isinstance(report, Present))
            if clock() - began > PATIENCE:
                delay = FIRST_DELAY
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            delay = min(LAST_DELAY, delay * 2)

    async def flushed(self) -> None:
        """Nothing, once every report is published that anybody hears."""
        await self._empty.wait()

    async def _read(self) -> None:
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(self._channel)
            async for message in pubsub.listen():
                if message["type"] == "message":
                    self._order(message["data"])
                else:
                    self.send(self._alive())
            raise ConnectionError("the subscription ended")

    def _order(self, data: bytes) -> None:
        try:
            message = load(data)
        except Refused as refused:
            self._counters[refused.code] += 1
            return
        if isinstance(message, Order):
            self._take(message)

    async def _publish(self) -> None:
        while True:
            await self._more.wait()
            batch = self._due()
            async with asyncio.timeout(PATIENCE), self._redis.pipeline(transaction=False) as pipeline:
                for report in batch:
                    pipeline.publish(REPORTS, dump(report))
                self.heard = any(await pipeline.execute())
            told = {id(report) for report in batch if self.heard or not isinstance(report, Gone)}
            self._waiting = deque(report for report in self._waiting if id(report) not in told)
            if not self._due():
                self._more.clear()
                self._empty.set()

    def _due(self) -> list[Report]:
        """What is published now. Nobody says again that a peer is gone: it waits until the web side is there."""
        due = (report for report in self._waiting if self.heard or not isinstance(report, Gone))
        return list(islice(due, AT_ONCE))
