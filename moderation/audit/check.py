"""The log looked over from the inside: does what is in the database hash to what was signed?

It runs where the log is kept, so it finds accidents and clumsy hands. Against whoever owns the machine stand the
witness and the bundles that others hold.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection
from django.db.models import F, Max, Min

from moderation.audit import keys, sequence, store
from moderation.audit.leaf import PUBLIC, leaf_of
from moderation.audit.models import Checkpoint, Entry, Head, Leaf, Node
from moderation.audit.pulse import LATE
from moderation.audit.verify import (
    PRUNED,
    Fault,
    Frontier,
    Key,
    Note,
    Pruning,
    Reckoning,
    Refused,
    leaf_hash,
    parse_checkpoint,
    parse_note,
    parse_pruning,
)

BATCH = 5_000
SNAPSHOT = {"postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "sqlite": "BEGIN DEFERRED"}


@contextmanager
def one_moment() -> Iterator[None]:
    """A block in which every question is answered as the first was, whatever is written meanwhile; it writes nothing.

    Without it what is pruned between two questions looks as if somebody had taken it, and what is sealed between two as
    if somebody had forged it. Not `atomic`, which on SQLite would keep everybody from writing for as long.
    """
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT[connection.vendor])
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def faults(now: datetime) -> Iterator[str]:
    """What is wrong with the log, each in a sentence that says where; nothing if nothing is."""
    frontier, known = Frontier(), keys.vkeys()
    prunings, unsigned = _prunings(known)
    yield from unsigned
    reckoning = Reckoning(prunings)
    for batch in _batches():
        yield from _changed(batch, reckoning)
        first, checkpoints = frontier.size, _checkpoints(frontier.size + 1, frontier.size + len(batch))
        for place in batch:
            if place.index != frontier.size:
                yield f"leaf {frontier.size} is missing"
                return
            frontier.append(bytes(place.hash))
            if frontier.size in checkpoints:
                yield from _unsigned(checkpoints[frontier.size], frontier.root(), known)
        yield from _misplaced(first, batch)
    for entry in reckoning.false():
        yield f"the pruning that entry {entry} tells of took something else than what was sealed"
    for size in Checkpoint.objects.filter(size__gt=frontier.size).order_by("size").values_list("size", flat=True):
        yield f"the checkpoint of {size} is larger than the tree of {frontier.size}"
    head = sequence.head()
    yield from _other_head(head, frontier)
    late = sequence.waiting(head).filter(recorded_at__lt=now - LATE).count()
    if late:
        yield f"{late} entries wait for longer than a minute to be sealed: is Celery running?"
    for entry in sequence.passed_over(head).order_by("pk").values_list("pk", flat=True).iterator():
        yield f"entry {entry} is in no leaf, and the log has settled beyond it: is Celery running?"
    yield from _copied()


def _copied() -> Iterator[str]:
    """Entries under one name, which nobody draws twice: what is sealed of a person under it opens in each of them."""
    names = Entry.objects.values("event").annotate(first=Min("pk"), last=Max("pk"))
    for first, last in names.filter(last__gt=F("first")).order_by("first").values_list("first", "last").iterator():
        yield f"entry {last} has the name of entry {first}: it was copied from it, past Stoa"


def _checkpoints(first: int, last: int) -> dict[int, Checkpoint]:
    return {point.size: point for point in Checkpoint.objects.filter(size__gte=first, size__lte=last)}


def _batches() -> Iterator[list[Leaf]]:
    last = -1
    while batch := list(Leaf.objects.filter(index__gt=last).order_by("index")[:BATCH]):
        yield batch
        last = batch[-1].index


def _changed(batch: list[Leaf], reckoning: Reckoning) -> Iterator[str]:
    rows = {row["id"]: row for row in Entry.objects.filter(pk__in=[leaf.entry for leaf in batch]).values("id", *PUBLIC)}
    for place in batch:
        row, went = rows.get(place.entry), reckoning.accounts_for(place.index, bytes(place.hash))
        if row is None and not went:
            yield f"leaf {place.index}: entry {place.entry} is gone, and no pruning says so"
        if row is not None and leaf_hash(leaf_of(row)) != bytes(place.hash):
            yield f"leaf {place.index}: entry {place.entry} is not what was sealed"


def _misplaced(first: int, batch: Sequence[Leaf]) -> Iterator[str]:
    """What is wrong with the nodes over these leaves, which begin with `first`: every proof is made of them."""
    for node in store.completed(first, [bytes(leaf.hash) for leaf in batch]):
        kept = Node.objects.filter(level=node.level, index=node.index).values_list("hash", flat=True).first()
        if kept is None or bytes(kept) != node.hash:
            yield f"node {node.index} of level {node.level} is not over the leaves"


def _other_head(head: Head, frontier: Frontier) -> Iterator[str]:
    """What is wrong with that from which the log grows on: the next checkpoint is signed over it."""
    if head.size != frontier.size:
        yield f"the log says it has {head.size} leaves, and has {frontier.size}"
    elif bytes(head.frontier) != b"".join(frontier.nodes):
        yield f"what the log grows on from is not the tree of {frontier.size}"
    newest = Checkpoint.objects.filter(size=frontier.size).first()
    if frontier.size and newest is None:
        yield f"there is no checkpoint of the whole tree of {frontier.size}"
    if newest is not None and not newest.note.startswith(f"{head.origin}\n"):
        yield f"the log says it is {head.origin}, and signed as {newest.note.partition(chr(10))[0]}"


def _prunings(known: Sequence[Key]) -> tuple[dict[int, Pruning], list[str]]:
    """What was pruned, by the entry that tells of it, and what is wrong with entries that only seem to tell it."""
    prunings, faults = dict[int, Pruning](), list[str]()
    head = sequence.head()
    ours, signed_from = [key for key in known if key.name == head.origin], keys.signed_from(head.size)
    for entry, detail in Entry.objects.filter(action=PRUNED).order_by("pk").values_list("pk", "detail").iterator():
        try:
            match detail:
                case {"note": str(note)}:
                    prunings[entry] = _signed(parse_note(note.encode(errors="replace")), ours)
                case _:
                    prunings[entry] = _of_old(entry, detail, signed_from)
        except Refused as refused:
            faults.append(f"entry {entry} tells of a pruning, and that does not count: {refused}")
    return prunings, faults


def _signed(note: Note, ours: Sequence[Key]) -> Pruning:
    _check_signatures(note, ours)
    return parse_pruning(note)


def _of_old(entry: int, detail: object, signed_from: int) -> Pruning:
    """A pruning from before they were signed: whatever is missing between two leaves went, and its hash is not told."""
    place = Leaf.objects.filter(entry=entry, index__lt=signed_from).first()
    match detail:
        case {"first": int(first), "last": int(last)} if place and 0 <= first <= last < place.index:
            return Pruning(f"{first}-{last}", b"")
    raise Refused(Fault.UNSIGNED, "this log did not sign it")


def _unsigned(point: Checkpoint, root: bytes, known: Sequence[Key]) -> Iterator[str]:
    try:
        signed = parse_checkpoint(point.note.encode())
        _check_signatures(signed.note, [key for key in known if key.name == signed.origin])
    except Refused as refused:
        yield f"the checkpoint of {point.size}: {refused}"
        return
    if signed.size != point.size or signed.root != root or bytes(point.root) != root:
        yield f"the checkpoint of {point.size} is not that of this tree"


def _check_signatures(note: Note, keys_of_log: Sequence[Key]) -> None:
    """As `verify.verified`, by OpenSSL: a busy year has millions of checkpoints, and Python takes 3 ms for each."""
    known = {(key.name, key.key_id): key for key in keys_of_log}
    ours = [(known[one.name, one.key_id], one.data) for one in note.signatures if (one.name, one.key_id) in known]
    if not ours:
        raise Refused(Fault.UNSIGNED, "there is no signature by this log")
    for key, data in ours:
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(data, note.text.encode())
        except InvalidSignature:
            raise Refused(Fault.FORGED, f"the signature of {key.name} is false") from None
