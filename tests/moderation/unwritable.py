"""A log that takes no entry, and everything that must then stay as it is."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from asgiref.sync import sync_to_async
from django.apps import apps
from django.db import connection

from tests.watched import WATCHED

REFUSE = {
    "sqlite": "CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    "postgresql": "ALTER TABLE audit_entry ADD CONSTRAINT full_disk CHECK (false) NOT VALID",
}
ACCEPT = {"sqlite": "DROP TRIGGER full", "postgresql": "ALTER TABLE audit_entry DROP CONSTRAINT full_disk"}


@contextmanager
def full() -> Iterator[None]:
    """No entry can be written."""
    _run(REFUSE)
    try:
        yield
    finally:
        _run(ACCEPT)


@asynccontextmanager
async def full_meanwhile() -> AsyncIterator[None]:
    """The same for a test that awaits."""
    await sync_to_async(_run)(REFUSE)
    try:
        yield
    finally:
        await sync_to_async(_run)(ACCEPT)


def state() -> list[object]:
    """Every row that an act could have changed, with the log's own, and who is signed in where."""
    tables = (*WATCHED, "django_session", "usersessions_usersession")
    watched = [model for model in apps.get_models() if model._meta.db_table in tables]
    return [list(model._default_manager.order_by("pk").values()) for model in watched]


def _run(statements: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements[connection.vendor])
