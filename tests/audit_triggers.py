"""Lets the test runner empty the audit table between transactional tests, which the database otherwise refuses.

And lets it delete the few rows there are: PostgreSQL takes a third of a second to truncate all tables.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

from django.db import connection
from django.test import TransactionTestCase

from moderation.audit import triggers

_teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # no public hook


@contextmanager
def lifted() -> Iterator[None]:
    """Within it, entries may be deleted."""
    present = "audit_entry" in connection.introspection.table_names()
    if present:
        _run(triggers.REMOVE)
    yield
    if present:
        _run(triggers.INSTALL)


def _run(statements: object) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:  # type: ignore[index]  # a mapping by vendor
            cursor.execute(statement)


def _lifted_teardown(case: TransactionTestCase) -> None:
    with lifted(), patch.object(connection.ops, "sql_flush", _deletions):
        _teardown(case)


def _deletions(_style: object, tables: Sequence[str], **_how: bool) -> list[str]:
    """What empties the tables; what refers to what is asked when all are empty."""
    return [f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables]


TransactionTestCase._fixture_teardown = _lifted_teardown  # type: ignore[attr-defined]  # as above
