"""The road between processes, over a Valkey that goes away and comes back."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.exceptions import RedisError

from rooms import bus
from rooms.bus import Bus
from rooms.roles import Code, Refused
from tests.valkey import OwnValkey


class Ear:
    """A bus that runs, and what it heard."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.opened: asyncio.Queue[None] = asyncio.Queue()
        self.bus = Bus(lambda: self.opened.put_nowait(None))

    async def hear(self) -> str:
        async with asyncio.timeout(20):
            return await self.heard.get()

    async def open(self) -> None:
        async with asyncio.timeout(20):
            await self.opened.get()


@pytest.fixture
async def ear(own_valkey: Any) -> AsyncIterator[Ear]:
    ear = Ear()
    task = asyncio.create_task(ear.bus.run())
    await ear.open()
    yield ear
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def say(channel: str, text: str) -> None:
    bus.publish([(channel, text)])


async def test_what_is_published_is_heard_in_order_by_those_who_subscribed(ear: Ear) -> None:
    assert await ear.bus.subscribe("a", ear.heard.put_nowait)
    bus.publish([("a", "1"), ("b", "not for us"), ("a", "2\nlines")])
    assert [await ear.hear(), await ear.hear()] == ["1", "2\nlines"]


async def test_thousands_of_words_at_once_leave_others_their_turn_on_the_loop(ear: Ear) -> None:
    turn, turns = 0, Counter[int]()
    heard = asyncio.Event()

    async def take_turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    def hear(text: str) -> None:
        turns[turn] += 1
        if text == "last":
            heard.set()

    assert await ear.bus.subscribe("a", hear)
    other = asyncio.create_task(take_turns())
    await asyncio.to_thread(bus.publish, [("a", "word")] * 500 + [("a", "last")])
    async with asyncio.timeout(20):
        await heard.wait()
    other.cancel()
    assert (turns.total(), max(turns.values()) <= bus.BATCH) == (501, True)


@pytest.mark.usefixtures("own_valkey")
async def test_who_subscribes_while_the_first_connection_is_made_hears_all_that_is_said_from_then_on() -> None:
    ear = Ear()
    task = asyncio.create_task(ear.bus.run())
    assert await ear.bus.subscribe("a", ear.heard.put_nowait, wait=20)
    say("a", "1")
    assert await ear.hear() == "1"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_who_unsubscribed_hears_nothing_more(ear: Ear) -> None:
    await ear.bus.subscribe("a", ear.heard.put_nowait)
    await ear.bus.subscribe("b", ear.heard.put_nowait)
    await ear.bus.unsubscribe("a")
    bus.publish([("a", "late"), ("b", "in time")])
    assert await ear.hear() == "in time"


async def test_after_an_outage_everything_wanted_is_subscribed_again(ear: Ear, own_valkey: Any) -> None:
    await ear.bus.subscribe("before", ear.heard.put_nowait)
    own_valkey.stop()
    async with asyncio.timeout(20):
        while ear.bus.open_since is not None:  # noqa: ASYNC110  # until the loss is noticed
            await asyncio.sleep(0.01)
    assert not await ear.bus.subscribe("meanwhile", ear.heard.put_nowait)
    own_valkey.start()
    await ear.open()
    say("before", "1")
    say("meanwhile", "2")
    assert [await ear.hear(), await ear.hear()] == ["1", "2"]
    assert await ear.bus.subscribe("meanwhile", ear.heard.put_nowait)


async def test_a_redis_that_says_nothing_any_more_is_left_and_found_again(
    ear: Ear, own_valkey: OwnValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ear.bus.subscribe("a", ear.heard.put_nowait)
    monkeypatch.setattr(bus, "SILENCE", 0.1)
    say("a", "1")
    assert await ear.hear() == "1"
    own_valkey.hang()
    async with asyncio.timeout(20):
        while ear.bus.open_since is not None:  # noqa: ASYNC110  # until the loss is noticed
            await asyncio.sleep(0.01)
    own_valkey.go_on()
    await ear.open()
    say("a", "2")
    assert await ear.hear() == "2"


async def test_a_redis_with_nothing_to_say_is_not_taken_for_gone(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    await ear.bus.subscribe("a", ear.heard.put_nowait)
    monkeypatch.setattr(bus, "SILENCE", 0.1)
    say("a", "1")
    assert await ear.hear() == "1"
    await asyncio.sleep(0.5)
    assert ear.opened.empty()
    say("a", "2")
    assert await ear.hear() == "2"


async def test_without_redis_publishing_fails_and_the_check_refuses(own_valkey: Any) -> None:
    bus.check()
    own_valkey.stop()
    with pytest.raises(RedisError):
        say("a", "1")
    with pytest.raises(Refused) as caught:
        bus.check()
    assert caught.value.code is Code.UNAVAILABLE


async def test_many_changes_of_an_audience_are_announced_once(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    await ear.bus.subscribe(bus.room_channel("r"), ear.heard.put_nowait)
    bus._stirred.clear()
    for _ in range(50):
        bus.stir("r")
    say(bus.room_channel("r"), "end")
    assert [await ear.hear(), await ear.hear()] == [bus.Letter("").dump(), "end"]


@pytest.mark.usefixtures("own_valkey")
async def test_an_ear_that_a_handler_made_fall_counts_nobody_s_silence_until_it_runs_again() -> None:
    ear = Ear()
    task = asyncio.create_task(ear.bus.run())
    await ear.bus.subscribe("a", lambda text: ear.heard.put_nowait(str(int(text))), wait=20)
    await ear.open()
    say("a", "no number")
    with pytest.raises(ValueError, match="no number"):
        await task
    assert ear.bus.open_since is None
    task = asyncio.create_task(ear.bus.run())
    await ear.open()
    assert await ear.bus.subscribe("a", ear.heard.put_nowait, wait=20)
    say("a", "1")
    assert await ear.hear() == "1"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
