"""Appeals: by whoever a decision restricts or whose report it dismissed, heard by somebody who had no part in it."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from moderation import news
from moderation.actions.base import Code, Refused
from moderation.actions.cases import advance, note
from moderation.actions.decisions import undo
from moderation.audit.source import Source
from moderation.cases import HEARD_WITHIN, OPEN, Act
from moderation.measures import Measure
from moderation.models import About, Appeal, Case, Channel, Decision, Report, Result, Stand


@transaction.atomic
def appeal(pk: int, words: str, *, by: User, now: datetime, source: Source) -> Appeal:
    """The appeal against a decision on oneself, or against one that found nothing in what one reported.

    Raises `Refused`: GONE for a decision that is none of theirs, EMPTY, TOO_LATE, DECIDED where there is an appeal.
    """
    decision = Decision.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if decision is None or not concerns(decision, by):
        raise Refused(Code.GONE)
    return _made(decision, words, by, now, source)


@transaction.atomic
def appeal_notice(number: str, words: str, *, now: datetime, source: Source) -> Appeal:
    """The appeal of somebody outside against a decision that found nothing in their notice, by its number.

    Raises `Refused`: GONE, EMPTY, TOO_LATE, DECIDED.
    """
    notice = Report.objects.filter(number=number, channel=Channel.NOTICE).first()
    held = Decision.objects.select_for_update(of=("self",)).filter(case__reports=notice, measure=Measure.NONE)
    decision = held.filter(state=Stand.IN_FORCE).order_by("-pk").first()
    if notice is None or decision is None:
        raise Refused(Code.GONE)
    return _made(decision, words, None, now, source, notice)


def _made(
    decision: Decision, words: str, by: User | None, now: datetime, source: Source, notice: Report | None = None
) -> Appeal:
    if not words.strip():
        raise Refused(Code.EMPTY)
    if decision.state != Stand.IN_FORCE or Appeal.objects.filter(decision=decision).exists():
        raise Refused(Code.DECIDED)
    if decision.appeal_until is None or decision.appeal_until <= now:
        raise Refused(Code.TOO_LATE)
    made = Appeal.objects.create(
        decision=decision, by=by, notice=notice, words=words.strip(), made_at=now, due_at=now + HEARD_WITHIN
    )
    advance(decision.case_id, Act.APPEAL, by=by, now=now, source=source, due_at=made.due_at, holder=None, held_at=None)
    return made


@transaction.atomic
def hear(pk: int, result: Result, reasons: str, *, by: User, now: datetime, source: Source) -> Appeal:
    """The appeal, answered; a decision that is overturned is undone, and a case that was dismissed is open again.

    Raises `Refused`: GONE, EMPTY without reasons, DECIDED, SENIOR, FIRST_DECIDER, SUBJECT, REPORTER.
    """
    made = Appeal.objects.select_for_update(of=("self",)).select_related("decision__case").filter(pk=pk).first()
    if made is None:
        raise Refused(Code.GONE)
    if not reasons.strip():
        raise Refused(Code.EMPTY)
    if made.result:
        raise Refused(Code.DECIDED)
    again = result == Result.OVERTURNED and made.decision.measure == Measure.NONE
    act, closed_at = (Act.REOPEN, None) if again and not _open_beside(made.decision.case) else (Act.HEAR, now)
    case = advance(made.decision.case_id, act, by=by, now=now, source=source, reason=result, closed_at=closed_at)
    made.result, made.reasons, made.hearer, made.heard_at = result, reasons.strip(), by, now
    made.save(update_fields=["result", "reasons", "hearer", "heard_at"])
    if result == Result.OVERTURNED:
        undo(made.decision, by=by, now=now, source=source)
    note(
        case,
        f"appeal.{result}",
        source,
        by=by,
        policy=made.decision.policy,
        reason=made.decision.measure,
        detail={"decision": made.decision_id},
    )
    news.heard(made)
    return made


def _open_beside(case: Case) -> bool:
    """Whether another case about the same is open already, which then goes on for both."""
    same = Case.objects.filter(about=case.about, subject=case.subject, room=case.room, state__in=OPEN)
    return case.about != About.NOTICE and same.exists()


def concerns(decision: Decision, person: User) -> bool:
    """Whether the decision is on this person, or dismissed their report."""
    if decision.measure != Measure.NONE:
        return decision.subject_id == person.pk
    return Report.objects.filter(case=decision.case_id, reporter=person).exists()
