"""G2: nobody gets past the log. State is changed by actions alone, and the log's own rows by nobody."""

import ast
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from moderation.audit.models import Checkpoint, Cosignature, Entry, Label, Leaf, Node
from moderation.audit.role import INSERT_ONLY, NO_UPDATE, grant, may_change
from moderation.audit.sequence import seal
from tests.log import many

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]
PARTS = ("accounts", "rooms", "moderation", "config")
# What changes rows or reaches the database past the ORM, whatever it is called on; with the async names of all of them.
WRITES = {"save", "update", "delete", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
AROUND = {"raw", "cursor", "execute", "executemany", "executescript", "callproc", "copy_expert", "schema_editor"}
NAMED = WRITES | AROUND | {f"a{name}" for name in WRITES} | {"save_base", "_raw_delete", "_insert", "_update"}
RELATED = {"add", "set", "remove", "clear", "aadd", "aset", "aremove", "aclear"}  # on managers of related rows alone
OWN = {"rows.insert", "rows.change"}
# Actions, the log itself, migrations; and the media process, which knows no database.
WRITERS = re.compile(r"^(accounts|rooms|moderation)/actions/|^moderation/audit/|/migrations/|^rooms/sfu/")
READERS = ["rooms/arrivals.py", "rooms/sessions.py", "config/doctor.py", "config/health.py"]  # their SQL only reads
ASKERS = ["rooms/acquaintances.py", "rooms/cards.py", "rooms/hallway.py"]  # by `rows.cells`, which takes any SQL
SQL = {"connection.cursor", "cursor.execute"}
ELSEWHERE = {  # every other place with such a name, and why it changes nothing that the log should know
    "accounts/adapter.py": {"user.save"},  # allauth's way to write a new password, with its entry
    "accounts/avatars.py": {"flat.save"},  # a picture, into memory
    "accounts/passkeys.py": {"super().save"},  # allauth's form; its signal writes the entry in the same transaction
    "accounts/qr.py": {"qrcode.make(text, image_factory=SvgPathFillImage, box_size=14, border=2).save"},  # into memory
    "rooms/bus.py": {"pipeline.execute"},  # Redis
    "rooms/leases.py": {"pipeline.execute"},  # Redis
    "rooms/frames.py": {"vars(autobahn).update"},
    "rooms/process.py": {"found.update"},  # a Counter
    "rooms/reactions.py": {"self._here[room].update"},
    "config/static.py": {"seen.update"},
    "moderation/hearing/opus.py": {"av.CodecContext.create"},
    "moderation/review/probes/log.py": SQL,  # tries to change the log, and undoes it
    "rooms/rows.py": SQL,  # the short way to insert and change a row: `rows.insert`, `rows.change` are named as well
    **dict.fromkeys(READERS, SQL),
}
CHANGING = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|ALTER|DROP|CREATE|GRANT|COPY|CALL)\b")
LOG = (Entry, Leaf, Node, Checkpoint, Cosignature)


def managers() -> set[str]:
    """The names under which rows have managers of related rows, such as `members`."""
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    reverse = {field.get_accessor_name() for field in fields if field.auto_created and not field.concrete}  # type: ignore[union-attr]
    return {str(name) for name in reverse | {field.name for field in fields if field.many_to_many}}


def named(tree: ast.AST) -> Iterator[str]:
    """Everything in a module that could change rows: called, or handed on to be called."""
    related = managers()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        on_related = isinstance(node.value, ast.Attribute) and node.value.attr in related
        if node.attr in NAMED or (node.attr in RELATED and on_related) or ast.unparse(node) in OWN:
            yield ast.unparse(node)


