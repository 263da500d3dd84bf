"""Appeals: by whoever a decision restricts or whose report it dismissed, heard by somebody who had no part in it."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from moderation import news
from moderation.actions.base import Code, Refused
from moderation.actions.cases import advance, locked, note
from moderation.actions.decisions import undo
from moderation.actions.staff import independent
from moderation.audit.source import Source
from moderation.cases import HEARD_WITHIN, OPEN, Act, State, due
from moderation.measures import Measure
from moderation.models import About, Appeal, Case, Channel, Decision, Report, Result, Stand
from moderation.policies import Severity

_SAME = ("about", "subject", "host", "room")


@transaction.atomic
def appeal(pk: int, words: str, *, by: User, now: datetime, source: Source) -> Appeal:
    """The appeal against a decision on oneself, or against one that found nothing in what one reported.

    Raises `Refused`: GONE for a decision that is none of theirs, EMPTY, TOO_LATE, DECIDED where they have appealed.
    """
    decision = Decision.objects.filter(pk=pk).first()
    if decision is None or not concerns(decision, by):
        raise Refused(Code.GONE)
    return _made(decision, words, by, now, source)


@transaction.atomic
def appeal_notice(number: str, words: str, *, now: datetime, source: Source) -> Appeal:
    """The appeal of somebody outside against a decision that found nothing in their notice, by its number.

    Raises `Refused`: GONE, EMPTY, TOO_LATE, DECIDED.
    """
    notice = Report.objects.filter(number=number, channel=Channel.NOTICE).first()
    dismissed = Decision.objects.filter(case__reports=notice, measure=Measure.NONE, state=Stand.IN_FORCE)
    decision = dismissed.order_by("-pk").first()
    if notice is None or decision is None:
        raise Refused(Code.GONE)
    return _made(decision, words, None, now, source, notice)


def _made(
    decision: Decision, words: str, by: User | None, now: datetime, source: Source, notice: Report | None = None
) -> Appeal:
    if not words.strip():
        raise Refused(Code.EMPTY)
    locked(decision.case_id)
    decision.refresh_from_db(fields=["state"])
    own = decision.appeals.filter(notice=notice) if notice else decision.appeals.filter(by=by)
    if decision.state != Stand.IN_FORCE or own.exists():
        raise Refused(Code.DECIDED)
    if decision.appeal_until is None or decision.appeal_until <= now:
        raise Refused(Code.TOO_LATE)
    made = Appeal.objects.create(
        decision=decision, by=by, notice=notice, words=words.strip(), made_at=now, due_at=now + HEARD_WITHIN
    )
    advance(
        decision.case_id,
        Act.APPEAL,
        by=by,
        now=now,
        source=source,
        detail={"appeal": made.pk},
        due_at=_waiting(decision.case_id).earliest("due_at").due_at,
        holder=None,
        held_at=None,
    )
    return made


@transaction.atomic
def hear(pk: int, result: Result, reasons: str, *, by: User, now: datetime, source: Source) -> Appeal:
    """The appeal, answered; a decision that is overturned is undone, and a case that was dismissed is open again.

    What others appealed against that ends with it has the same answer. Raises `Refused`: GONE, EMPTY without reasons,
    DECIDED, SENIOR, FIRST_DECIDER, SUBJECT, REPORTER, SAME_PERSON for an account that whoever decided has just brought.
    """
    case = Appeal.objects.filter(pk=pk).values_list("decision__case", flat=True).first()
    if case is None:
        raise Refused(Code.GONE)
    locked(case)
    made = Appeal.objects.select_related(
        "decision__case__subject", "decision__case__host", "decision__subject", "by"
    ).get(pk=pk)
    if not reasons.strip():
        raise Refused(Code.EMPTY)
    if made.result:
        raise Refused(Code.DECIDED)
    answered = [made, *(_falling(made) if result == Result.OVERTURNED else ())]
    _lead_on(made, result, {one.pk for one in answered}, by, now, source)
    for decider in User.objects.filter(uid__in=made.decision.case.parties.deciders):
        independent(decider, by, now)
    for one in answered:
        one.result, one.reasons, one.hearer, one.heard_at = result, reasons.strip(), by, now
        one.save(update_fields=["result", "reasons", "hearer", "heard_at"])
    if result == Result.OVERTURNED:
        undo(made.decision, by=by, now=now, source=source)
    for one in answered:
        _tell(one, by, source)
    if locked(case).state == State.DECIDED and not _open_to_anybody(case, now):
        advance(case, Act.CLOSE, by=None, now=now, source=source, automated=True, closed_at=now)
    return made


def _falling(made: Appeal) -> QuerySet[Appeal]:
    """The other appeals that wait, against what ends where this one has success."""
    ends = Q(decision=made.decision) | Q(decision__root=made.decision)
    others = _waiting(made.decision.case_id).filter(ends).exclude(pk=made.pk)
    return others.select_related("decision__case__subject", "decision__case__host", "decision__subject", "by").order_by(
        "pk"
    )


def _lead_on(made: Appeal, result: Result, answered: Collection[int], by: User, now: datetime, source: Source) -> None:
    """Where the case goes: what was dismissed is open again; it waits for the other appeals; or it is over."""
    pk, case = made.decision.case_id, made.decision.case
    lead = partial(advance, pk, by=by, now=now, source=source, reason=result)
    if result == Result.OVERTURNED and made.decision.measure == Measure.NONE and not _open_beside(case):
        with suppress(IntegrityError), transaction.atomic():  # of somebody who reports the same this moment
            lead(Act.REOPEN, due_at=due(Severity(case.severity), now))
            return
    others = _waiting(pk).exclude(pk__in=answered)
    if others.exists():
        lead(Act.ANSWER, due_at=others.earliest("due_at").due_at)
        return
    lead(Act.HEAR)


def _tell(made: Appeal, by: User, source: Source) -> None:
    decision = made.decision
    note(
        decision.case,
        f"appeal.{made.result}",
        source,
        by=by,
        on=decision.subject,
        policy=decision.policy,
        reason=decision.measure,
        after={"reasons": made.reasons},
        detail={"decision": decision.pk, "appeal": made.pk},
    )
    news.heard(made)


def _waiting(case: int) -> QuerySet[Appeal]:
    return Appeal.objects.filter(decision__case=case, result="")


def _open_to_anybody(case: int, now: datetime) -> bool:
    """Whether somebody may still appeal against a decision on the case."""
    open_still = Decision.objects.filter(case=case, state=Stand.IN_FORCE, appeal_until__gt=now)
    restricted = open_still.exclude(measure=Measure.NONE).exclude(subject=None)
    if restricted.filter(appeals=None).exists():
        return True
    dismissed = open_still.filter(measure=Measure.NONE).first()
    if dismissed is None:
        return False
    reports = Report.objects.filter(Q(channel=Channel.NOTICE) | Q(reporter__isnull=False), case=case)
    members, notices = (dismissed.appeals.exclude(**{who: None}).values(who) for who in ("by", "notice"))
    return reports.exclude(reporter__in=members).exclude(pk__in=notices).exists()


def _open_beside(case: Case) -> bool:
    """Whether another case about the same is open already, which then goes on for both."""
    same = Case.objects.filter(**{name: getattr(case, name) for name in _SAME}, state__in=OPEN)
    return case.about != About.NOTICE and same.exists()


def concerns(decision: Decision, person: User) -> bool:
    """Whether the decision is on this person, or dismissed their report."""
    if decision.measure != Measure.NONE:
        return decision.subject_id == person.pk
    return Report.objects.filter(case=decision.case_id, reporter=person).exists()
