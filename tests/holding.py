"""Two connections that want one row: the second waits until the first has committed."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import pytest
from django.db import connection, connections, transaction

from tests.flows.stack import until

T = TypeVar("T")
needs_rows = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")


@contextmanager
def held(hold: Callable[[], object], act: Callable[[], T]) -> Iterator[Future[T]]:
    """What `act` comes to, which another connection does: it waits for the row that `hold` holds here until the end."""

    with ThreadPoolExecutor(1) as thread, transaction.atomic():
        hold()
        done = thread.submit(apart, act)
        until("it waits for us", lambda: done.done() or _waiting())
        assert not done.done(), done.exception()
        yield done


def apart(act: Callable[[], T]) -> T:
    """What `act` comes to on a connection of its own."""
    try:
        return act()
    finally:
        connections.close_all()


def _waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
