"""G2: nobody gets past the log. State is changed by actions alone, and the log's own rows by nobody."""

import ast
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from moderation.audit.models import Checkpoint, Entry, Label, Leaf, Node
from moderation.audit.role import INSERT_ONLY, grant
from moderation.audit.sequence import seal
from tests.log import many

ROOT = Path(__file__).resolve().parents[3]
PARTS = ("accounts", "rooms", "moderation", "config")
WRITES = {
    "save", "update", "delete", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "raw",
    "asave", "aupdate", "adelete", "acreate", "aget_or_create", "aupdate_or_create", "abulk_create", "abulk_update",
}  # fmt: skip
# Who may change rows: actions, and what writes no state of a room or a person. Each is read in review.
WRITERS = ("actions/", "moderation/audit/", "migrations/", "moderation/review/")
LOG = (Entry, Leaf, Node, Checkpoint)


def writes(path: Path) -> Iterator[str]:
    """The calls in a file that change rows through a manager, `X.objects...update(...)`."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in WRITES:
            text = ast.unparse(call.func)
            if ".objects" in text or ".members." in text:
                yield f"{path.relative_to(ROOT)}:{call.lineno} {text}"


def test_rows_are_changed_by_actions_and_by_nobody_else() -> None:
    files = [file for part in PARTS for file in (ROOT / part).rglob("*.py")]
    found = [write for file in files for write in writes(file) if not _may_write(file)]
    assert found == []


def _may_write(file: Path) -> bool:
    return any(word in str(file.relative_to(ROOT)) for word in WRITERS)


def test_there_is_no_admin_that_changes_rows_behind_the_actions() -> None:
    assert not apps.is_installed("django.contrib.admin")


Change = Callable[[type[Model], str], object]
WAYS: dict[str, Change] = {
    "queryset update": lambda model, name: model._default_manager.update(**{name: getattr(first(model), name)}),
    "save": lambda model, _name: first(model).save(force_update=True),
    "bulk update": lambda model, name: model._default_manager.bulk_update([first(model)], [name]),
    "sql update": lambda model, name: sql(f'UPDATE {model._meta.db_table} SET "{name}" = "{name}"'),
    "queryset delete": lambda model, _name: model._default_manager.all().delete(),
    "delete": lambda model, _name: first(model).delete(),
    "sql delete": lambda model, _name: sql(f"DELETE FROM {model._meta.db_table}"),
}


def first(model: type[Model]) -> Model:
    return model._default_manager.all()[0]


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("model", LOG)
@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_django_changes_the_log(model: type[Model], way: str) -> None:
    many(300)
    seal(datetime(2026, 11, 25, tzinfo=UTC))
    before = list(model._default_manager.values())
    name = next(field.name for field in model._meta.concrete_fields if not field.primary_key)
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        WAYS[way](model, name)
    assert list(model._default_manager.values()) == before


@pytest.mark.django_db
def test_a_label_may_go_and_not_change() -> None:
    Label.objects.create(entry=1, person=1, part=1, box=b"")
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        Label.objects.update(part=2)
    assert Label.objects.get().part == 1


@pytest.mark.django_db(transaction=True)
def test_the_role_of_the_servers_may_neither_change_nor_take_from_the_log() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    many(1)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE stoa_app")
        try:
            grant("stoa_app")
            cursor.execute("SET ROLE stoa_app")
            many(1)
            seal(datetime(2026, 11, 25, tzinfo=UTC))
            for table in INSERT_ONLY:
                for statement in (
                    f"DELETE FROM {table}",
                    f"TRUNCATE {table}",
                    f"ALTER TABLE {table} DISABLE TRIGGER ALL",
                ):
                    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
                        cursor.execute(statement)
            with pytest.raises(DatabaseError, match="permission denied"):
                cursor.execute("UPDATE audit_entry SET reason = ''")
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute("DROP OWNED BY stoa_app")
            cursor.execute("DROP ROLE stoa_app")
    assert Entry.objects.count() == Leaf.objects.count() == 2
