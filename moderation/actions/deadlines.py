"""What time does to cases: forgotten claims end, what nobody can appeal is closed, what is long over is deleted."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from accounts.notice import LOG_DAYS
from moderation.actions.base import Refused
from moderation.actions.cases import advance, note
from moderation.actions.steps import SOURCE
from moderation.audit import hold
from moderation.audit.models import Entry
from moderation.cases import APPEAL_FOR, IDLE, LIFE, Act, State
from moderation.measures import Measure
from moderation.models import Appeal, Case, Decision, Evidence, Freeze, Grant, Hint, Report, Stand
from rooms.models import Room
from rooms.models import State as RoomState

KEPT = timedelta(days=LOG_DAYS)
"""How long a closed case is kept, with its reports and decisions, and at least as long the entries about it."""
ADDRESS_KEPT = timedelta(days=365)
"""How long the address of somebody outside is kept, also where nobody decides on what they wrote."""


def release_idle(now: datetime) -> int:
    """How many cases went back to the queue, because nobody had worked on them for so long."""
    return sum(release(case, "idle") for case in _idle(now).select_related("subject", "host", "holder"))


def _idle(now: datetime) -> QuerySet[Case]:
    """Nobody has worked on them for so long."""
    return Case.objects.filter(state=State.CLAIMED, held_at__lte=now - IDLE)


@transaction.atomic
def release(case: Case, reason: str) -> bool:
    """Whether the case, whose holder does not go on with it, went back to the queue."""
    still = Case.objects.filter(pk=case.pk, state=State.CLAIMED, holder=case.holder, held_at=case.held_at)
    after, _ = LIFE[State.CLAIMED, Act.RELEASE]
    if not still.update(state=after, holder=None, held_at=None):
        return False
    note(case, "case.release", SOURCE, by=None, second=case.holder, reason=reason, automated=True)
    return True


def close_over(now: datetime) -> int:
    """How many decided cases were closed: the time for appeals is over for every decision on them."""
    decided = Case.objects.filter(state=State.DECIDED, decided_at__lte=now - APPEAL_FOR)
    over = list(decided.exclude(decisions__appeal_until__gt=now).values_list("pk", flat=True))
    return sum(_close(pk, now) for pk in over)


def _close(pk: int, now: datetime) -> bool:
    with suppress(Refused):  # appealed in the last moment
        advance(pk, Act.CLOSE, by=None, now=now, source=SOURCE, automated=True, closed_at=now)
        return True
    return False


def forget_addresses(now: datetime) -> int:
    """How many cases had e-mail addresses of people outside that are forgotten: all is told, or a year is over."""
    over = Q(case__state=State.CLOSED) | Q(made_at__lte=now - ADDRESS_KEPT)
    left = Report.objects.exclude(email="").filter(over)
    cases = Case.objects.filter(pk__in=left.values("case")).select_related("subject", "host")
    return sum(_forget_addresses(case, left) for case in cases)


@transaction.atomic
def _forget_addresses(case: Case, left: QuerySet[Report]) -> bool:
    if _held(case.pk):
        return False
    forgotten = left.filter(case=case).update(email="")
    if forgotten:
        note(case, "report.forget", SOURCE, by=None, automated=True, detail={"addresses": forgotten})
    return forgotten > 0


def forget(now: datetime) -> int:
    """How many cases were deleted: closed long ago, nothing decided in them holds, and nothing sealed is left."""
    going_on = Room.objects.exclude(state=RoomState.ENDED).values("pk")
    lasting = Q(until__gt=now) | Q(measure=Measure.BAN) | Q(measure=Measure.BAN_ROOM, room__in=going_on)
    holds = Decision.objects.filter(lasting, state=Stand.IN_FORCE).values("case")
    sealed = Evidence.objects.filter(destroyed_at=None).values("case")
    over = Case.objects.filter(state=State.CLOSED, closed_at__lte=now - KEPT, secret=None)
    return sum(_forget(pk) for pk in over.exclude(pk__in=holds).exclude(pk__in=sealed).values_list("pk", flat=True))


@transaction.atomic
def _forget(pk: int) -> bool:
    """Whether the case is gone, with all that belongs to it; the entry is its receipt."""
    case = Case.objects.select_for_update(of=("self",)).select_related("subject", "host").get(pk=pk)
    if _held(pk):
        return False
    note(case, "case.forget", SOURCE, by=None, automated=True)
    for rows in (
        Appeal.objects.filter(decision__case=pk),
        Decision.objects.filter(case=pk),
        Grant.objects.filter(case=pk),
        Hint.objects.filter(case=pk),
        Evidence.objects.filter(case=pk),
        Freeze.objects.filter(case=pk),
        Report.objects.filter(case=pk),
        Case.objects.filter(pk=pk),
    ):
        rows.delete()
    return True


def _held(pk: int) -> bool:
    """Whether a legal hold keeps the case."""
    return Entry.objects.filter(hold.held(), case=str(pk)).exists()


def needed(**_sent: object) -> Q:
    """The entries about a case that is still there: its page, its statements and its receipts point to them."""
    # As a join: a list of cases that is too long to be hashed, PostgreSQL goes through for each entry.
    there = Case.objects.annotate(named=Cast("pk", CharField())).filter(named=OuterRef("case"))
    return Q(Exists(there))
