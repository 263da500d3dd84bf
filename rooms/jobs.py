"""The tasks of a process: what is to be done once, and what it keeps running, begun again when it falls."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextvars import Context
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import DatabaseError
from redis.exceptions import RedisError

from accounts.throttle import Unavailable

AWAY = (RedisError, Unavailable, DatabaseError, OSError)
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0  # seconds until what fell is begun again
STEADY = 60.0  # seconds after which a job stands again: longer than the longest pause
MANY = 5  # falls without standing in between

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Kept:
    """When (loop time) a job was begun last, or will be; how often it fell, and how often without standing again."""

    began: float
    falls: int = 0
    in_a_row: int = 0


class Jobs:
    """The tasks of one event loop; each belongs to no request or socket, whichever it was that began it."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._kept: dict[str, _Kept] = {}

    def once(self, job: Coroutine[Any, Any, None]) -> None:
        """Run it; of an error that nobody foresaw the log tells."""
        task = asyncio.get_running_loop().create_task(job, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def keep(self, name: str, begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run it to its end, and begin it again whenever it fails by an error that nobody foresaw."""
        self.once(self._keep(name, begin))

    async def stop(self) -> None:
        """Nothing: all have ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def falls(self) -> Mapping[str, int]:
        """How often each job that is kept fell."""
        return {name: kept.falls for name, kept in self._kept.items()}

    def falling(self) -> list[str]:
        """The jobs that fall again and again."""
        now = asyncio.get_running_loop().time()
        return [name for name, kept in self._kept.items() if kept.in_a_row >= MANY and now - kept.began < STEADY]

    async def _keep(self, name: str, begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
        clock = asyncio.get_running_loop().time
        kept, pause = self._kept.setdefault(name, _Kept(clock())), FIRST_PAUSE
        while True:
            try:
                return await begin()
            except (Exception, asyncio.CancelledError) as error:  # also of something that was cancelled inside
                if _stopping():
                    raise
                _tell(name, error)
            if clock() - kept.began >= STEADY:
                kept.in_a_row, pause = 0, FIRST_PAUSE
            kept.falls, kept.in_a_row, kept.began = kept.falls + 1, kept.in_a_row + 1, clock() + pause
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _tell("once", error)


async def every(seconds: float, do: Callable[[], Awaitable[object]]) -> None:
    """Do it again and again, until cancelled."""
    while True:
        await attempt(do)
        await asyncio.sleep(seconds)


async def attempt(do: Callable[..., Awaitable[object]], *args: object) -> None:
    """Do it; if Redis or the database is away, say so and go on: it is done again."""
    try:
        await do(*args)
    except AWAY as error:
        tell_away(error)


def tell_away(error: Exception) -> None:
    """Say in the log what is away."""
    _log.warning("away", error=type(error).__name__)


def _stopping() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _tell(job: str, error: BaseException) -> None:
    """Say what fell and where, but not in the error's own words: they may be somebody's."""
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("job_fell", job=job, error=type(error).__name__, where=where)
