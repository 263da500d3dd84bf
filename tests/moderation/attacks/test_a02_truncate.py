"""Attack 2: whoever owns the database drops the newest rows, or restores an older copy, and lets the log go on."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from moderation.audit import check, keys, tree
from moderation.audit.models import Checkpoint, Entry, Head, Leaf, Node
from moderation.audit.sequence import head, seal
from moderation.audit.store import Nodes
from moderation.audit.verify import Checkpoint as Note
from moderation.audit.verify import Refused, check_consistency, open_checkpoint
from tests.audit_triggers import lifted
from tests.log import many

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def held_elsewhere() -> Note:
    """What a witness, a receipt or a reviewer keeps: the checkpoint of 20 entries."""
    many(10)
    seal(NOON)
    many(10)
    seal(NOON)
    return open_checkpoint(Checkpoint.objects.get(size=20).note.encode(), keys.vkeys())


def roll_back(size: int) -> None:
    """The database as it was at this size, by somebody whom no trigger stops."""
    old = Checkpoint.objects.get(size=size)
    gone = Leaf.objects.filter(index__gte=size)
    with lifted():
        Entry.objects.filter(pk__in=list(gone.values_list("entry", flat=True))).delete()
        gone.delete()
        Node.objects.filter(index__gte=size // 256).delete()
        Checkpoint.objects.filter(size__gt=size).delete()
    frontier = b"".join(Nodes()(level, index) for level, index in tree.subtrees(0, old.size))
    Head.objects.update(size=size, frontier=frontier)


def continues(old: Note) -> bool:
    """Whether the log of today can prove that it continues the old checkpoint."""
    new = open_checkpoint(Checkpoint.objects.latest("size").note.encode(), keys.vkeys())
    try:
        proof = tree.consistency(Nodes(), old.size, new.size) if old.size <= new.size else []
        check_consistency(old.size, old.root, new.size, new.root, proof)
    except Refused:
        return False
    return True


def test_an_honest_log_proves_that_it_continues(held_elsewhere: Note) -> None:
    many(5)
    seal(NOON)
    assert continues(held_elsewhere)


def test_a_log_that_was_cut_is_shorter_than_what_others_hold(held_elsewhere: Note) -> None:
    roll_back(10)
    assert head().size == 10
    assert not continues(held_elsewhere)


def test_a_log_that_was_cut_and_goes_on_cannot_prove_that_it_continues(held_elsewhere: Note) -> None:
    roll_back(10)
    many(15)
    seal(NOON)
    assert list(check.faults(NOON)) == []  # from the inside it looks whole: this is what witnesses are for
    assert not continues(held_elsewhere)


def test_a_sealed_row_that_is_gone_is_found_from_the_inside(held_elsewhere: Note) -> None:
    with lifted():
        Entry.objects.latest("pk").delete()
    assert [fault for fault in check.faults(NOON) if "is gone" in fault]


def test_a_row_that_waits_for_its_seal_cannot_be_dropped() -> None:
    many(1)
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        Entry.objects.all().delete()
    assert Entry.objects.count() == 1
