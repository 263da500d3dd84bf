"""The database's own refusal to change the log, or to delete from it before its time, for SQLite and PostgreSQL."""

from types import MappingProxyType

FLOOR = 184  # days: six months are never longer
FOREVER = ("audit_leaf", "audit_node", "audit_checkpoint", "audit_cosignature")  # insert-only for good
_SAME = {  # what a new row would replace
    "audit_entry": "id = NEW.id",
    "audit_label": "id = NEW.id OR (entry = NEW.entry AND person = NEW.person)",
    "audit_leaf": '"index" = NEW."index" OR entry = NEW.entry',
    "audit_node": 'id = NEW.id OR (level = NEW.level AND "index" = NEW."index")',
    "audit_checkpoint": "size = NEW.size",
    "audit_cosignature": 'id = NEW.id OR (size = NEW.size AND "key" = NEW."key")',
}
_UNPROVED = "NOT EXISTS (SELECT 1 FROM audit_leaf WHERE entry = OLD.id)"
_WORDS = "the audit log is insert-only"


def _sqlite(table: str) -> list[tuple[str, str]]:
    """Names of triggers and when they refuse.

    INSERT OR REPLACE deletes the old row without asking a DELETE trigger, so a key that is taken is refused as well.
    """
    early = f"OLD.recorded_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{FLOOR} days')"
    when = f" WHEN {early} OR {_UNPROVED}" if table == "audit_entry" else ""
    return [
        (f"{table}_no_update", f"BEFORE UPDATE ON {table}"),
        (f"{table}_no_replace", f"BEFORE INSERT ON {table} WHEN {_taken(table)}"),
        *([] if table == "audit_label" else [(f"{table}_no_delete", f"BEFORE DELETE ON {table}{when}")]),
    ]


def _taken(table: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} WHERE {_SAME[table]})"  # noqa: S608  # our own names


_SQLITE = [trigger for table in _SAME for trigger in _sqlite(table)]
_SQLITE_INSTALL = tuple(
    f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END" for name, when in _SQLITE
)
_SQLITE_REMOVE = tuple(f"DROP TRIGGER IF EXISTS {name}" for name, _ in _SQLITE)

_FUNCTIONS = {
    "audit_refuse": f"RAISE EXCEPTION '{_WORDS}';",
    "audit_prune": (
        f"IF OLD.recorded_at > now() - interval '{FLOOR} days' OR {_UNPROVED} "
        f"THEN RAISE EXCEPTION '{_WORDS}'; END IF; RETURN OLD;"
    ),
}


def _postgresql(table: str) -> list[tuple[str, str]]:
    """Names of triggers and what they do when."""
    refuse = "EXECUTE FUNCTION audit_refuse()"
    delete = "EXECUTE FUNCTION audit_prune()" if table == "audit_entry" else refuse
    return [
        (f"{table}_no_update", f"BEFORE UPDATE ON {table} FOR EACH ROW {refuse}"),
        (f"{table}_no_truncate", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"),
        *(
            []
            if table == "audit_label"
            else [(f"{table}_no_delete", f"BEFORE DELETE ON {table} FOR EACH ROW {delete}")]
        ),
    ]


_POSTGRESQL = [(table, *trigger) for table in _SAME for trigger in _postgresql(table)]
_POSTGRESQL_INSTALL = (
    *(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
        for name, body in _FUNCTIONS.items()
    ),
    *(f"CREATE TRIGGER {name} {what}" for _, name, what in _POSTGRESQL),
)
_POSTGRESQL_REMOVE = (
    *(f"DROP TRIGGER IF EXISTS {name} ON {table}" for table, name, _ in _POSTGRESQL),
    *(f"DROP FUNCTION IF EXISTS {name}()" for name in _FUNCTIONS),
)

INSTALL = MappingProxyType({"sqlite": _SQLITE_INSTALL, "postgresql": _POSTGRESQL_INSTALL})
REMOVE = MappingProxyType({"sqlite": _SQLITE_REMOVE, "postgresql": _POSTGRESQL_REMOVE})
NAMES = MappingProxyType(
    {
        "sqlite": frozenset(name for name, _ in _SQLITE),
        "postgresql": frozenset(name for _, name, _ in _POSTGRESQL),
    }
)
