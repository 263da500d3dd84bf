"""How long the log keeps what: after its time an entry goes, and its hash stays in the tree."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.dispatch import Signal

from moderation.audit import note, sequence
from moderation.audit.hold import held
from moderation.audit.leaf import PUBLIC, leaf_of
from moderation.audit.models import Entry, Head, Label, Leaf
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.audit.triggers import FLOOR
from moderation.audit.verify import PRUNED, leaf_hash

BATCH = 1_000
_BEFORE = -(2**63)  # every id, whoever chose it
YEARS = 3 * 365 + 1  # assessments of impact, and records of what was shared: three years at least
RETENTION = {"standard": 400, "private": FLOOR, "cn": FLOOR}  # days, by STOA_PROFILE
LONGER = {  # days, by the first word of an action
    "log": YEARS,
    "lawful": YEARS,
    **dict.fromkeys(("review", "control", "finding", "statement", "trigger"), YEARS),  # and what a report rests on
    "case": 400,
}


pruning = Signal()
"""Sent before entries go; a receiver answers with a condition on those that what is still there points to."""


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
    """How many entries went, with their labels. Those under a hold, needed by other apps or not in the tree yet, stay.

    Both clocks have to say that an entry's time is over, `now` and the database's: one that is ahead takes nothing
    early, and what the database would refuse, with all that goes beside it, is not asked of it. An entry `log.prune`
    says which leaves went and what they hashed to, signed by the log's key: whoever holds the database alone can take
    an entry away, and not say so. A role that may not delete prunes nothing: see `audit grant`.
    """
    gone, last, moment = 0, _BEFORE, _agreed(now)
    while _may_delete() and (over := _over(last, moment)):
        gone, last = gone + _prune_some(over, source), over[-1]
    return gone


def _agreed(now: datetime) -> datetime:
    """The earlier of `now` and the database's time."""
    return min(now, Head.objects.values_list(Now(), flat=True).first() or now)


def _over(last: int, now: datetime) -> list[int]:
    """The next entries behind `last` whose time is over, kept or not: each is asked about once, however many are."""
    entries = Entry.objects.filter(due(now, settings.STOA_PROFILE), pk__gt=last)
    leaves = Leaf.objects.filter(entry__in=entries.values("pk"), entry__gt=last).order_by("entry")
    return list(leaves.values_list("entry", flat=True)[:BATCH])


@transaction.atomic
def _prune_some(over: Sequence[int], source: Source) -> int:
    going = Entry.objects.filter(pk__in=over).exclude(held())
    for _, needed in pruning.send(Entry):
        going = going.exclude(needed)
    rows = list(going.select_for_update().values("id", *PUBLIC))
    if rows:
        places = dict(Leaf.objects.filter(entry__in=[row["id"] for row in rows]).values_list("entry", "index"))
        kept = Counter(f"{days(row['action'], settings.STOA_PROFILE)}" for row in rows)
        gone = dict(sorted((places[row["id"]], leaf_hash(leaf_of(row))) for row in rows))
        record(PRUNED, source=source, detail={"entries": len(gone), "kept": kept, "note": _signed(gone)})
        Label.objects.filter(entry__in=[row["id"] for row in rows]).delete()
        Entry.objects.filter(pk__in=[row["id"] for row in rows]).delete()
    return len(rows)


def _signed(gone: Mapping[int, bytes]) -> str:
    head = sequence.head()
    return note.signed(note.pruning(head.origin, gone), sequence.signers(head))


def _may_delete() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('audit_entry', 'DELETE')")
        (allowed,) = cursor.fetchone()
    return bool(allowed)
