"""The plan of what becomes of all that points to somebody whose account ends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import PROTECT, ForeignKey

from accounts.models import User
from accounts.notice import LOG_DAYS_CN
from moderation.ending import FLOOR, PLAN, QUIET, Fate, due, goes

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
PAGE = (Path(settings.BASE_DIR) / "docs" / "moderation.md").read_text(encoding="utf-8")


def pointing() -> dict[str, ForeignKey[object, object]]:
    """Every column of every model, Django's and allauth's too, that points to an account."""
    return {
        f"{model._meta.label}.{field.name}": field
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model is User
    }


def test_every_column_that_points_to_a_person_is_in_the_plan_and_no_other() -> None:
    assert set(PLAN) == set(pointing())


@pytest.mark.parametrize("place", PLAN)
def test_what_is_emptied_may_be_empty_and_what_keeps_a_row_does(place: str) -> None:
    field = pointing()[place]
    if PLAN[place] is Fate.EMPTIED:
        assert field.null
    assert (PLAN[place] is Fate.KEEPS) is (field.remote_field.on_delete is PROTECT)


@pytest.mark.parametrize("fate", Fate)
def test_the_plan_is_on_the_page(fate: Fate) -> None:
    places = ", ".join(f"`{place}`" for place, one in PLAN.items() if one is fate)
    assert f"| {fate} | {places} |" in PAGE


def test_the_person_is_erased_soon_and_where_the_law_keeps_the_log_whole_when_its_time_is_over() -> None:
    assert due(NOON, "standard") == due(NOON, "private") == NOON + QUIET
    assert due(NOON, "cn") == NOON + timedelta(days=LOG_DAYS_CN)
    assert FLOOR["cn"] == timedelta(days=LOG_DAYS_CN)


@pytest.mark.parametrize(
    ("until", "kept", "followed", "expected"),
    [
        (None, False, False, True),
        (NOON, False, False, True),
        (NOON + timedelta(microseconds=1), False, False, False),
        (None, True, False, False),
        (None, False, True, False),
    ],
)
def test_a_row_without_a_name_goes_once_nothing_keeps_it(
    until: datetime | None, kept: bool, followed: bool, expected: bool
) -> None:
    assert goes(until, NOON, kept=kept, followed=followed) is expected
