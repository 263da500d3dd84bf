"""The log looked over from the inside: does what is in the database hash to what was signed?

It runs where the log is kept, so it finds accidents and clumsy hands. Against whoever owns the machine stand the
witness and the bundles that others hold.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from moderation.audit import keys, sequence
from moderation.audit.leaf import PUBLIC, leaf_of
from moderation.audit.models import Checkpoint, Entry, Leaf
from moderation.audit.prune import PRUNED
from moderation.audit.verify import Fault, Frontier, Key, Note, Refused, leaf_hash, parse_checkpoint

BATCH = 5_000
LATE = timedelta(minutes=1)


class Pruned:
    """The leaves whose entries went, from what the log says of it: pairs of the first and the last, in order."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in spans:
            if self._lasts and first <= self._lasts[-1] + 1:
                self._lasts[-1] = max(self._lasts[-1], last)
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    def __contains__(self, index: int) -> bool:
        place = bisect_right(self._firsts, index) - 1
        return place >= 0 and index <= self._lasts[place]


def faults(now: datetime) -> Iterator[str]:
    """What is wrong with the log, each in a sentence that says where; nothing if nothing is."""
    frontier, pruned, known = Frontier(), _pruned(), keys.vkeys()
    for batch in _batches():
        yield from _changed(batch, pruned)
        checkpoints = _checkpoints(frontier.size + 1, frontier.size + len(batch))
        for place in batch:
            if place.index != frontier.size:
                yield f"leaf {frontier.size} is missing"
                return
            frontier.append(bytes(place.hash))
            if frontier.size in checkpoints:
                yield from _unsigned(checkpoints[frontier.size], frontier.root(), known)
    for size in Checkpoint.objects.filter(size__gt=frontier.size).order_by("size").values_list("size", flat=True):
        yield f"the checkpoint of {size} is larger than the tree of {frontier.size}"
    if sequence.head().size != frontier.size:
        yield f"the log says it has {sequence.head().size} leaves, and has {frontier.size}"
    late = sequence.waiting(sequence.head()).filter(recorded_at__lt=now - LATE).count()
    if late:
        yield f"{late} entries wait for longer than a minute to be sealed: is Celery running?"


def _checkpoints(first: int, last: int) -> dict[int, Checkpoint]:
    return {point.size: point for point in Checkpoint.objects.filter(size__gte=first, size__lte=last)}


def _batches() -> Iterator[list[Leaf]]:
    last = -1
    while batch := list(Leaf.objects.filter(index__gt=last).order_by("index")[:BATCH]):
        yield batch
        last = batch[-1].index


def _changed(batch: list[Leaf], pruned: Pruned) -> Iterator[str]:
    rows = {row["id"]: row for row in Entry.objects.filter(pk__in=[leaf.entry for leaf in batch]).values("id", *PUBLIC)}
    for place in batch:
        row = rows.get(place.entry)
        if row is None and place.index not in pruned:
            yield f"leaf {place.index}: entry {place.entry} is gone, and no pruning says so"
        if row is not None and leaf_hash(leaf_of(row)) != bytes(place.hash):
            yield f"leaf {place.index}: entry {place.entry} is not what was sealed"


def _pruned() -> Pruned:
    told = Entry.objects.filter(action=PRUNED).values_list("detail__first", "detail__last")
    return Pruned(sorted(told))


def _unsigned(point: Checkpoint, root: bytes, known: Sequence[Key]) -> Iterator[str]:
    try:
        signed = parse_checkpoint(point.note.encode())
        _check_signatures(signed.note, {(key.name, key.key_id): key for key in known if key.name == signed.origin})
    except Refused as refused:
        yield f"the checkpoint of {point.size}: {refused}"
        return
    if signed.size != point.size or signed.root != root or bytes(point.root) != root:
        yield f"the checkpoint of {point.size} is not that of this tree"


def _check_signatures(note: Note, known: Mapping[tuple[str, bytes], Key]) -> None:
    """As `verify.verified`, by OpenSSL: a busy year has millions of checkpoints, and Python takes 3 ms for each."""
    ours = [(known[one.name, one.key_id], one.data) for one in note.signatures if (one.name, one.key_id) in known]
    if not ours:
        raise Refused(Fault.UNSIGNED, "there is no signature by this log")
    for key, data in ours:
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(data, note.text.encode())
        except InvalidSignature:
            raise Refused(Fault.FORGED, f"the signature of {key.name} is false") from None
