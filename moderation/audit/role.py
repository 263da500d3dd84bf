"""The PostgreSQL role that the servers use: it may add to the log, and neither change it nor take from it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections
from psycopg import sql

from moderation.audit.triggers import FOREVER

INSERT_ONLY = ("audit_entry", *FOREVER)
NO_UPDATE = ("audit_label",)  # a label may be erased, and never changed


def statements(role: str) -> list[str]:
    """What gives `role` the rights that the servers need, and no more; for the owner of the tables, after `migrate`."""
    name = sql.Identifier(role)
    schema = "GRANT USAGE ON SCHEMA public TO {role}"
    rows = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
    numbers = "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
    log = [f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {{role}}" for table in INSERT_ONLY]
    labels = [f"REVOKE UPDATE, TRUNCATE ON {table} FROM {{role}}" for table in NO_UPDATE]
    lines = [schema, rows, numbers, *log, *labels]
    return [sql.SQL(line).format(role=name).as_string(None) for line in lines]


def make(role: str, password: str) -> None:
    """Nothing: there is a role of that name, which signs in with the password if it was not there before.

    Raises `ProgrammingError` where there is none and the owner may make none.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            verifier = _verifier(role, password) if password else None
            line = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier))
            cursor.execute(line.as_string(None))


def _verifier(role: str, password: str) -> str:
    """What the server keeps of the password: the statement may come into its log, and does if it fails."""
    return str(connection.connection.pgconn.encrypt_password(password.encode(), role.encode()).decode())


def grant(role: str) -> None:
    """Run the statements."""
    with connection.cursor() as cursor:
        for statement in statements(role):
            cursor.execute(statement)


@contextmanager
def as_owner() -> Iterator[None]:
    """Within it this thread speaks to the database as its owner, where DATABASE_OWNER_URL names one."""
    servant = connections["default"]
    connections["default"] = connections["owner" if "owner" in connections.settings else "default"]
    try:
        yield
    finally:
        connections["default"] = servant


def may_change() -> bool:
    """Whether the present role could change the log or take from it, if no trigger stood before it."""
    if connection.vendor != "postgresql":
        return True
    ways = [(table, "UPDATE, DELETE, TRUNCATE") for table in INSERT_ONLY]
    ways += [(table, "UPDATE, TRUNCATE") for table in NO_UPDATE]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(has_table_privilege(name, way)) FROM unnest(%s::text[], %s::text[]) AS asked (name, way)",
            [list(part) for part in zip(*ways, strict=True)],
        )
        (allowed,) = cursor.fetchone()
    return bool(allowed)
