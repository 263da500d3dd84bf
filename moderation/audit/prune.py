"""How long the log keeps what: after its time an entry goes, and its hash stays in the tree."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from moderation.audit.hold import held
from moderation.audit.models import Entry, Label, Leaf
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.audit.triggers import FLOOR

BATCH = 1_000
YEARS = 3 * 365 + 1  # assessments of impact, and records of what was shared: three years at least
RETENTION = {"standard": 400, "private": FLOOR, "cn": FLOOR}  # days, by STOA_PROFILE
LONGER = {  # days, by the first word of an action
    "log": YEARS,
    "lawful": YEARS,
    "review": YEARS,
    "case": 400,
}
PRUNED = "log.prune"


def days(action: str, profile: str) -> int:
    """How long an entry is kept: by the profile, and longer where the law says so; never less than six months."""
    return max(FLOOR, RETENTION[profile], LONGER.get(action.partition(".")[0], 0))


def due(now: datetime, profile: str) -> Q:
    """The entries whose time is over, as a condition on `Entry`.

    What says which entries went never goes itself: without it their leaves would look as if somebody had taken them.
    """
    longer = {word: Q(action__startswith=f"{word}.") for word in LONGER}
    rest = ~Q(pk__in=[])
    over = Q(pk__in=[])
    for word, named in longer.items():
        over |= named & Q(recorded_at__lt=now - timedelta(days=days(word, profile)))
        rest &= ~named
    return ~Q(action=PRUNED) & (over | (rest & Q(recorded_at__lt=now - timedelta(days=days("", profile)))))


def prune(now: datetime, *, source: Source) -> int:
    """How many entries went, with their labels. Those under a hold, and those not in the tree yet, stay.

    An entry `log.prune` says which leaves went. A role that may not delete prunes nothing: see `audit grant`.
    """
    gone = 0
    while _may_delete() and (count := _prune_some(now, source)):
        gone += count
    return gone


@transaction.atomic
def _prune_some(now: datetime, source: Source) -> int:
    over = Entry.objects.filter(due(now, settings.STOA_PROFILE)).exclude(held())
    places = Leaf.objects.filter(entry__in=over.values("pk")).order_by("entry")
    leaves = dict(places.values_list("entry", "index")[:BATCH])
    if leaves:
        Label.objects.filter(entry__in=leaves).delete()
        Entry.objects.filter(pk__in=leaves).delete()
        told = {"entries": len(leaves), "first": min(leaves.values()), "last": max(leaves.values())}
        record(PRUNED, source=source, detail=told)
    return len(leaves)


def _may_delete() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('audit_entry', 'DELETE')")
        (allowed,) = cursor.fetchone()
    return bool(allowed)
