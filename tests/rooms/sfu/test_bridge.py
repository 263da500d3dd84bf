"""Contract of `rooms.sfu.bridge`: what can be carried is, at once; what cannot is dropped, counted, and never waits."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from redis.asyncio import Redis

from benchmarks import servers
from rooms.sfu import bridge
from rooms.sfu.bridge import WINDOW, Bridge
from rooms.sfu.counters import Count, Counters
from rooms.sfu.envelope import close
from rooms.sfu.messages import Spread
from rooms.sfu.parcels import Parcel
from rooms.sfu.routes import Arrival, Routes, audio_channel
from tests.rooms.sfu.harness import until

GONE = Parcel(1, 100, None)
A, B = "node-0", "node-1"


class End:
    """One process's end of a bridge, and what it took."""

    def __init__(self, url: str, sfu: str) -> None:
        self.taken: list[Arrival] = []
        self.counters: Counters = Counter()
        numbers = count(1)
        self.routes = Routes(sfu, X25519PrivateKey.generate(), lambda size: next(numbers).to_bytes(size, "big"))
        self.bridge = Bridge(url, self.routes, self.taken.append, self.counters)

    def spread(self, turn: int = 1, *carriers: str) -> None:
        order = Spread("room", turn, carriers or (A, B), "")
        self.routes.take(close(order, bytes(32), self.routes.public, X25519PrivateKey.generate()))
        self.bridge.follow()


@asynccontextmanager
async def running(*ends: End) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(end.bridge.run()) for end in ends]
    yield
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def across(one: End, other: End) -> None:
    """Nothing, once what `one` sends arrives."""
    async with asyncio.timeout(5):
        while not other.taken:
            one.bridge.send("room", GONE)
            await asyncio.sleep(0.01)
    other.taken.clear()


@pytest.mark.server
async def test_what_one_sends_the_other_takes_in_order_and_nothing_else(url: str) -> None:
    one, other = End(url, A), End(url, B)
    async with running(one, other):
        one.spread()
        other.spread()
        await across(one, other)
        one.counters.clear()
        for member in range(WINDOW // 2):
            one.bridge.send("room", Parcel(member, 100, None))
        await until(lambda: len(other.taken) == WINDOW // 2)
        assert [arrival.parcel.member for arrival in other.taken] == list(range(WINDOW // 2))
        assert (one.taken, one.counters) == ([], {Count.BRIDGE_PUBLISHED: WINDOW // 2})
    assert other.counters[Count.BRIDGE_REFUSED] == other.counters[Count.BRIDGE_LOST] == 0


@pytest.mark.server
async def test_without_a_room_that_is_spread_redis_is_not_asked_for_anything(url: str) -> None:
    one = End(url, A)
    async with Redis.from_url(url) as redis, running(one):
        before = len(await redis.client_list())
        one.spread(1, A)
        one.bridge.send("room", GONE)
        await asyncio.sleep(0.1)
        assert len(await redis.client_list()) == before
    assert one.counters == {}


@pytest.mark.server
async def test_what_is_forged_or_said_twice_is_counted_and_not_taken(url: str) -> None:
    one, other = End(url, A), End(url, B)
    async with Redis.from_url(url) as redis, running(one, other):
        one.spread()
        other.spread()
        await across(one, other)
        closed = one.routes.close("room", GONE)
        assert closed
        for data in (closed[1], closed[1], b"nonsense", closed[1][:-1] + b"?"):
            await redis.publish(audio_channel("room", A), data)
        await until(lambda: other.counters[Count.BRIDGE_REFUSED] == 3)
    assert len(other.taken) == 1


@pytest.mark.server
async def test_a_room_that_is_not_spread_any_more_is_not_heard_any_more(url: str) -> None:
    one, other = End(url, A), End(url, B)
    async with Redis.from_url(url) as redis, running(one, other):
        one.spread()
        other.spread()
        await across(one, other)
        other.spread(2, B)
        async with asyncio.timeout(5):
            while await redis.publish(audio_channel("room", A), b""):  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.01)


@pytest.mark.server
async def test_nothing_waits_for_a_redis_that_stands_still(tmp_path: Path) -> None:
    with servers.valkey(tmp_path) as valkey:
        one, other = End(servers.redis_url(tmp_path), A), End(servers.redis_url(tmp_path), B)
        async with running(one, other):
            one.spread()
            other.spread()
            await across(one, other)
            one.counters.clear()
            valkey.process.send_signal(19)
            for _ in range(10 * WINDOW):
                one.bridge.send("room", GONE)
            assert one.counters[Count.BRIDGE_PUBLISHED] <= WINDOW
            assert one.counters[Count.BRIDGE_UNSENT] >= 9 * WINDOW
            valkey.process.send_signal(18)
            await across(one, other)


@pytest.mark.server
async def test_a_redis_that_stands_still_is_given_up_and_found_again(tmp_path: Path) -> None:
    with servers.valkey(tmp_path) as valkey:
        one, other = End(servers.redis_url(tmp_path), A), End(servers.redis_url(tmp_path), B)
        async with running(one, other):
            one.spread()
            other.spread()
            await across(one, other)
            valkey.process.send_signal(19)
            await until(lambda: one.bridge._writer is other.bridge._writer is None)
            valkey.process.send_signal(18)
            await across(one, other)
            await across(other, one)


async def test_while_redis_is_away_everything_is_dropped_and_counted() -> None:
    one = End("unix:///nowhere", A)
    async with running(one):
        one.spread()
        await asyncio.sleep(0.05)
        for _ in range(3):
            one.bridge.send("room", GONE)
    assert one.counters == {Count.BRIDGE_UNSENT: 3}


@pytest.mark.server
async def test_a_mistake_in_taking_a_parcel_is_not_passed_over(url: str) -> None:
    one, other = End(url, A), End(url, B)

    def mistake(_: Arrival) -> None:
        raise ZeroDivisionError

    other.bridge._take = mistake
    task = asyncio.create_task(other.bridge.run())
    async with running(one):
        one.spread()
        other.spread()
        async with asyncio.timeout(5):
            while not task.done():
                one.bridge.send("room", GONE)
                await asyncio.sleep(0.01)
    with pytest.raises(ExceptionGroup):
        await task


async def test_a_redis_that_takes_a_connection_and_says_nothing_is_left_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge, "PATIENCE", 0.1)
    taken: list[asyncio.StreamWriter] = []
    async with await asyncio.start_unix_server(lambda _, writer: taken.append(writer), tmp_path / "mute.sock"):
        end = End(f"unix://{tmp_path}/mute.sock", A)
        end.spread()
        async with running(end):
            await until(lambda: len(taken) > 2)
        for writer in taken:
            writer.close()
