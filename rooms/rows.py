"""Rows read and written by plain SQL, for what every join and every message asks of the database.

Django composes each question anew and looks up each column's type each time, for ten times what the database takes.
Here a question is text, and what Django knows of a model's columns is asked once. Names come from our models alone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

_Row = TypeVar("_Row", bound=Model)
_Convert = Callable[[Any], Any]


def select(model: type[Model], table: str, rest: str) -> str:
    """The SELECT that `read` takes: every column of the model, of `table`, which `rest` (FROM and on) names so."""
    return f"SELECT {', '.join(f'{table}.{field.column}' for field in _meta(model).concrete_fields)} {rest}"


def read(model: type[_Row], sql: str, values: Sequence[Any]) -> _Row | None:
    """The first row that a `select` finds; None where it finds none."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return None if row is None else _made(model, row)


def every(model: type[_Row], sql: str, values: Sequence[Any]) -> list[_Row]:
    """All rows that a `select` finds, in its order."""
    return [_made(model, row) for row in cells(sql, values)]


def cells(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What any SELECT finds, as the database gives it: on SQLite a truth is a number, and a time is text."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def marks(values: Collection[Any]) -> str:
    """What stands for the values in the brackets of an IN, which is true of none where there are none."""
    return ", ".join(["%s"] * len(values)) or "NULL"


def insert(row: Model) -> None:
    """Nothing: the new row is stored, and has the key that the database gave it."""
    fields = [field for field in _meta(row).concrete_fields if not field.primary_key]
    names, marks = ", ".join(field.column for field in fields), ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_meta(row).db_table} ({names}) VALUES ({marks}) RETURNING id",  # noqa: S608
            [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields],
        )
        (row.pk,) = cursor.fetchone()
    row._state.adding = False  # noqa: SLF001  # as Django's own insert leaves it


def change(row: Model, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the stored row was as `before`, by names of its fields, and is as `after` now."""
    fields = {name: _meta(row).get_field(name) for name in {**before, **after}}
    sets = ", ".join(f"{fields[name].column} = %s" for name in after)
    same = "".join(
        f" AND {fields[name].column} {'IS NULL' if value is None else '= %s'}" for name, value in before.items()
    )
    given = [*after.items(), ("id", row.pk), *((name, value) for name, value in before.items() if value is not None)]
    fields["id"] = _meta(row).pk
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_meta(row).db_table} SET {sets} WHERE id = %s{same}",  # noqa: S608
            [fields[name].get_db_prep_save(value, connection) for name, value in given],
        )
        return bool(cursor.rowcount == 1)


def _made(model: type[_Row], row: Sequence[Any]) -> _Row:
    names, converters = _known(model)
    values = list(row)
    for place, convert in converters:
        values[place] = convert(values[place])
    return model.from_db(connection.alias, names, values)


def _meta(model: Model | type[Model]) -> Any:
    return model._meta  # noqa: SLF001  # public, as Django documents it


@cache
def _known(model: type[Model]) -> tuple[list[str], list[tuple[int, _Convert]]]:
    """The names of the model's columns, and what makes values of cells that are none yet: each with its place."""
    fields = _meta(model).concrete_fields
    columns = [field.get_col(_meta(model).db_table) for field in fields]
    return [field.attname for field in fields], [
        (place, partial(convert, expression=column, connection=connection))
        for place, column in enumerate(columns)
        for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
    ]
