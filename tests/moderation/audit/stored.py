"""Entries in the database, under a checkpoint."""

from datetime import datetime

from django.db import transaction

from moderation.audit import keys, note, verify
from moderation.audit.export import text
from moderation.audit.models import Checkpoint, Entry, Leaf, Node
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.audit.verify import Frontier

ORIGIN = "stoa.example/audit"
SOURCE = Source("192.0.2.7", 51234, "198.51.100.1:443", "Mozilla/5.0", "http")


def write(count: int, actor: str = "bob-uid", action: str = "room.join") -> list[Entry]:
    """This many entries of what `actor` did to mallory."""
    with transaction.atomic():
        made = [
            record(action, source=SOURCE, actor=actor, object_type="user", object_id="mallory-uid", room="r1")
            for _ in range(count)
        ]
    return list(Entry.objects.filter(pk__in=[one.pk for one in made]).order_by("pk"))


def seal(now: datetime) -> Checkpoint:
    """The checkpoint over all entries."""
    signers = keys.signers(ORIGIN) or [keys.new_signer(ORIGIN)]
    start = Leaf.objects.count()
    fresh = Entry.objects.exclude(pk__in=Leaf.objects.values("entry")).order_by("pk")
    for index, entry in enumerate(fresh, start):
        Leaf.objects.create(index=index, entry=entry.pk, hash=verify.leaf_hash(text(entry).encode()))
    tree = Frontier()
    for number, leaf in enumerate(Leaf.objects.order_by("index").values_list("hash", flat=True), 1):
        tree.append(bytes(leaf))
        if number % 256 == 0:
            part = Frontier()
            for one in Leaf.objects.filter(index__gte=number - 256, index__lt=number).order_by("index"):
                part.append(bytes(one.hash))
            Node.objects.get_or_create(level=8, index=number // 256 - 1, defaults={"hash": part.root()})
    signed = note.signed(note.checkpoint(ORIGIN, tree.size, tree.root()), signers)
    return Checkpoint.objects.get_or_create(
        size=tree.size, defaults={"root": tree.root(), "note": signed, "created_at": now}
    )[0]
