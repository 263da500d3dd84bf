"""A few threads that keep their database connections, for an event loop that must wait for nobody."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import Barrier
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connections

NUMBER = 4

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Threads:
    """The threads of one event loop."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(NUMBER, thread_name_prefix="rooms")

    async def run(self, do: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """What `do` returns, run in one of them.

        What it writes bears the name of the request or socket that it is run for.
        """
        call = partial(_with_connection, do, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._pool, copy_context().run, call)

    async def stop(self) -> None:
        """Nothing: all have ended, and closed their connections."""
        together = Barrier(NUMBER)
        await asyncio.gather(*(self.run(_hang_up, together) for _ in range(NUMBER)))
        self._pool.shutdown()


def _with_connection(do: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    close_old_connections()
    return do(*args, **kwargs)


def _hang_up(together: Barrier) -> None:
    """Close this thread's database connection; each thread waits for the others, so that every one has its turn."""
    together.wait()
    connections.close_all()
