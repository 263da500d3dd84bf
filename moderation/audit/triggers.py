"""The database's own refusal to change or delete an entry, for SQLite and PostgreSQL."""

from types import MappingProxyType

# INSERT OR REPLACE deletes the old row without asking a DELETE trigger, so an id that is taken is refused as well.
_SQLITE_WHEN = MappingProxyType(
    {
        "update": "BEFORE UPDATE ON audit_entry",
        "delete": "BEFORE DELETE ON audit_entry",
        "replace": "BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)",
    }
)
_SQLITE_INSTALL = tuple(
    f"CREATE TRIGGER audit_entry_no_{name} {when} BEGIN SELECT RAISE(ABORT, 'audit entries are insert-only'); END"
    for name, when in _SQLITE_WHEN.items()
)
_SQLITE_REMOVE = tuple(f"DROP TRIGGER IF EXISTS audit_entry_no_{name}" for name in _SQLITE_WHEN)

_POSTGRESQL_INSTALL = (
    (
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit entries are insert-only'; END $$"
    ),
    (
        "CREATE TRIGGER audit_entry_insert_only BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    ),
    (
        "CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    ),
)
_POSTGRESQL_REMOVE = (
    "DROP TRIGGER IF EXISTS audit_entry_insert_only ON audit_entry",
    "DROP TRIGGER IF EXISTS audit_entry_no_truncate ON audit_entry",
    "DROP FUNCTION IF EXISTS audit_refuse()",
)

INSTALL = MappingProxyType({"sqlite": _SQLITE_INSTALL, "postgresql": _POSTGRESQL_INSTALL})
REMOVE = MappingProxyType({"sqlite": _SQLITE_REMOVE, "postgresql": _POSTGRESQL_REMOVE})
