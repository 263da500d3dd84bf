"""Signs of life: entries that come even when nobody acts, and what keeps the log from being written or sealed."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import DatabaseError, transaction
from django.db.models.functions import Now

from moderation.audit.models import Entry
from moderation.audit.record import record
from moderation.audit.sequence import head, waited
from moderation.audit.source import Source

EVERY = timedelta(minutes=5)
QUIET = 3 * EVERY  # longer than this nothing is heard of a server that lives
LATE = timedelta(minutes=1)  # six times what sealing may take


class Sign(StrEnum):
    """What a server says of itself."""

    START = "server.start"
    BEAT = "server.beat"
    STOP = "server.stop"


class Trouble(StrEnum):
    """What is wrong with the log just now."""

    UNWRITABLE = "the audit log cannot be written"
    LATE = "entries wait for their checkpoint"
    HELD = "a legal hold is overdue for review"


@transaction.atomic
def give(sign: Sign, *, source: Source) -> None:
    """One entry, with the size of the tree: whoever cuts the log between two signs contradicts the later one."""
    record(sign, source=source, detail={"size": head().size})


def silence(start: datetime, end: datetime) -> tuple[int, timedelta]:
    """How many signs there are in the span, and the longest time of it without one after a sign that was no `stop`.

    A server that lived when the span began and fell silent then is heard of by its last sign before.
    """
    given = Entry.objects.filter(action__in=list(Sign), recorded_at__lt=end)
    signs = given.order_by("recorded_at").values_list("action", "recorded_at")
    found = list(signs.filter(recorded_at__gte=start))
    before = [(sign, start) for sign, _ in signs.filter(recorded_at__lt=start).reverse()[:1]]
    heard = before + found
    ends = [at for _, at in heard[1:]] + [end]
    spans = [after - at for (sign, at), after in zip(heard, ends, strict=True) if sign != Sign.STOP] if heard else []
    return len(found), max(spans, default=timedelta())


def silent() -> timedelta | None:
    """How long ago a server last gave a sign that it lives, by the database's clock; None where none ever did."""
    signs = Entry.objects.annotate(now=Now()).order_by("-pk").values_list("recorded_at", "now")
    last = [found for sign in (Sign.START, Sign.BEAT) if (found := signs.filter(action=sign).first())]
    return min((now - at for at, now in last), default=None)


def probe() -> None:
    """Nothing, if the log takes an entry, which is taken back. Raises `DatabaseError`."""
    with transaction.atomic():
        record("log.probe", source=Source.internal("http"))
        transaction.set_rollback(True)


def troubles() -> list[Trouble]:
    """What is wrong now; whoever cannot ask the database cannot write the log either."""
    try:
        probe()
        return [Trouble.LATE] if waited() > LATE else []
    except DatabaseError:
        return [Trouble.UNWRITABLE]
