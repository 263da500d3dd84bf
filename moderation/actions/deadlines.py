"""What time does to cases: forgotten claims end, and decisions that nobody can appeal any more are closed."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from moderation.actions.base import Refused
from moderation.actions.cases import advance, note
from moderation.actions.steps import SOURCE
from moderation.cases import APPEAL_FOR, IDLE, LIFE, Act, State
from moderation.models import Case


def release_idle(now: datetime) -> int:
    """How many cases went back to the queue, because nobody had worked on them for so long."""
    return sum(_release(case) for case in _idle(now).select_related("subject", "holder"))


def _idle(now: datetime) -> QuerySet[Case]:
    """Nobody has worked on them for so long."""
    return Case.objects.filter(state=State.CLAIMED, held_at__lte=now - IDLE)


@transaction.atomic
def _release(case: Case) -> bool:
    still = Case.objects.filter(pk=case.pk, state=State.CLAIMED, holder=case.holder, held_at=case.held_at)
    after, _ = LIFE[State.CLAIMED, Act.RELEASE]
    if not still.update(state=after, holder=None, held_at=None):
        return False
    note(case, "case.release", SOURCE, by=None, second=case.holder, reason="idle", automated=True)
    return True


def close_over(now: datetime) -> int:
    """How many decided cases were closed: the time for appeals is over for every decision on them."""
    decided = Case.objects.filter(state=State.DECIDED, decided_at__lte=now - APPEAL_FOR)
    over = list(decided.exclude(decisions__appeal_until__gt=now).values_list("pk", flat=True))
    return sum(_close(pk, now) for pk in over)


def _close(pk: int, now: datetime) -> bool:
    with suppress(Refused):  # appealed in the last moment
        advance(pk, Act.CLOSE, by=None, now=now, source=SOURCE, closed_at=now)
        return True
    return False
