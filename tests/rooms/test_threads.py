"""Contract of `rooms.threads`: work that may block is done, several at a time, and no connection is left behind."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from rooms.threads import NUMBER, Threads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def threads() -> AsyncIterator[Threads]:
    running = Threads()
    yield running
    await running.stop()


async def test_work_gives_its_result_or_its_error(threads: Threads) -> None:
    assert await threads.run(max, 1, 2) == 2
    with pytest.raises(ZeroDivisionError):
        await threads.run(divmod, 1, 0)


async def test_at_the_end_every_thread_has_closed_its_connection_to_the_database() -> None:
    threads, together = Threads(), threading.Barrier(NUMBER)

    def ask() -> BaseDatabaseWrapper:
        connections["default"].ensure_connection()
        together.wait(10)
        return connections["default"]

    found = await asyncio.gather(*(threads.run(ask) for _ in range(NUMBER)))
    assert all(one.connection for one in found)
    await threads.stop()
    assert not any(one.connection for one in found)
