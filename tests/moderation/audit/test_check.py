"""Tests of moderation.audit.check, beside those of what it finds: see `test_sequence`, `test_prune` and the attacks."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from moderation.audit import check, keys, note
from moderation.audit.models import Checkpoint, Head, Node
from moderation.audit.sequence import seal_passed_over
from moderation.audit.verify import Note, Signature
from tests.audit_triggers import lifted
from tests.log import belated, many
from tests.moderation.audit.stored import ORIGIN, seal, write

NOW = timezone.now()


@pytest.mark.django_db
def test_a_checkpoint_of_more_than_there_is_is_a_fault() -> None:
    write(3)
    seal(NOW)
    assert list(check.faults(NOW)) == []
    text = note.signed(note.checkpoint(ORIGIN, 9, b"\0" * 32), keys.signers(ORIGIN))
    Checkpoint.objects.create(size=9, root=b"\0" * 32, note=text, created_at=NOW)
    assert list(check.faults(NOW)) == ["the checkpoint of 9 is larger than the tree of 3"]


@pytest.mark.django_db
def test_a_checkpoint_that_another_key_signed_in_our_name_is_a_fault() -> None:
    write(3)
    seal(NOW)
    (ours,) = keys.signers(ORIGIN)
    theirs = Signature(ORIGIN, ours.key.key_id, Ed25519PrivateKey.generate().sign(b"anything"))
    point = Checkpoint.objects.get()
    forged = str(Note(point.note.partition("\n\n")[0] + "\n", (theirs,)))
    with lifted():
        Checkpoint.objects.update(note=forged)
    assert list(check.faults(NOW)) == [f"the checkpoint of 3: the signature of {ORIGIN} is false"]


@pytest.mark.django_db
def test_each_checkpoint_on_the_way_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "BATCH", 2)
    for _ in range(3):
        write(1)
        seal(NOW)
    monkeypatch.setattr(keys, "vkeys", list)
    assert [fault.partition(":")[0] for fault in check.faults(NOW)] == [
        f"the checkpoint of {size}" for size in (1, 2, 3)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [100, 5_000])
def test_a_node_that_is_not_over_its_leaves_or_is_gone_is_a_fault(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "BATCH", batch)
    many(600)
    seal(NOW)
    assert list(check.faults(NOW)) == []
    with lifted():
        Node.objects.filter(index=0).update(hash=bytes(32))
        Node.objects.filter(index=1).delete()
    assert list(check.faults(NOW)) == [f"node {index} of level 8 is not over the leaves" for index in (0, 1)]


@pytest.mark.django_db
def test_a_log_that_would_grow_on_from_another_tree_is_a_fault() -> None:
    write(3)
    seal(NOW)
    Head.objects.update(frontier=bytes(64))
    assert list(check.faults(NOW)) == ["what the log grows on from is not the tree of 3"]


@pytest.mark.django_db
def test_a_log_that_would_grow_on_under_another_name_is_a_fault() -> None:
    write(3)
    seal(NOW)
    Head.objects.update(origin="elsewhere.example/audit")
    assert list(check.faults(NOW)) == [f"the log says it is elsewhere.example/audit, and signed as {ORIGIN}"]


@pytest.mark.django_db
def test_leaves_that_nobody_signed_are_a_fault() -> None:
    write(3)
    seal(NOW)
    write(1)
    seal(NOW)
    with lifted():
        Checkpoint.objects.filter(size=4).delete()
    assert list(check.faults(NOW)) == ["there is no checkpoint of the whole tree of 4"]


@pytest.mark.django_db
@pytest.mark.parametrize("age", [timedelta(minutes=11), timedelta(days=-1)])
def test_an_entry_that_the_log_settled_beyond_is_named_until_it_is_sealed(age: timedelta) -> None:
    late = belated(timedelta(minutes=11), told=age)
    fault = f"entry {late} is in no leaf, and the log has settled beyond it: is Celery running?"
    assert list(check.faults(NOW)) == [fault]
    seal(NOW)
    assert list(check.faults(NOW)) == [fault]
    seal_passed_over(NOW)
    assert list(check.faults(NOW)) == []
