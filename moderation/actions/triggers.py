"""When a new assessment is due: noticed by the server itself, or reported by somebody."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from moderation.actions.base import Code, Refused
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Baseline, Reason, Review, Trigger
from moderation.review.watch import Shape, grown
from moderation.review.workdays import due

REPORTED = (Reason.SPREAD, Reason.NOTICE)
ASSESSMENT = "cn"
"""The report that answers a trigger: what makes one due stands in the law of China alone."""
SHOWN = 40
"""Names of functions that a trigger keeps; a new server has hundreds."""


@transaction.atomic
def watch(shape: Shape, *, now: datetime, source: Source) -> list[Trigger]:
    """The triggers that the server's new shape opened, once for each change; the baseline follows.

    What is due already for the same reason has a further change in it, unless a report is made that lacks the change.
    """
    before = Baseline.objects.select_for_update().first()
    opened = []
    for reason, facts in _changes(before, shape).items():
        if not _waits(reason):
            opened.append(_open(reason, facts, now, source, ""))
    _rebase(before, shape, now)
    return opened


def _waits(reason: Reason) -> bool:
    """Whether an assessment is due for this reason, and every report that could answer it is still to be made."""
    due = Trigger.objects.filter(reason=reason, review=None).order_by("-noticed_at").first()
    if due is None:
        return False
    made = Review.objects.filter(profile=ASSESSMENT, signed=True, filed_at=None, run_at__gte=due.noticed_at)
    return not made.exists()


def _changes(before: Baseline | None, shape: Shape) -> dict[Reason, dict[str, object]]:
    if before is None:
        return {Reason.FUNCTION: {"first": True, "people": shape.people}}
    changes: dict[Reason, dict[str, object]] = {}
    if new := _new(shape.functions, before.functions):
        changes[Reason.FUNCTION] = {"new": new}
    if new := _new(shape.technology, before.technology):
        changes[Reason.TECHNOLOGY] = {"new": new}
    if grown(before.people, shape.people):
        changes[Reason.GROWTH] = {"before": before.people, "people": shape.people}
    return changes


def _new(now: Iterable[str], before: Iterable[str]) -> list[str]:
    return sorted(set(now) - set(before))[:SHOWN]


def _rebase(before: Baseline | None, shape: Shape, now: datetime) -> None:
    """Keep the shape; the number of people stays the one that growth is measured from, until it has grown."""
    stays = before is not None and not grown(before.people, shape.people)
    people = before.people if before is not None and stays else shape.people
    kept = {
        "functions": list(shape.functions),
        "technology": list(shape.technology),
        "people": people,
        "taken_at": now,
    }
    if before is None:
        Baseline.objects.create(pk=1, **kept)  # of two who look first at once, one does
    else:
        Baseline.objects.filter(pk=before.pk).update(**kept)


@transaction.atomic
def report(reason: Reason, words: str, *, by: User, now: datetime, source: Source) -> Trigger:
    """The trigger for what only people notice. Raises `Refused`: `EMPTY`, or `GONE` for what the server watches."""
    if reason not in REPORTED:
        raise Refused(Code.GONE)
    if not words.strip():
        raise Refused(Code.EMPTY)
    return _open(reason, {"words": words.strip()}, now, source, by.uid)


def _open(reason: Reason, facts: dict[str, object], now: datetime, source: Source, by: str) -> Trigger:
    trigger = Trigger.objects.create(reason=reason, facts=facts, noticed_at=now, due_at=due(now))
    detail = {"reason": reason.value, "due_at": trigger.due_at.isoformat()}
    record("trigger.open", source=source, actor=by, object_type="trigger", object_id=str(trigger.pk), detail=detail)
    return trigger
