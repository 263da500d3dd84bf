"""The annex: everything a report says, as found, in one canonical text that the log's key signs."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef

from accounts.models import User
from moderation.actions.statements import newest
from moderation.audit.canonical import canonical
from moderation.audit.leaf import stamp
from moderation.audit.models import Checkpoint, Entry, Leaf
from moderation.models import Control, Finding, Outcome, Severity, Trigger
from moderation.review.counts import tally
from moderation.review.watch import shape
from rooms.models import Room, State

FORMAT = "stoa-security-review/1"
FRESH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be reviewed, by whom and when."""

    profile: str
    start: datetime
    end: datetime
    by: str
    now: datetime


def gather(order: Order) -> dict[str, Any]:
    """Everything the report of this order says."""
    checkpoint = Checkpoint.objects.order_by("-size").first()
    size = checkpoint.size if checkpoint else 0
    controls, statements, findings = states(), _statements(), _findings()
    return {
        "format": FORMAT,
        "service": settings.PUBLIC_URL,
        "version": settings.VERSION,
        "server_profile": settings.STOA_PROFILE,
        "profile": order.profile,
        "start": stamp(order.start),
        "end": stamp(order.end),
        "run_at": stamp(order.now),
        "run_by": "staff" if order.by else "operator",  # who, the log says, which can forget; an annex cannot
        "technology": list(shape().technology),
        "people": User.objects.filter(is_active=True).count(),
        "rooms": Room.objects.filter(state=State.LIVE).count(),
        "checkpoint": checkpoint.note if checkpoint else "",
        "size": size,
        "counts": counts(order.start, order.end, size),
        "controls": controls,
        "statements": statements,
        "findings": findings,
        "triggers": _triggers(),
        "blockers": list(blockers(controls, statements, findings, order.now)),
    }


def counts(start: datetime, end: datetime, size: int) -> dict[str, Any]:
    """The numbers of the period, of entries under the checkpoint of this size alone."""
    sealed = Exists(Leaf.objects.filter(entry=OuterRef("pk"), index__lt=size))
    entries = Entry.objects.filter(sealed, recorded_at__gte=start, recorded_at__lt=end)
    return tally(entries.values_list("action", "result").annotate(times=Count("pk")).order_by("action", "result"))


def blockers(
    controls: Mapping[str, Any], statements: Mapping[str, Any], findings: Iterable[Mapping[str, Any]], now: datetime
) -> Iterable[dict[str, Any]]:
    """What keeps the report from being signed: open critical findings, and evidence older than thirty days."""
    oldest = stamp(now - FRESH)
    for finding in findings:
        if finding["severity"] == Severity.CRITICAL:
            yield {"kind": "finding", **{name: finding[name] for name in ("id", "control", "title")}}
    for name, state in controls.items():
        at = state["passed_at"] if state["outcome"] == Outcome.UNKNOWN else state["checked_at"]
        if at is not None and at < oldest:
            yield {"kind": "control", "id": name, "at": at}
    for topic, statement in statements.items():
        if statement["at"] < oldest:
            yield {"kind": "statement", "id": topic, "at": statement["at"]}


def digest(annex: str) -> str:
    """What the log keeps of an annex."""
    return hashlib.sha256(annex.encode()).hexdigest()


def written(facts: Mapping[str, Any]) -> str:
    """The annex as text, one line."""
    return canonical(facts).decode() + "\n"


def states() -> dict[str, Any]:
    """What the last check of each control found, as the annex has it."""
    return {
        control.pk: {
            "outcome": control.outcome,
            "facts": control.facts,
            "checked_at": stamp(control.checked_at),
            "checked_entry": control.checked_entry,
            "passed_at": stamp(control.passed_at) if control.passed_at else None,
            "passed_entry": control.passed_entry,
        }
        for control in Control.objects.order_by("pk")
    }


def facts_of(annex: str) -> dict[str, Any]:
    """The facts of an annex, whose first line they are; the lines of its signatures follow."""
    facts: dict[str, Any] = json.loads(annex.partition("\n")[0])
    return facts


def _statements() -> dict[str, Any]:
    return {
        topic: {
            "english": statement.english,
            "chinese": statement.chinese,
            "at": stamp(statement.made_at),
            "entry": statement.entry,
        }
        for topic, statement in newest().items()
    }


def _findings() -> list[dict[str, Any]]:
    return [
        {
            "id": finding.pk,
            "control": finding.control,
            "title": finding.title,
            "severity": finding.severity,
            "opened": stamp(finding.opened_at),
            "due": stamp(finding.due_at),
            "owned": finding.owner_id is not None,
        }
        for finding in Finding.objects.filter(closed_at=None).order_by("pk")
    ]


def _triggers() -> list[dict[str, Any]]:
    return [
        {"reason": trigger.reason, "noticed": stamp(trigger.noticed_at), "due": stamp(trigger.due_at)}
        for trigger in Trigger.objects.filter(review=None).order_by("pk")
    ]
