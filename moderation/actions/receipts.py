"""What those whom a case concerns do with it: add words to their report, read a decision, read what became of it; and
whoever decided tells somebody outside.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from moderation.actions.base import Code, Refused
from moderation.actions.cases import role_of
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.cases import OPEN, Actor, State, strange
from moderation.cases import Code as CaseCode
from moderation.models import Decision, Report
from moderation.outcomes import of_report
from moderation.own import unread, untold


@transaction.atomic
def add_words(number: str, words: str, *, by: User, source: Source) -> None:
    """Nothing: the report has these words, which it had none of.

    Raises `Refused`: GONE for a report that is none of theirs, EMPTY, DECIDED once it has words or its case is decided.
    """
    report = Report.objects.filter(number=number, reporter=by).first()
    if report is None:
        raise Refused(Code.GONE)
    if not words.strip():
        raise Refused(Code.EMPTY)
    bare = Report.objects.filter(pk=report.pk, words="", case__state__in=OPEN)
    if not bare.update(words=words.strip()):
        raise Refused(Code.DECIDED)
    _note("report.add", report, source, by)


@transaction.atomic
def read(decision: Decision, *, by: User, now: datetime, source: Source) -> None:
    """Nothing: it is known that they read the decision, or the answer to their appeal that came after it."""
    if unread(by).filter(pk=decision.pk).update(read_at=now):
        record(
            "decision.read",
            source=source,
            actor=by.uid,
            object_type="decision",
            object_id=str(decision.pk),
            room=decision.room,
            case=str(decision.case_id),
            policy=decision.policy,
        )


@transaction.atomic
def told(report: Report, *, by: User | None, now: datetime, source: Source, role: str = "") -> None:
    """Nothing: whoever reported knows what became of it, so that an e-mail address has nothing to wait for.

    They looked by themselves, or somebody of the staff told them in this `role`.
    """
    if Report.objects.filter(untold(), pk=report.pk).update(told_at=now, email=""):
        _note("report.told", report, source, by, role)


@transaction.atomic
def written(case: int, pk: int, *, by: User, now: datetime, source: Source) -> None:
    """Nothing: somebody outside was written to what became of their notice, and their address is deleted.

    Raises `Refused` as `addressed` does, and STATE while there is nothing to tell.
    """
    report = addressed(case, pk, by=by)
    if not of_report(report).over:
        raise Refused(CaseCode.STATE)
    told(report, by=by, now=now, source=source, role=role_of(by))


def addressed(case: int, pk: int, *, by: User) -> Report:
    """The notice in this case of somebody outside who left an address, for whoever may write to them.

    Raises `Refused`: GONE where there is no address (any more), UNCLAIMED, SUBJECT, REPORTER.
    """
    report = (
        Report.objects.select_related("case__holder", "case__subject", "case__host").filter(pk=pk, case=case).first()
    )
    if report is None or not report.email:
        raise Refused(Code.GONE)
    code = strange(State(report.case.state), Actor(by.uid), report.case.parties)
    if code is not None:
        raise Refused(code)
    return report


def _note(action: str, report: Report, source: Source, by: User | None, role: str = "") -> None:
    record(
        action,
        source=source,
        actor=by.uid if by else "",
        role=role,
        object_type="report",
        object_id=str(report.pk),
        room=report.case.room,
        case=str(report.case_id),
        policy=report.policy,
    )
