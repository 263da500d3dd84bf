"""A media process, as far as the web side can tell: it takes orders and answers offers."""

import asyncio
from collections.abc import Mapping
from typing import Any, Self, TypeVar

import redis.asyncio
from django.conf import settings

from rooms.sfu import messages
from rooms.sfu.messages import Alive, Answer, Gone, Ice, Offer, Order, Rejected, Report

KEY = "0900000000000000000000000000000000000000000000000000000000000000"
_O = TypeVar("_O")


class Relay:
    """Named `name`; `orders` are those it took. With `refuse` it rejects every offer with that code."""

    def __init__(self, name: str = "sfu-1", epoch: str = "e1", peers: int = 0) -> None:
        self.name, self.epoch, self.peers = name, epoch, peers
        self.orders: list[Order] = []
        self.refuse: messages.Code | None = None
        self.mute = False
        self.ice = 0

    async def __aenter__(self) -> Self:
        self._redis: Any = redis.asyncio.Redis.from_url(settings.REDIS_URL, decode_responses=True)
        self._pubsub = self._redis.pubsub()
        await self._pubsub.subscribe(messages.orders_channel(self.name))
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py's
        await self._redis.aclose()

    async def report(self, report: Report) -> int:
        """Tell the web side; how many of its processes heard it."""
        heard: int = await self._redis.publish(messages.REPORTS, messages.dump(report))
        return heard

    async def alive(self, rooms: Mapping[str, int] | None = None, *, draining: bool = False) -> None:
        """Say that it lives, and which rooms it knows at which version, until somebody hears it."""
        for _ in range(500):
            if await self.report(Alive(self.name, self.epoch, self.peers, draining, rooms or {}, key=KEY)):
                return
            await asyncio.sleep(0.01)  # a web process listens as soon as it can

    async def gone(self, offer: Offer, reason: str = "timeout") -> None:
        """Say that the peer of this offer is gone."""
        await self.report(Gone(self.name, offer.wanted.room, offer.member, offer.peer, reason))

    async def took(self, kind: type[_O], count: int = 1) -> _O:
        """The `count`th order of this kind, once it is there."""
        async with asyncio.timeout(20):
            while len(found := [one for one in self.orders if isinstance(one, kind)]) < count:  # noqa: ASYNC110  # as they come
                await asyncio.sleep(0.01)  # orders come when they come
        return found[count - 1]

    async def _run(self) -> None:
        async for message in self._pubsub.listen():
            if message["type"] != "message":
                continue
            order = messages.load(message["data"])
            self.orders.append(order)  # type: ignore[arg-type]  # only orders come this way
            if isinstance(order, Offer) and not self.mute:
                await self._answer(order)
            elif isinstance(order, Ice):
                self.ice += order.anew
                fragment = f"a=ice-ufrag:user{self.ice}\r\n"
                await self.report(Answer(self.name, order.request, order.peer, fragment))

    async def _answer(self, offer: Offer) -> None:
        if self.refuse is not None:
            await self.report(Rejected(self.name, offer.request, offer.peer, self.refuse.value))
        else:
            await self.report(Answer(self.name, offer.request, offer.peer, f"answer to {offer.sdp}"))
