"""When an assessment is due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from moderation.actions import reviews, triggers
from moderation.actions.base import Code, Refused
from moderation.audit.models import Entry
from moderation.audit.source import Source
from moderation.models import Baseline, Reason, Review, Trigger
from moderation.review.watch import Shape, shape
from moderation.review.workdays import due

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
SOURCE = Source.internal("celery")
SHAPE = Shape(("move.mute",), ("django 5",), 60)
pytestmark = pytest.mark.django_db


def watch(now_like: Shape, now: datetime = LATER) -> list[Reason]:
    return [Reason(trigger.reason) for trigger in triggers.watch(now_like, now=now, source=SOURCE)]


def test_a_server_that_starts_is_due_within_thirty_working_days() -> None:
    assert watch(SHAPE, NOON) == [Reason.FUNCTION]
    trigger = Trigger.objects.get()
    assert (trigger.facts, trigger.due_at) == ({"first": True, "people": 60}, due(NOON))
    assert Entry.objects.filter(action="trigger.open").count() == 1


def test_a_server_that_stays_as_it_is_opens_nothing_more() -> None:
    watch(SHAPE, NOON)
    Trigger.objects.all().delete()
    assert watch(SHAPE) == []


@pytest.mark.parametrize(
    ("changed", "reason", "facts"),
    [
        (replace(SHAPE, functions=("move.ban", "move.mute")), Reason.FUNCTION, {"new": ["move.ban"]}),
        (replace(SHAPE, technology=("django 6",)), Reason.TECHNOLOGY, {"new": ["django 6"]}),
        (replace(SHAPE, people=120), Reason.GROWTH, {"before": 60, "people": 120}),
    ],
)
def test_a_change_opens_a_task_with_what_changed(changed: Shape, reason: Reason, facts: dict[str, object]) -> None:
    watch(SHAPE, NOON)
    Trigger.objects.all().delete()
    assert watch(changed) == [reason]
    assert Trigger.objects.get().facts == facts
    assert watch(changed) == []


@pytest.mark.parametrize("people", [99, 119])
def test_a_few_more_people_are_no_marked_growth(people: int) -> None:
    watch(SHAPE, NOON)
    Trigger.objects.all().delete()
    assert watch(replace(SHAPE, people=people)) == []
    assert Baseline.objects.get().people == 60


def test_a_function_that_goes_opens_nothing() -> None:
    watch(replace(SHAPE, functions=("move.ban", "move.mute")), NOON)
    Trigger.objects.all().delete()
    assert watch(SHAPE) == []


def test_a_second_change_waits_in_the_task_that_is_open() -> None:
    watch(SHAPE, NOON)
    assert watch(replace(SHAPE, functions=("move.ban", "move.mute"))) == []
    assert Trigger.objects.count() == 1


def _made(at: datetime, **values: object) -> Review:
    """A signed assessment that could be filed."""
    order = {"profile": "cn", "start": NOON, "end": LATER, "run_at": at, "annex": "a", "entry": 1, "signed": True}
    return Review.objects.create(**order | values)


def test_a_change_after_the_report_was_made_is_due_by_itself_and_not_answered_by_that_report(alice: User) -> None:
    watch(SHAPE, NOON)
    made = _made(NOON + timedelta(hours=1))
    assert watch(replace(SHAPE, functions=("move.ban", "move.mute"))) == [Reason.FUNCTION]
    assert watch(replace(SHAPE, functions=("move.ban", "move.kick", "move.mute"))) == []
    reviews.file(made.pk, "CAC", "1", by=alice, now=LATER, source=SOURCE)
    assert Trigger.objects.get(review=None).facts == {"new": ["move.ban"]}


@pytest.mark.parametrize(
    ("after", "values"),
    [
        (-1, {}),
        (1, {"profile": "asvs"}),
        (1, {"signed": False}),
        (1, {"filed_at": NOON}),
    ],
)
def test_a_report_that_cannot_answer_what_is_due_makes_nothing_due_anew(after: int, values: dict[str, object]) -> None:
    watch(SHAPE, NOON)
    _made(NOON + timedelta(hours=after), **values)
    assert watch(replace(SHAPE, functions=("move.ban", "move.mute"))) == []


def test_the_running_server_has_a_shape() -> None:
    found = shape()
    assert "move.mute" in found.functions
    assert "page.console" in found.functions
    assert "django 5" in found.technology


def test_what_only_people_notice_is_reported_by_them(alice: User) -> None:
    trigger = triggers.report(Reason.NOTICE, "Letter 12", by=alice, now=NOON, source=SOURCE)
    assert (trigger.facts, trigger.due_at) == ({"words": "Letter 12"}, due(NOON))


@pytest.mark.parametrize(
    ("reason", "words", "code"), [(Reason.NOTICE, " ", Code.EMPTY), (Reason.GROWTH, "many", Code.GONE)]
)
def test_what_the_server_watches_or_what_says_nothing_is_refused(
    alice: User, reason: Reason, words: str, code: Code
) -> None:
    with pytest.raises(Refused) as refused:
        triggers.report(reason, words, by=alice, now=NOON, source=SOURCE)
    assert refused.value.code is code
    assert not Trigger.objects.exists()