def parsed(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def test_rows_are_changed_by_actions_and_by_nobody_else() -> None:
    paths = (path for part in PARTS for path in (ROOT / part).rglob("*.py"))
    files = [file for path in paths if not WRITERS.search(file := path.relative_to(ROOT).as_posix())]
    found = {file: set(named(parsed(file))) for file in files}
    assert {file: names for file, names in found.items() if names} == ELSEWHERE


@pytest.mark.parametrize("file", READERS + ASKERS)
def test_sql_outside_of_actions_only_reads(file: str) -> None:
    texts = [node.value for node in ast.walk(parsed(file)) if isinstance(node, ast.Constant)]
    assert [text for text in texts if isinstance(text, str) and CHANGING.search(text)] == []


@pytest.mark.parametrize(
    "code",
    [
        "Room.objects.filter(pk=1).update(title='x')",
        "room.members.filter(pk=1).update(present=False)",
        "room.members.add(member)",
        "Room._base_manager.bulk_update(rooms, ['title'])",
        "map(Room.objects.create, plans)",
        "await room.asave()",
        "Room.objects.raw('DELETE FROM rooms_room RETURNING id')",
        "connections['default'].cursor()",
        "connection.connection.execute('DELETE FROM rooms_room')",
        "rows.change(room, before, after)",
    ],
)
def test_no_way_to_write_is_overlooked(code: str) -> None:
    assert list(named(ast.parse(code)))


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


def written() -> None:
    """A row in every table of the log."""
    many(300)
    seal(NOON)
    Cosignature.objects.create(size=300, key="witness.example/w1", line="signed", created_at=NOON)


def column(model: type[Model]) -> str:
    return next(field.name for field in model._meta.concrete_fields if not field.primary_key)


def test_every_table_that_is_only_added_to_is_tried() -> None:
    assert {model._meta.db_table for model in LOG} == set(INSERT_ONLY)


@pytest.mark.django_db
@pytest.mark.parametrize("model", LOG)
@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_django_changes_the_log(model: type[Model], way: str) -> None:
    written()
    before = list(model._default_manager.values())
    assert before
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        WAYS[way](model, column(model))
    assert list(model._default_manager.values()) == before


@pytest.mark.django_db
@pytest.mark.parametrize("model", [*LOG, Label])
def test_not_even_the_owner_empties_a_table_of_the_log(model: type[Model]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    written()
    before = list(model._default_manager.values())
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        sql(f"TRUNCATE {model._meta.db_table}")
    assert list(model._default_manager.values()) == before


@pytest.mark.django_db
def test_a_label_may_go_and_not_change() -> None:
    Label.objects.create(entry=1, person=1, part=1, box=b"")
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        Label.objects.update(part=2)
    assert Label.objects.get().part == 1


def forbidden(model: type[Model]) -> Iterator[str]:
    """What the role of the servers may not do to a table: a label it may erase, and that is all."""
    table, name = model._meta.db_table, column(model)
    yield f'UPDATE {table} SET "{name}" = "{name}"'
    yield f"TRUNCATE {table}"
    yield f"ALTER TABLE {table} DISABLE TRIGGER ALL"
    if table not in NO_UPDATE:
        yield f"DELETE FROM {table}"


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
            seal(NOON)
            assert not may_change()
            for model in (*LOG, Label):
                for statement in forbidden(model):
                    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
                        cursor.execute(statement)
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute("DROP OWNED BY stoa_app")
            cursor.execute("DROP ROLE stoa_app")
    assert Entry.objects.count() == Leaf.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("table", "way"),
    [("audit_entry", "TRUNCATE"), ("audit_leaf", "DELETE"), ("audit_checkpoint", "UPDATE"), ("audit_label", "UPDATE")],
)
def test_a_role_that_could_change_any_table_of_the_log_is_told(table: str, way: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE stoa_app")
        try:
            grant("stoa_app")
            sql(f"GRANT {way} ON {table} TO stoa_app")
            cursor.execute("SET ROLE stoa_app")
            assert may_change()
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute("DROP OWNED BY stoa_app")
            cursor.execute("DROP ROLE stoa_app")
