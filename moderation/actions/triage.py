"""What happens to a case by itself, step by step, before anybody looks at it.

Each step is one function, and each of its changes one transaction with its entry. Done again it does nothing; a worker
that dies anywhere leaves the case at a step that the sweep starts again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from celery import current_app
from django.db import transaction
from django.db.models import Max, QuerySet

from moderation import risk
from moderation.actions import alarm, evidence, hints, reflexes
from moderation.actions.cases import advance, note
from moderation.actions.steps import SOURCE, move_on
from moderation.cases import Act, State
from moderation.measures import RESTRICTIONS
from moderation.models import Case, Decision, Freeze, Frozen, Kind, Stand, Step
from moderation.policies import Severity
from rooms.actions import evidence as rooms

TASK = "moderation.triage"
STILL = timedelta(seconds=5)
"""A case that has stood at a step for so long is started again."""
ANSWERED_WITHIN = timedelta(seconds=90)
"""The ring holds a minute: an answer that has not come by then tells of other words, or of none."""
PAST = timedelta(days=365)
"""How far back decisions against somebody count."""
AT_ONCE = 500


def hand_over(pk: int) -> None:
    """Have a worker go on with the case."""
    current_app.send_task(TASK, [pk], expires=STILL.total_seconds())


def standing(now: datetime) -> list[int]:
    """The cases that stand still; of those that wait for a model, the most urgent and those that wait no longer."""
    still = Case.objects.exclude(step=Step.DONE).filter(stepped_at__lte=now - STILL)
    waiting = still.filter(step=Step.TRANSCRIBE, stepped_at__gt=now - hints.PATIENCE[Step.TRANSCRIBE])
    others = still.exclude(pk__in=waiting).order_by("stepped_at").values_list("pk", flat=True)
    first = waiting.order_by("-severity", "stepped_at").values_list("pk", flat=True)
    return [*others[:AT_ONCE], *first[:1]]


def go_on(pk: int, now: datetime) -> bool:
    """Whether anything was done for the case: then there may be more to do."""
    case = Case.objects.select_related("subject", "host").filter(pk=pk).exclude(step=Step.DONE).first()
    return case is not None and STEPS[case.step](case, now)


def collect(case: Case, now: datetime) -> bool:
    """Whether every freeze of the case has been answered, or nobody will answer any more. Reflexes wait for neither."""
    reflexes.act(case.pk, now=now, source=SOURCE)
    for freeze in _unanswered(case):
        evidence.attach(freeze.pk, now)
    for freeze in _unanswered(case):
        _ask_again(freeze, case, now)
    with transaction.atomic():
        # A report that comes now waits for this row, and then starts the step anew.
        held = Case.objects.select_for_update().get(pk=case.pk)
        return held.stepped_at == case.stepped_at and not _unanswered(case).exists() and move_on(case, now)


def _unanswered(case: Case) -> QuerySet[Freeze]:
    return Freeze.objects.filter(case=case, outcome="")


def _ask_again(freeze: Freeze, case: Case, now: datetime) -> None:
    if now - freeze.asked_at < ANSWERED_WITHIN:
        rooms.freeze(freeze.room, freeze.pk, case.key, freeze.asked_at)
        return
    with transaction.atomic():
        waiting = Freeze.objects.filter(pk=freeze.pk, outcome="")
        outcome = Frozen.SEALED if freeze.evidence.exists() else Frozen.LOST  # one of several may have answered
        if waiting.update(outcome=outcome, answered_at=now):
            detail = {"freeze": freeze.pk}
            note(case, "evidence.answer", SOURCE, by=None, automated=True, reason=outcome, detail=detail)


def score(case: Case, now: datetime) -> bool:
    """Whether the case was moved on, with the risk that it has now: where it stands in the queue."""
    points = risk.points(facts(case, now))
    with transaction.atomic():
        moved = move_on(case, now, risk=sum(points.values()))
        if moved:
            tell_risk(case, points)
    return moved


def tell_risk(case: Case, points: Mapping[str, int]) -> None:
    """Nothing: the log says what the risk of the case became, where that is another than `case` had."""
    now = sum(points.values())
    if now != case.risk:
        note(case, "case.score", SOURCE, by=None, automated=True, score=now, detail=dict(points))


def facts(case: Case, now: datetime) -> risk.Facts:
    """What makes the case urgent. Reporters who came in one raid are one voice."""
    best = dict(case.hints.values_list("kind").annotate(Max("score")))
    raid = case.hints.filter(kind=Kind.PATTERN).first()
    told = raid.facts if raid else {}
    reporters = case.reports.exclude(reporter=None).values("reporter").distinct().count()
    strangers = case.reports.filter(reporter=None).count()
    against = Decision.objects.filter(subject=case.whom, in_force_at__gt=now - PAST, state=Stand.IN_FORCE)
    history = against.filter(measure__in=RESTRICTIONS).count() if case.whom else 0
    return risk.Facts(
        severity=Severity(case.severity),
        reporters=reporters + min(strangers, 1) - max(0, told.get("reporters", 0) - 1),
        history=history,
        words=best.get(Kind.WORDS, 0.0),
        sound=best.get(Kind.SOUND, 0.0),
        raid=best.get(Kind.PATTERN, 0.0) if told.get("subject") or case.subject is None else 0.0,
    )


@transaction.atomic
def route(case: Case, now: datetime) -> bool:
    """Whether the case is ready for people: it is triaged, if nobody has claimed it before."""
    if not move_on(case, now):
        return False
    if Case.objects.filter(pk=case.pk, state=State.NEW).exists():
        advance(case.pk, Act.TRIAGE, by=None, now=now, source=SOURCE, automated=True)
    return True


@transaction.atomic
def notify(case: Case, now: datetime) -> bool:
    """Whether all is done: the staff is told, where it is urgent."""
    if not move_on(case, now):
        return False
    if alarm.due(case, now):
        alarm.tell(case, now)
    return True


STEPS: Mapping[str, Callable[[Case, datetime], bool]] = MappingProxyType(
    {
        Step.COLLECT: collect,
        Step.TRANSCRIBE: hints.transcribe,
        Step.SCREEN: hints.screen,
        Step.SCORE: score,
        Step.ROUTE: route,
        Step.NOTIFY: notify,
    }
)
