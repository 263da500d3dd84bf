"""The road between processes: Redis pub/sub, one subscription per process and channel.

Anybody may `publish` (from a thread). A web process listens with one `Bus`, which reconnects for ever. What is lost on
the road is found again: events are numbered, and orders to the media side are wanted states.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

import redis
import redis.asyncio
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from rooms.roles import Code, Refused

SECONDS = 1.0  # how long a publisher waits for Redis
FIRST_WAIT, LONGEST_WAIT = 0.05, 2.0
BATCH = 50  # words of Redis heard before others get their turn on the loop
SILENCE = 5.0  # seconds without a word from Redis, which is asked for one then; after as many more it is away

STIR_EVERY = 0.25  # seconds
MOST_STIRRED = 10_000
_stirred: dict[str, float] = {}

_log = structlog.get_logger(__name__)
Handler = Callable[[str], None]
Parcel = tuple[str, str]
"""A channel, and the text that goes there."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a room's sockets are handed: `text` as it is, to all or to one connection, and then a close code if not 0.

    A letter without text says that the audience changed.
    """

    text: str
    to: str = ""
    close: int = 0

    def dump(self) -> str:
        """The letter on the wire: its envelope on the first line."""
        return f"{self.to} {self.close}\n{self.text}"

    @classmethod
    def load(cls, wire: str) -> "Letter":
        """The letter that `dump` wrote."""
        envelope, _, text = wire.partition("\n")
        to, _, close = envelope.partition(" ")
        return cls(text, to, int(close))


def room_channel(room: str) -> str:
    """The channel of a room's letters."""
    return f"stoa:room:{room}"


def client() -> redis.Redis:
    """The process's client for short calls from threads. Raises `redis.RedisError` within about a second."""
    return _client(settings.REDIS_URL)


@lru_cache(maxsize=4)
def _client(url: str) -> redis.Redis:
    once = Retry(NoBackoff(), 1)  # a pooled connection may have died in its sleep
    return redis.Redis.from_url(
        url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=once, decode_responses=True
    )


def publish(parcels: Iterable[Parcel]) -> None:
    """Send each (channel, text), in order. Raises `redis.RedisError`."""
    pipeline = client().pipeline(transaction=False)
    for channel, text in parcels:
        pipeline.publish(channel, text)
    pipeline.execute()


def readers(channels: Iterable[str]) -> set[str]:
    """Those of the channels that somebody listens to. Raises `redis.RedisError`."""
    found: list[tuple[str, int]] = client().pubsub_numsub(*channels)  # type: ignore[assignment]  # as in `leases`
    return {channel for channel, number in found if number}


def stir(room: str) -> None:
    """Tell everybody that the room's audience has changed, unless this process just did. Raises `redis.RedisError`.

    A change that is not told falls so shortly after one that was that the hubs' second look finds it.
    """
    now = time.monotonic()
    if now - _stirred.get(room, 0) < STIR_EVERY:
        return
    if len(_stirred) > MOST_STIRRED:
        _stirred.clear()
    _stirred[room] = now
    publish([(room_channel(room), Letter("").dump())])


def check() -> None:
    """Nothing, if the road is open; else raises `Refused(UNAVAILABLE)`."""
    try:
        client().ping()
    except RedisError as error:
        raise Refused(Code.UNAVAILABLE) from error


class Bus:
    """The ear of a web process. `reconnected` is called whenever the road opens again after it was closed."""

    def __init__(self, reconnected: Callable[[], None]) -> None:
        self._reconnected = reconnected
        self._handlers: dict[str, Handler] = {}
        self._open: dict[str, asyncio.Event] = {}
        self._pubsub: redis.asyncio.client.PubSub | None = None
        self.open_since: float | None = None  # loop time; None while the road is closed
        self._away = False  # Redis, as far as is known: not while the first connection is being made

    async def subscribe(self, channel: str, handler: Handler, wait: float = SECONDS) -> bool:
        """Whether the channel is open, after at most `wait` seconds. If not, it opens when Redis is back."""
        known = channel in self._handlers
        self._handlers[channel] = handler
        event = self._open.setdefault(channel, asyncio.Event())
        if self._away or event.is_set():
            return event.is_set()
        if not known:
            await self._say("subscribe", channel)
        try:
            async with asyncio.timeout(wait):
                await event.wait()
        except TimeoutError:
            return False
        return True

    def hears(self, channel: str) -> bool:
        """Whether the channel is open. Any thread may ask."""
        event = self._open.get(channel)
        return event is not None and event.is_set()

    async def unsubscribe(self, channel: str) -> None:
        """Stop listening to the channel."""
        self._handlers.pop(channel, None)
        self._open.pop(channel, None)
        await self._say("unsubscribe", channel)

    async def run(self) -> None:
        """Listen until cancelled."""
        wait = FIRST_WAIT
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                _log.warning("redis_lost", error=type(error).__name__)
            finally:
                wait = min(wait * 2, LONGEST_WAIT) if self.open_since is None else FIRST_WAIT
                self._close()
            await asyncio.sleep(wait)

    def _close(self) -> None:
        """Whatever ended it, no channel is open, and nobody's silence counts."""
        self.open_since, self._away = None, True
        for event in self._open.values():
            event.clear()

    async def _say(self, word: str, channel: str) -> None:
        """Tell Redis, if it is there; if not, the next connection starts with what is wanted then."""
        if self._pubsub is None:
            return
        try:
            await getattr(self._pubsub, word)(channel)
        except (RedisError, OSError) as error:
            _log.warning("redis_lost", error=type(error).__name__)

    async def _listen(self) -> None:
        never = Retry(NoBackoff(), 0)
        async with (
            redis.asyncio.Redis.from_url(settings.REDIS_URL, retry=never, decode_responses=True) as connection,
            connection.pubsub() as pubsub,
        ):
            async with asyncio.timeout(SILENCE):
                await pubsub.subscribe(_SELF)
            self._pubsub = pubsub  # from here on a new channel subscribes itself; those before are asked for below
            try:
                await pubsub.subscribe(*(_SELF, *self._handlers))
                self.open_since, self._away = asyncio.get_running_loop().time(), False
                self._reconnected()
                for heard in count(1):
                    self._take(await _word(pubsub))
                    if heard % BATCH == 0:  # what has come already is taken without waiting
                        await asyncio.sleep(0)
            finally:
                self._pubsub = None

    def _take(self, message: dict[str, str]) -> None:
        channel = message["channel"]
        if message["type"] == "subscribe" and channel in self._open:
            self._open[channel].set()
        handler = self._handlers.get(channel)
        if message["type"] == "message" and handler is not None:
            handler(message["data"])


async def _word(pubsub: redis.asyncio.client.PubSub) -> dict[str, str]:
    """The next thing that Redis says. Raises `TimeoutError` when it says nothing, even though it was asked.

    A machine that lost its power says no goodbye, and who only listens would wait for it for ever.
    """
    message = await pubsub.get_message(timeout=SILENCE)
    if message is None:
        await pubsub.ping()
        message = await pubsub.get_message(timeout=SILENCE)
    if message is None:
        raise TimeoutError
    word: dict[str, str] = message
    return word


_SELF = "stoa:web"  # keeps the connection subscribed when no room is
