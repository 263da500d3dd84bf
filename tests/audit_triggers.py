"""Lets the test runner empty the audit table between transactional tests, which the database otherwise refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

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
    with lifted():
        _teardown(case)


TransactionTestCase._fixture_teardown = _lifted_teardown  # type: ignore[attr-defined]  # as above
