"""The web side's end of the relay, without a web side: orders out and reports in, over Redis."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from rooms.sfu import messages

_Kind = TypeVar("_Kind", bound=messages.Report)


class Desk:
    """Gives one media process its orders and collects what it reports; made by `desk`."""

    def __init__(self, redis: Redis, sfu: str) -> None:
        self.sfu = sfu
        self.reports: list[messages.Report] = []
        self._redis = redis
        self._news = asyncio.Event()
        self._open = asyncio.Event()
        self._answers: dict[str, asyncio.Future[str]] = {}

    async def order(self, order: messages.Order) -> None:
        """Publishes one order."""
        await self.say(messages.dump(order))

    async def say(self, text: str | bytes) -> None:
        """Publishes `text` where orders are read, whatever it is."""
        await self._redis.publish(messages.orders_channel(self.sfu), text)

    async def answer(self, offer: messages.Offer, seconds: float = 5) -> str:
        """The SDP answer to `offer`. Raises `messages.Refused` when it is rejected."""
        future = self._answers[offer.request] = asyncio.get_running_loop().create_future()
        await self.order(offer)
        try:
            return await asyncio.wait_for(future, seconds)
        finally:
            del self._answers[offer.request]

    async def report(self, kind: type[_Kind], seconds: float = 5, **values: Any) -> _Kind:
        """The oldest report of this kind with these values, taken off the pile. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while True:
                for report in self.reports:
                    if isinstance(report, kind) and all(getattr(report, k) == values[k] for k in values):
                        self.reports.remove(report)
                        return report
                self._news.clear()
                await self._news.wait()

    def pile(self, kind: type[_Kind]) -> list[_Kind]:
        """The reports of this kind that nobody has asked for yet."""
        return [report for report in self.reports if isinstance(report, kind)]

    async def listen(self) -> None:
        """Collects reports until cancelled; a lost Redis is asked again."""
        while True:
            with contextlib.suppress(RedisConnectionError):
                await self._listen()
            self._open.clear()
            await asyncio.sleep(0.1)

    async def listening(self) -> None:
        """Returns once no report can be missed."""
        await self._open.wait()

    async def _listen(self) -> None:
        async with self._redis.pubsub() as subscription:
            await subscription.subscribe(messages.REPORTS)
            async for message in subscription.listen():
                if message["type"] == "subscribe":
                    self._open.set()
                else:
                    self._take(messages.load(message["data"]))

    def _take(self, report: messages.Message) -> None:
        if isinstance(report, messages.Order) or report.sfu != self.sfu:
            return
        if not isinstance(report, messages.Answer | messages.Rejected):
            self.reports.append(report)
            self._news.set()
            return
        future = self._answers.get(report.request)
        if future is None or future.done():
            return
        if isinstance(report, messages.Answer):
            future.set_result(report.sdp)
        else:
            future.set_exception(messages.Refused(messages.Code(report.code)))


@contextlib.asynccontextmanager
async def desk(url: str, sfu: str) -> AsyncIterator[Desk]:
    """A desk for the media process `sfu` that listens until the block ends."""
    async with Redis.from_url(url) as redis:
        it = Desk(redis, sfu)
        listening = asyncio.create_task(it.listen())
        try:
            await it.listening()
            yield it
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
