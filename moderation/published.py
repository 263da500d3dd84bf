"""The transparency report as it is published: of the sealed part of the log, for whole months."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from moderation import transparency
from moderation.audit import cosign, prune
from moderation.audit.models import Entry, Leaf
from moderation.transparency import ACTIONS, ANSWERS, BEGINNINGS, Line

_ALL = Q()
_FIELDS = ("action", "result", "case", "policy", "reason", "automated", "model", "score", "detail")


def report(start: datetime, end: datetime) -> dict[str, Any]:
    """The report on a period, with the `checkpoint` that covers all it was made of, and its `size`."""
    newest = cosign.cosigned()
    size = newest.size if newest else 0
    note = str(newest.note) if newest else ""
    return {"checkpoint": note, "size": size, **transparency.report(concerning(size, start, end), start, end)}


def concerning(size: int, start: datetime, end: datetime) -> Iterator[Line]:
    """The lines that a report on the period needs: those of it, and before it when the cases began that it answered.

    So a month costs what was done in it, however long the log is.
    """
    period = Q(recorded_at__gte=start, recorded_at__lt=end)
    answered = Entry.objects.filter(period, action__in=ANSWERS).exclude(case="").values("case")
    yield from lines(size, Q(recorded_at__lt=start, action__in=BEGINNINGS, case__in=answered))
    yield from lines(size, period)


def lines(size: int, which: Q = _ALL, actions: Collection[str] = ACTIONS) -> Iterator[Line]:
    """The lines of these actions among the first `size` entries of the log, or some of them, in their order."""
    sealed = Exists(Leaf.objects.filter(entry=OuterRef("pk"), index__lt=size))
    rows = Entry.objects.filter(sealed, which, action__in=actions).order_by("pk")
    for fields in rows.values("recorded_at", *_FIELDS).iterator():
        line = transparency.line(fields, fields["recorded_at"])
        if line is not None:
            yield line


def month(text: str, now: datetime) -> tuple[datetime, datetime]:
    """The beginning and the end of a month written as 2026-11; the present one where nothing is written.

    Raises `ValueError` for what is no month, for one that has not begun, and for one that `oldest` is later than.
    """
    start = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC) if text else now.astimezone(UTC)
    start = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if not oldest(now) <= start <= now:
        raise ValueError("a month that has begun, and that the log still has whole")
    end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return start, end


def oldest(now: datetime) -> datetime:
    """From when on the log still has all that a report counts: numbers of what was pruned in part would be false."""
    return now - timedelta(days=min(prune.days(action, settings.STOA_PROFILE) for action in ACTIONS))
