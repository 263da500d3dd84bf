"""The one sequencer: numbers the entries, grows the tree by them and signs its new root, all in one transaction."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from moderation.audit import keys, note, store
from moderation.audit.leaf import PUBLIC, leaf_of
from moderation.audit.models import Checkpoint, Entry, Head, Leaf, Node
from moderation.audit.note import Signer
from moderation.audit.verify import Fault, Frontier, Refused, leaf_hash, open_checkpoint

BATCH = 5_000
SETTLED = timedelta(minutes=10)  # an entry this old is there, or its transaction has been open for as long

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Growth:
    """What one seal adds to the log."""

    before: Head
    entries: list[int]
    hashes: list[bytes]
    frontier: Frontier

    @property
    def size(self) -> int:
        """How many leaves the log has then."""
        return self.frontier.size


def seal(now: datetime) -> int:
    """How many entries stand under a new signed checkpoint: all that wait, or none if another process was faster."""
    sealed = 0
    while count := _seal_some(now):
        sealed += count
        if count < BATCH:
            break
    return sealed


def seal_passed_over(now: datetime) -> int:
    """How many entries were sealed that the log had passed over, a batch at most: looks through the whole of it."""
    before = head()
    found = passed_over(before).values("pk")[:BATCH]
    sealed = _append(before, _rows(Entry.objects.filter(pk__in=found).order_by("pk")), now)
    if sealed:
        _log.warning("entries were sealed that came after the log had settled", entries=sealed)
    return sealed


def head() -> Head:
    """Where the log stands. Its origin is fixed when it is first asked for."""
    origin = f"{urlsplit(settings.PUBLIC_URL).netloc}/audit"
    return Head.objects.get_or_create(pk=1, defaults={"origin": origin})[0]


def waiting(where: Head) -> QuerySet[Entry]:
    """The entries that came since the log settled and are in no checkpoint yet, in order."""
    placed = Leaf.objects.filter(entry=OuterRef("pk"), entry__gt=where.watermark)
    return Entry.objects.filter(~Exists(placed), pk__gt=where.watermark).order_by("pk")


def passed_over(where: Head) -> QuerySet[Entry]:
    """The entries that are in no checkpoint although the log settled beyond them.

    Their transactions were open for longer than any of ours are, or somebody chose their numbers.
    """
    placed = Leaf.objects.filter(entry=OuterRef("pk"))
    return Entry.objects.filter(~Exists(placed), pk__lte=where.watermark)


def waited() -> timedelta:
    """How long the oldest entry has waited for its checkpoint, by the database's clock."""
    oldest = waiting(head()).annotate(now=Now()).values_list("recorded_at", "now").first()
    return max(oldest[1] - oldest[0], timedelta()) if oldest else timedelta()


def _seal_some(now: datetime) -> int:
    before = head()
    rows = _rows(waiting(before))
    sealed = _append(before, rows, now)
    if sealed == len(rows) < BATCH:
        _settle(before)
    return sealed


def _rows(entries: QuerySet[Entry]) -> list[dict[str, Any]]:
    return list(entries.values("id", *PUBLIC)[:BATCH])


def _append(before: Head, rows: list[dict[str, Any]], now: datetime) -> int:
    """How many of the rows the log has grown by: all, or none if another process was faster."""
    if not rows:
        return 0
    hashes = [leaf_hash(leaf_of(row)) for row in rows]
    frontier = Frontier(before.size, _peaks(before))
    _check_signed(before, frontier.root())
    for value in hashes:
        frontier.append(value)
    growth = Growth(before, [row["id"] for row in rows], hashes, frontier)
    _keep_what_is_committed()
    keys.signed_from(growth.size)
    return len(rows) if _grow(growth, signers(before), now) else 0


def _check_signed(before: Head, root: bytes) -> None:
    """Nothing, if the log stands where it last signed. Raises `Refused`: no key signs what somebody else made of it.

    Whoever may write this row, and holds no key, could have the log contradict itself for good. Where no key is left
    to tell by, raises `KeysMissingError`.
    """
    if not before.size:
        return
    known = keys.vkeys()
    if not known:
        raise keys.KeysMissingError("log-*.vkey")
    point = Checkpoint.objects.filter(size=before.size).values_list("note", flat=True).first()
    with suppress(Refused):
        signed = open_checkpoint((point or "").encode(), known)
        if (signed.origin, signed.size, signed.root) == (before.origin, before.size, root):
            return
    raise Refused(
        Fault.PROOF,
        f"the log does not stand at {before.size} as a key in {keys.folder()} signed it: `audit verify` says what is "
        "wrong, and docs/audit.md (where it stands still) what to do",
    )


def _keep_what_is_committed() -> None:
    """What this connection commits from now on outlives a loss of power, with all that was committed before it.

    What others saw signed must not be lost: the log would grow again from before it, in another direction. PostgreSQL
    keeps it anyway; with our settings SQLite loses what was committed last, and nothing but that.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")


def _grow(growth: Growth, signers: list[Signer], now: datetime) -> bool:
    """Whether the log has grown; not, if it had already grown since `growth.before`."""
    before, root = growth.before, growth.frontier.root()
    text = note.checkpoint(before.origin, growth.size, root)
    nodes = list(store.completed(before.size, growth.hashes))
    places = enumerate(zip(growth.entries, growth.hashes, strict=True), start=before.size)
    with transaction.atomic():
        after = {"size": growth.size, "frontier": b"".join(growth.frontier.nodes)}
        if Head.objects.filter(pk=before.pk, size=before.size).update(**after) != 1:
            _log.warning("another process seals as well", size=before.size)
            return False
        Leaf.objects.bulk_create(
            (Leaf(index=index, entry=entry, hash=value) for index, (entry, value) in places), batch_size=1000
        )
        Node.objects.bulk_create(nodes)
        Checkpoint.objects.create(size=growth.size, root=root, note=note.signed(text, signers), created_at=now)
    return True


def _settle(where: Head) -> None:
    """Nothing waits: all that was written before the last minutes need not be looked at again.

    The mark stays below what was written lately, so no entry carries it up to a number that somebody chose, where
    it would hide all that come after.
    """
    lately = Entry.objects.filter(pk__gt=where.watermark, recorded_at__range=(Now() - SETTLED, Now()))
    first = lately.order_by("pk").values_list("pk", flat=True).first()
    if first is not None and first - 1 > where.watermark:
        Head.objects.filter(pk=where.pk, watermark=where.watermark).update(watermark=first - 1)


def signers(where: Head) -> list[Signer]:
    """The keys that sign; the first one is made with the log's first checkpoint, and never instead of a lost one."""
    found = keys.signers(where.origin)
    if not found and where.size:
        raise keys.KeysMissingError("log-*.pem")
    return found or [keys.first_signer(where.origin)]


def _peaks(where: Head) -> list[bytes]:
    data = bytes(where.frontier)
    return [data[at : at + 32] for at in range(0, len(data), 32)]
