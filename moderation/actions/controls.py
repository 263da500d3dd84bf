"""Checks of every control, and the findings that come of them."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from moderation.actions.base import Code, Refused
from moderation.audit.canonical import canonical
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Control, Finding, Outcome, Severity
from moderation.review.catalogue import CONTROLS
from moderation.review.probes import PROBES
from moderation.review.probes.base import Found, Span

LOOKED_BACK = timedelta(days=30)
DUE = {Severity.CRITICAL: timedelta(days=7), Severity.MAJOR: timedelta(days=30), Severity.MINOR: timedelta(days=90)}


def check(
    now: datetime, *, source: Source, by: str = "", start: datetime | None = None, end: datetime | None = None
) -> Mapping[str, Found]:
    """What every control's check found just now, kept with one entry in the log; what fails becomes a finding.

    What is counted is counted from `start` to `end`, or else in the last thirty days.
    """
    span = Span(start or now - LOOKED_BACK, min(end or now, now), now)
    found = {name: probe(span) for name, probe in PROBES.items()}
    _keep(found, now, source, by)
    return found


@transaction.atomic
def _keep(found: Mapping[str, Found], now: datetime, source: Source, by: str) -> None:
    detail = {"outcomes": {name: one.outcome.value for name, one in found.items()}, "facts": digest(found)}
    entry = record("control.check", source=source, actor=by, detail=detail).pk
    for name, one in found.items():
        state = {"outcome": one.outcome, "checked_at": now, "checked_entry": entry, "facts": dict(one.facts)}
        passed = {"passed_at": now, "passed_entry": entry} if one.outcome == Outcome.PASSED else {}
        Control.objects.update_or_create(id=name, defaults=state | passed)
        if one.outcome == Outcome.FAILED:
            _open(name, now, source)


def digest(found: Mapping[str, Found]) -> str:
    """What the log keeps of the facts: whoever has them can show that these were found then."""
    return hashlib.sha256(canonical({name: dict(one.facts) for name, one in found.items()})).hexdigest()


def _open(control: str, now: datetime, source: Source) -> None:
    severity = Severity(CONTROLS[control].severity)
    finding, new = Finding.objects.get_or_create(
        control=control,
        closed_at=None,
        defaults={"severity": severity, "opened_at": now, "due_at": now + DUE[severity]},
    )
    if new:
        _note("finding.open", finding, source, "", severity=severity.value, control=control)


@transaction.atomic
def report(title: str, severity: Severity, *, by: User, now: datetime, source: Source) -> Finding:
    """A finding that a person made. Raises `Refused` (`EMPTY`) where nothing is said."""
    if not title.strip():
        raise Refused(Code.EMPTY)
    finding = Finding.objects.create(
        title=title.strip(), severity=severity, opened_at=now, due_at=now + DUE[severity], owner=by
    )
    _note("finding.open", finding, source, by.uid, severity=severity.value)
    return finding


@transaction.atomic
def take(pk: int, owner: User, due_at: datetime, *, by: User, source: Source) -> None:
    """Nothing: the open finding has an owner, and a day until when. Raises `Refused` (`GONE`)."""
    if not Finding.objects.filter(pk=pk, closed_at=None).update(owner=owner, due_at=due_at):
        raise Refused(Code.GONE)
    detail = {"due_at": due_at.isoformat()}
    record(
        "finding.assign",
        source=source,
        actor=by.uid,
        object_type="user",
        object_id=owner.uid,
        detail=detail | {"finding": pk},
    )


@transaction.atomic
def close(pk: int, proof: str, *, by: User, now: datetime, source: Source) -> None:
    """Nothing: the finding is closed, with what shows that it was mended.

    Raises `Refused`: `PROOF` without one, `FAILING` while the control that found it still fails, `GONE`.
    """
    if not proof.strip():
        raise Refused(Code.PROOF)
    finding = Finding.objects.select_for_update().filter(pk=pk, closed_at=None).first()
    if finding is None:
        raise Refused(Code.GONE)
    if finding.control and not Control.objects.filter(pk=finding.control, outcome=Outcome.PASSED).exists():
        raise Refused(Code.FAILING)
    Finding.objects.filter(pk=pk).update(closed_at=now, proof=proof.strip())
    shown = hashlib.sha256(proof.strip().encode()).hexdigest()
    _note("finding.close", finding, source, by.uid, proof=shown)


def _note(action: str, finding: Finding, source: Source, actor: str, **detail: str) -> None:
    record(action, source=source, actor=actor, object_type="finding", object_id=str(finding.pk), detail=detail)
