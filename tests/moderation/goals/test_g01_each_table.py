"""G1: every table is either watched for changes that nothing tells of, or stands in a list with the reason why not."""

import pytest
from django.apps import apps
from django.db import connection

from tests.watched import ONLY, SEVERAL, SILENT, UNWATCHED, WATCHED, astray, doubled


def models() -> dict[str, set[str | None]]:
    """The tables of all models, those of their relations too, and their columns."""
    found = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: {field.column for field in model._meta.concrete_fields} for model in found}


@pytest.mark.django_db
def test_every_table_is_watched_or_stands_in_the_list_of_those_that_need_no_entry() -> None:
    tables = set(connection.introspection.table_names())
    assert tables >= set(models())
    assert tables == WATCHED.keys() | UNWATCHED.keys()
    assert WATCHED.keys() & UNWATCHED.keys() == set()
    assert all(UNWATCHED.values())


def test_a_column_that_need_not_be_told_of_is_there_and_makes_no_table_silent() -> None:
    for table, columns in SILENT.items():
        assert set(columns) < models()[table], table
        assert table in WATCHED
    assert ONLY.keys() <= WATCHED.keys()


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        (["accounts_block", "entry ok account.block"], None),
        (["entry ok console.read"], None),
        (["entry refused account.block"], None),
        (["accounts_block", "accounts_user", "entry ok account.block"], (["accounts_user"], [])),
        (["accounts_block"], (["accounts_block"], [])),
        (["accounts_block", "entry refused account.block"], (["accounts_block"], [])),
        (["accounts_block", "entry ok account.change"], (["accounts_block"], ["account.change"])),
        (["entry ok account.block"], ([], ["account.block"])),
        (["auth_group", "entry ok account.change"], (["auth_group"], ["account.change"])),
        (["moderation_finding", "entry ok console.read"], (["moderation_finding"], [])),
    ],
)
def test_a_change_without_its_entry_and_an_entry_without_its_change_are_astray(
    seen: list[str], found: tuple[list[str], list[str]] | None
) -> None:
    assert astray(seen) == found


def test_alike_entries_of_one_transaction_are_doubled_but_where_the_act_is_told_of_several_rows() -> None:
    assert doubled("account.change", [{"fields": ["theme"]}, {"fields": []}])
    assert set(SEVERAL) >= {"push.send"}
    assert not doubled("push.send", [{"notification": 1}, {"notification": 2}])
    assert doubled("push.send", [{"notification": 1}, {"notification": 1}])
    assert doubled("push.send", [{}, {}])
