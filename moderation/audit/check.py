"""The log looked over from the inside: does what is in the database hash to what was signed?

It runs where the log is kept, so it finds accidents and clumsy hands. Against whoever owns the machine stand the
witness and the bundles that others hold.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from moderation.audit import keys, sequence
from moderation.audit.leaf import PUBLIC, leaf_of
from moderation.audit.models import Checkpoint, Entry, Leaf
from moderation.audit.verify import Frontier, Refused, leaf_hash, open_checkpoint

BATCH = 5_000
LATE = timedelta(minutes=1)


def faults(now: datetime) -> Iterator[str]:
    """What is wrong with the log, each in a sentence that says where; nothing if nothing is."""
    checkpoints = {point.size: point for point in Checkpoint.objects.order_by("size")}
    frontier, pruned = Frontier(), _pruned()
    for batch in _batches():
        yield from _changed(batch, pruned)
        for place in batch:
            if place.index != frontier.size:
                yield f"leaf {frontier.size} is missing"
                return
            frontier.append(bytes(place.hash))
            if frontier.size in checkpoints:
                yield from _unsigned(checkpoints.pop(frontier.size), frontier.root())
    yield from (f"the checkpoint of {size} is larger than the tree of {frontier.size}" for size in checkpoints)
    if sequence.head().size != frontier.size:
        yield f"the log says it has {sequence.head().size} leaves, and has {frontier.size}"
    late = sequence.waiting(sequence.head()).filter(recorded_at__lt=now - LATE).count()
    if late:
        yield f"{late} entries wait for longer than a minute to be sealed: is Celery running?"


def _batches() -> Iterator[list[Leaf]]:
    last = -1
    while batch := list(Leaf.objects.filter(index__gt=last).order_by("index")[:BATCH]):
        yield batch
        last = batch[-1].index


def _changed(batch: list[Leaf], pruned: list[range]) -> Iterator[str]:
    rows = {row["id"]: row for row in Entry.objects.filter(pk__in=[leaf.entry for leaf in batch]).values("id", *PUBLIC)}
    for place in batch:
        row = rows.get(place.entry)
        if row is None and not any(place.index in span for span in pruned):
            yield f"leaf {place.index}: entry {place.entry} is gone, and no pruning says so"
        if row is not None and leaf_hash(leaf_of(row)) != bytes(place.hash):
            yield f"leaf {place.index}: entry {place.entry} is not what was sealed"


def _pruned() -> list[range]:
    told = Entry.objects.filter(action="log.prune").values_list("detail", flat=True)
    return [range(detail["first"], detail["last"] + 1) for detail in told]


def _unsigned(point: Checkpoint, root: bytes) -> Iterator[str]:
    try:
        signed = open_checkpoint(point.note.encode(), keys.vkeys())
    except Refused as refused:
        yield f"the checkpoint of {point.size}: {refused}"
        return
    if signed.size != point.size or signed.root != root or bytes(point.root) != root:
        yield f"the checkpoint of {point.size} is not that of this tree"
