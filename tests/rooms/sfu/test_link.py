"""Contract of `rooms.sfu.link`: orders come in, reports go out, and a line that was cut comes back by itself."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis

from benchmarks import servers
from rooms.sfu import link as module
from rooms.sfu.counters import Count, Counters
from rooms.sfu.link import Link
from rooms.sfu.messages import REPORTS, Alive, Drop, Gone, Order, Present, Report, dump, load, orders_channel
from rooms.sfu.refusals import Code

ALIVE = Alive("node-0", "epoch", 0, False, {})


def gone(number: int) -> Gone:
    return Gone("node-0", "room", 7, f"peer {number}", "left")


class Line:
    """A link, what it took, and everything that was published."""

    def __init__(self, url: str) -> None:
        self.taken: list[Order] = []
        self.heard: list[Report] = []
        self.counters: Counters = Counter()
        self.link = Link(url, "node-0", self.taken.append, lambda: ALIVE, self.counters)


@asynccontextmanager
async def listening(url: str, line: Line) -> AsyncIterator[Redis]:
    """A web side that writes down every report."""
    redis = Redis.from_url(url, socket_timeout=None, client_name="web")
    pubsub = redis.pubsub()
    await pubsub.subscribe(REPORTS)

    async def note() -> None:
        async for message in pubsub.listen():
            if message["type"] == "message":
                line.heard.append(load(message["data"]))  # type: ignore[arg-type]  # reports, by the channel

    task = asyncio.create_task(note())
    yield redis
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py's
    await redis.aclose()


@asynccontextmanager
async def running(line: Line) -> AsyncIterator[None]:
    task = asyncio.create_task(line.link.run())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def mistake(_: Order) -> None:
    raise ZeroDivisionError


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.005)


@pytest.mark.server
async def test_it_greets_as_soon_as_it_can_take_orders(url: str) -> None:
    line = Line(url)
    async with listening(url, line) as redis, running(line):
        await until(lambda: line.heard == [ALIVE])
        assert await redis.publish(orders_channel("node-0"), dump(Drop("room", 3, 0))) == 1
        await until(lambda: line.taken == [Drop("room", 3, 0)])


@pytest.mark.server
async def test_nonsense_is_counted_and_the_next_order_taken(url: str) -> None:
    line = Line(url)
    async with listening(url, line) as redis, running(line):
        await until(lambda: bool(line.heard))
        for text in ("nonsense", dump(gone(1)), dump(Drop("room", 3, 0))):
            await redis.publish(orders_channel("node-0"), text)
        await until(lambda: line.taken == [Drop("room", 3, 0)])
    assert line.counters == {Code.MESSAGE_INVALID: 1}


@pytest.mark.server
async def test_reports_arrive_in_order(url: str) -> None:
    line = Line(url)
    async with listening(url, line), running(line):
        for number in range(500):
            line.link.send(gone(number))
        await line.link.flushed()
        await until(lambda: len(line.heard) == 501)
    assert [one for one in line.heard if isinstance(one, Gone)] == [gone(number) for number in range(500)]


@pytest.mark.server
async def test_a_line_that_was_cut_greets_again_and_takes_orders(url: str) -> None:
    line = Line(url)
    async with listening(url, line) as redis, running(line):
        await until(lambda: line.heard == [ALIVE])
        for client in await redis.client_list():
            if client["name"] != "web":
                await redis.client_kill_filter(_id=client["id"])
        await until(lambda: line.heard == [ALIVE, ALIVE])
        await redis.publish(orders_channel("node-0"), dump(Drop("room", 3, 0)))
        await until(lambda: line.taken == [Drop("room", 3, 0)])


@pytest.mark.server
async def test_reports_wait_for_a_server_that_is_down_and_orders_work_after_its_return(tmp_path: Path) -> None:
    url = servers.redis_url(tmp_path)
    line = Line(url)
    async with running(line):
        line.link.send(gone(1))
        await asyncio.sleep(0.3)
        assert gone(1) in line.link._waiting
        with servers.valkey(tmp_path):
            await asyncio.wait_for(line.link.flushed(), 10)
            async with listening(url, line) as redis:
                while not await redis.publish(orders_channel("node-0"), dump(Drop("room", 3, 0))):  # noqa: ASYNC110 - theirs
                    await asyncio.sleep(0.02)
                await until(lambda: line.taken == [Drop("room", 3, 0)])


@pytest.mark.server
async def test_a_mistake_in_taking_an_order_is_not_passed_over(url: str) -> None:
    line = Line(url)
    line.link._take = mistake
    async with listening(url, line) as redis:
        task = asyncio.create_task(line.link.run())
        await until(lambda: bool(line.heard))
        await redis.publish(orders_channel("node-0"), dump(Drop("room", 3, 0)))
        with pytest.raises(ExceptionGroup):
            await asyncio.wait_for(task, 5)


async def test_the_oldest_reports_are_lost_and_counted_where_too_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 3)
    line = Line("unix:///nowhere")
    for number in range(5):
        line.link.send(gone(number))
    assert list(line.link._waiting) == [gone(2), gone(3), gone(4)]
    assert line.counters == {Count.REPORTS_LOST: 2}


async def test_a_rush_of_reports_does_not_keep_it_from_greeting() -> None:
    line = Line("unix:///nowhere")
    line.link.send(gone(1))
    line.link.greet()
    assert list(line.link._waiting) == [gone(1), ALIVE]


async def test_a_rush_of_reports_is_told_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    line = Line("unix:///nowhere")
    for number in range(3):
        line.link.send(gone(number))
    assert line.link._due() == [gone(0), gone(1)]


@pytest.mark.server
async def test_what_is_told_a_few_at_a_time_is_told_whole_and_in_order(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    line = Line(url)
    async with listening(url, line), running(line):
        await until(lambda: bool(line.heard))
        line.heard.clear()
        for number in range(7):
            line.link.send(gone(number))
        await asyncio.wait_for(line.link.flushed(), 5)
        await until(lambda: len(line.heard) == 7)
    assert line.heard == [gone(number) for number in range(7)]


async def test_one_greeting_waits_and_no_more_while_the_line_is_down() -> None:
    line = Line("unix:///nowhere")
    line.link.greet()
    line.link.greet()
    assert list(line.link._waiting) == [ALIVE]


async def test_nobody_hears_later_of_who_was_there_as_the_line_went_down() -> None:
    line = Line("unix:///nowhere")
    line.link.greet(Present("node-0", {"room": (7,)}))
    line.link.send(gone(7))
    async with running(line):
        await until(lambda: list(line.link._waiting) == [ALIVE, gone(7)])


@pytest.mark.server
async def test_it_knows_whether_anybody_takes_its_reports(url: str) -> None:
    line = Line(url)
    async with running(line):
        await until(lambda: not line.link.heard)
        async with listening(url, line):
            line.link.greet()
            await until(lambda: line.link.heard)


@pytest.mark.server
async def test_that_a_peer_is_gone_is_told_when_somebody_is_there_to_hear_it_and_once(url: str) -> None:
    line = Line(url)
    async with running(line):
        await until(lambda: not line.link.heard)
        for report in (gone(1), Present("node-0", {}), gone(2)):
            line.link.send(report)
        await asyncio.wait_for(line.link.flushed(), 5)
        async with listening(url, line):
            line.link.greet()
            await until(lambda: line.heard == [ALIVE, gone(1), gone(2)])
            line.link.greet()
            await until(lambda: line.heard == [ALIVE, gone(1), gone(2), ALIVE])
