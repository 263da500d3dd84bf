"""What a process keeps running, and what becomes of it when it falls."""

import asyncio
from collections.abc import AsyncIterator
from unittest.mock import AsyncMock

import pytest
from django.db import DatabaseError
from redis.exceptions import RedisError
from structlog.testing import capture_logs

from accounts.throttle import Unavailable
from rooms import jobs
from rooms.jobs import Jobs, attempt, every


class Clumsy:
    """A job that falls so often by `error`, and then goes on for ever."""

    def __init__(self, times: int, error: BaseException) -> None:
        self.times, self.error = times, error
        self.begun = 0
        self.stands = asyncio.Event()

    async def run(self) -> None:
        self.begun += 1
        if self.begun <= self.times:
            raise type(self.error)(*self.error.args)
        self.stands.set()
        await asyncio.Event().wait()


@pytest.fixture
async def kept() -> AsyncIterator[Jobs]:
    kept = Jobs()
    yield kept
    await kept.stop()


@pytest.fixture
def _without_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "FIRST_PAUSE", 0.0)


@pytest.mark.usefixtures("_without_a_pause")
@pytest.mark.parametrize("error", [ZeroDivisionError("alice"), asyncio.CancelledError("alice")])
async def test_what_falls_is_begun_again_and_the_log_says_where_but_repeats_nobody_s_words(
    kept: Jobs, error: BaseException
) -> None:
    clumsy = Clumsy(2, error)
    with capture_logs() as lines:
        kept.keep("clumsy", clumsy.run)
        async with asyncio.timeout(10):
            await clumsy.stands.wait()
    assert (clumsy.begun, kept.falls) == (3, {"clumsy": 2})
    assert [(line["event"], line["job"], line["error"]) for line in lines] == [
        ("job_fell", "clumsy", type(error).__name__)
    ] * 2
    assert all("in run" in line["where"] for line in lines)
    assert "alice" not in str(lines)


async def test_the_pause_grows_to_its_longest(kept: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    clumsy = Clumsy(20, ZeroDivisionError())
    monkeypatch.setattr(asyncio, "sleep", sleep)
    with capture_logs():
        kept.keep("clumsy", clumsy.run)
        async with asyncio.timeout(10):
            await clumsy.stands.wait()
    assert pauses[:4] == [0.1, 0.2, 0.4, 0.8]
    assert (max(pauses), pauses[-1]) == (30.0, 30.0)


@pytest.mark.usefixtures("_without_a_pause")
async def test_one_that_falls_again_and_again_is_named_until_it_stands(
    kept: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    once, often = Clumsy(1, ZeroDivisionError()), Clumsy(jobs.MANY, ZeroDivisionError())
    with capture_logs():
        kept.keep("once", once.run)
        kept.keep("often", often.run)
        async with asyncio.timeout(10):
            await once.stands.wait()
            await often.stands.wait()
    assert kept.falling() == ["often"]
    monkeypatch.setattr(jobs, "STEADY", 0.0)
    assert kept.falling() == []


@pytest.mark.usefixtures("_without_a_pause")
async def test_falls_between_which_it_stood_are_no_falling(kept: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "STEADY", 0.0)
    clumsy = Clumsy(3 * jobs.MANY, ZeroDivisionError())
    with capture_logs():
        kept.keep("clumsy", clumsy.run)
        async with asyncio.timeout(10):
            await clumsy.stands.wait()
    monkeypatch.setattr(jobs, "STEADY", 60.0)
    assert kept.falling() == []


async def test_one_that_came_to_its_end_is_not_begun_again(kept: Jobs) -> None:
    short = AsyncMock()
    kept.keep("short", short)
    while kept._tasks:  # noqa: ASYNC110  # it ends in this very loop
        await asyncio.sleep(0)
    assert (short.await_count, kept.falls, kept.falling()) == (1, {"short": 0}, [])


async def test_stopping_waits_for_no_pause_and_begins_nothing_again() -> None:
    kept, fallen, standing = Jobs(), Clumsy(1, ZeroDivisionError()), Clumsy(0, ZeroDivisionError())
    with capture_logs() as lines:
        kept.keep("fallen", fallen.run)
        kept.keep("standing", standing.run)
        await standing.stands.wait()
        async with asyncio.timeout(jobs.FIRST_PAUSE / 2):
            await kept.stop()
    assert (fallen.begun, standing.begun, len(lines)) == (1, 1, 1)


async def test_what_fails_once_is_told_at_once_and_not_begun_again(kept: Jobs) -> None:
    clumsy = Clumsy(1, ZeroDivisionError("alice"))
    with capture_logs() as lines:
        kept.once(clumsy.run())
        while kept._tasks:  # noqa: ASYNC110  # it ends in this very loop
            await asyncio.sleep(0)
    assert [(line["event"], line["job"]) for line in lines] == [("job_fell", "once")]
    assert (clumsy.begun, kept.falls) == (1, {})


@pytest.mark.parametrize("away", [RedisError, Unavailable, DatabaseError, OSError])
async def test_what_cannot_be_done_while_something_is_away_ends_nothing(away: type[Exception]) -> None:
    await attempt(AsyncMock(side_effect=away))


async def test_what_is_done_every_so_often_goes_on_when_something_is_back() -> None:
    done = asyncio.Event()

    async def do() -> None:
        calls.append(None)
        if len(calls) == 1:
            raise DatabaseError
        done.set()

    calls: list[None] = []
    task = asyncio.create_task(every(0, do))
    async with asyncio.timeout(10):
        await done.wait()
    task.cancel()
    assert len(calls) >= 2
