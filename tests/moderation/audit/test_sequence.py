"""Tests of moderation.audit.sequence and store: the log grows once, in one direction, whatever fails on the way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import DatabaseError, connection, transaction
from django.db.models import Model, QuerySet

from moderation.audit import keys, note, sequence, tree
from moderation.audit.leaf import PUBLIC, leaf_of
from moderation.audit.models import Checkpoint, Entry, Head, Leaf, Node
from moderation.audit.note import Signer
from moderation.audit.record import record
from moderation.audit.sequence import head, seal, seal_passed_over
from moderation.audit.source import Source
from moderation.audit.store import Nodes
from moderation.audit.verify import (
    LEAF_SIZE,
    Frontier,
    Refused,
    check_consistency,
    inclusion_root,
    leaf_hash,
    open_checkpoint,
)
from tests.audit_triggers import lifted
from tests.log import aged, belated, many
from tests.moderation.audit.stored import NOON, whole

SOURCE = Source.internal("command")

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_waits_is_under_a_signed_checkpoint_in_the_order_it_was_written() -> None:
    written = many(5)
    assert seal(NOON) == 5
    assert list(Leaf.objects.order_by("index").values_list("index", "entry")) == list(enumerate(written))
    signed = open_checkpoint(Checkpoint.objects.get().note.encode(), keys.vkeys())
    assert (signed.origin, signed.size) == ("localhost:8000/audit", 5)
    whole(5)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL loses nothing that it has committed")
def test_what_is_signed_outlives_a_loss_of_power() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=NORMAL")
        many(1)
        seal(NOON)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,), "the WAL reaches the disk with each commit"


def test_without_anything_new_there_is_no_new_checkpoint() -> None:
    many(3)
    assert (seal(NOON), seal(NOON)) == (3, 0)
    assert Checkpoint.objects.count() == 1


def test_whatever_the_batches_every_entry_and_every_old_checkpoint_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence, "BATCH", 301)
    for count in (1, 254, 2, 700):
        many(count)
        assert seal(NOON) == count
    whole(957)
    assert Node.objects.count() == 957 // 256
    root, node = bytes(Checkpoint.objects.get(size=957).root), Nodes()
    for index in (0, 1, 255, 256, 511, 512, 900, 956):
        row = Entry.objects.values("id", *PUBLIC).get(pk=Leaf.objects.get(index=index).entry)
        proof = tree.inclusion(node, index, 957)
        assert inclusion_root(index, 957, leaf_hash(leaf_of(row)), proof) == root
    for old in Checkpoint.objects.all():
        check_consistency(old.size, bytes(old.root), 957, root, tree.consistency(node, old.size, 957))


def test_an_entry_committed_late_gets_the_next_place() -> None:
    first, late, last = many(3)
    with patch.object(sequence, "waiting", lambda _head: Entry.objects.exclude(pk=late).order_by("pk")):
        assert seal_once() == 2
    assert seal(NOON) == 1
    assert list(Leaf.objects.order_by("index").values_list("entry", flat=True)) == [first, last, late]
    whole(3)


def test_an_entry_that_comes_after_the_log_settled_is_sealed_by_the_look_back() -> None:
    late = belated(timedelta(hours=5))
    assert late <= head().watermark
    assert seal(NOON) == 0
    assert (seal_passed_over(NOON), seal_passed_over(NOON)) == (1, 0)
    assert Leaf.objects.get(entry=late).index == 3
    whole(4)


def test_of_a_look_back_and_a_seal_at_once_one_grows_the_log() -> None:
    belated(timedelta(hours=5))
    before = head()
    assert seal_passed_over(NOON) == 1
    with (
        patch.object(sequence, "head", lambda: before),
        patch.object(sequence, "passed_over", lambda _h: Entry.objects.all()),
    ):
        assert seal_passed_over(NOON) == 0
    whole(4)


def test_a_log_that_never_rests_settles_all_the_same() -> None:
    for written in settled():
        assert written <= head().watermark
    (new,) = many(1)
    assert (seal(NOON), head().watermark < new) == (1, True)
    whole(5)


def settled() -> list[int]:
    """The ids of entries of an hour ago, sealed together with a new one."""
    old = many(3)
    for written in Entry.objects.filter(pk__in=old):
        aged(written, timedelta(hours=1))
    many(1)
    assert seal(NOON) == 4
    return old


def seal_once() -> int:
    return sequence._seal_some(NOON)


def test_of_two_that_seal_at_once_one_grows_the_log() -> None:
    many(4)
    before = head()
    assert seal(NOON) == 4
    with (
        patch.object(sequence, "head", lambda: before),
        patch.object(sequence, "waiting", lambda _h: Entry.objects.all()),
    ):
        assert seal_once() == 0
    whole(4)


class GoneError(DatabaseError):
    """The database went away in the middle of it."""


WRITES: dict[str, tuple[type[Model], str]] = {
    "swap": (Head, "update"),
    "leaves": (Leaf, "bulk_create"),
    "nodes": (Node, "bulk_create"),
    "checkpoint": (Checkpoint, "create"),
}


@contextmanager
def failing(model: type[Model], name: str, *, persisted: bool) -> Iterator[None]:
    """The write to this table raises, before the database did it or after; those to others do not."""
    does: Callable[..., object] = getattr(QuerySet, name)

    def fail(rows: QuerySet[Model], *arguments: object, **given: object) -> object:
        done = does(rows, *arguments, **given) if persisted or rows.model is not model else None
        if rows.model is model:
            raise GoneError
        return done

    with patch.object(QuerySet, name, fail):
        yield


@pytest.mark.parametrize("persisted", [False, True])
@pytest.mark.parametrize("write", WRITES)
def test_when_a_write_fails_nothing_has_grown_and_the_next_seal_makes_it_good(write: str, persisted: bool) -> None:
    many(3)
    seal(NOON)
    many(300)
    with pytest.raises(GoneError), failing(*WRITES[write], persisted=persisted):
        seal(NOON)
    assert (head().size, Leaf.objects.count(), Node.objects.count(), Checkpoint.objects.count()) == (3, 3, 0, 1)
    assert seal(NOON) == 300
    whole(303)


@pytest.mark.parametrize("persisted", [False, True])
def test_when_the_row_of_the_log_itself_fails_the_next_seal_begins_it(persisted: bool) -> None:
    many(3)
    with pytest.raises(GoneError), failing(Head, "get_or_create", persisted=persisted):
        seal(NOON)
    assert (Head.objects.count(), Leaf.objects.count(), Checkpoint.objects.count()) == (persisted, 0, 0)
    assert seal(NOON) == 3
    assert Head.objects.count() == 1
    whole(3)


@pytest.mark.parametrize("persisted", [False, True])
def test_when_settling_fails_the_next_seal_settles(persisted: bool) -> None:
    with patch.object(sequence, "_settle"):
        old = settled()
    before = head().watermark
    with pytest.raises(GoneError), failing(Head, "update", persisted=persisted):
        seal(NOON)
    assert (head().size, head().watermark > before) == (4, persisted)
    assert seal(NOON) == 0
    assert head().watermark == max(old)
    whole(4)


@pytest.mark.parametrize("persisted", [False, True])
def test_when_the_commit_fails_the_next_seal_makes_it_good_whether_it_had_persisted_or_not(persisted: bool) -> None:
    many(3)
    head()
    commit = connection.connection.commit if connection.vendor == "postgresql" else None

    def fail() -> None:
        if persisted and commit:
            commit()
        elif persisted:
            connection.connection.execute("COMMIT")
        raise GoneError

    with pytest.raises(GoneError), patch.object(connection, "_commit", fail):
        seal(NOON)
    assert head().size == (3 if persisted else 0)
    assert seal(NOON) == (0 if persisted else 3)
    whole(3)


def test_an_entry_that_no_honest_caller_wrote_keeps_nobody_out_of_the_tree() -> None:
    poison = [
        record_raw({"half": 0.5}),
        record_raw({}, evidence=[0.5]),
        record_raw({}, commitments={"actor": "x" * LEAF_SIZE}),
    ]
    many(2)
    assert seal(NOON) == 5
    assert list(Leaf.objects.order_by("index").values_list("entry", flat=True))[:3] == poison
    whole(5)


def record_raw(detail: dict[str, object], **odd: object) -> int:
    return Entry.objects.create(
        event=uuid4().hex, occurred_at=NOON, action="forged", channel="sql", host="h", version="0", detail=detail, **odd
    ).pk


def with_a_checkpoint(signers: list[Signer]) -> dict[str, object]:
    """Another tree of three, and its checkpoint in the place of ours."""
    other = Frontier(3, [b"x" * 32, b"y" * 32])
    text = note.checkpoint(head().origin, 3, other.root())
    with lifted():
        Checkpoint.objects.update(root=other.root(), note=note.signed(text, signers))
    return {"frontier": b"".join(other.nodes)}


MOVED: list[Callable[[], dict[str, object]]] = [
    lambda: {"frontier": b"x" * 64},
    lambda: {"size": 4, "frontier": b"x" * 32},
    lambda: {"size": 2, "frontier": b"x" * 32},
    lambda: {"origin": "elsewhere.example/audit"},
    lambda: with_a_checkpoint([Signer(head().origin, Ed25519PrivateKey.generate())]),
]


@pytest.mark.parametrize("moved", MOVED)
def test_whoever_moves_where_the_log_stands_and_has_no_key_gets_nothing_signed(
    moved: Callable[[], dict[str, object]],
) -> None:
    many(3)
    seal(NOON)
    Head.objects.update(**moved())
    many(1)
    with pytest.raises(Refused, match=r"does not stand at . as a key in .* signed it: `audit verify`"):
        seal(NOON)
    assert (Leaf.objects.count(), Checkpoint.objects.count()) == (3, 1)


def test_only_whoever_has_the_key_too_gets_another_past_signed() -> None:
    many(3)
    seal(NOON)
    Head.objects.update(**with_a_checkpoint(keys.signers(head().origin)))
    many(1)
    assert seal(NOON) == 1


def test_how_long_the_oldest_waits_is_told() -> None:
    assert sequence.waited().total_seconds() == 0
    with transaction.atomic():
        record("room.open", source=SOURCE)
    assert 0 <= sequence.waited().total_seconds() < 60
    seal(NOON)
    assert sequence.waited().total_seconds() == 0
