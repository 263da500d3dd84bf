"""What moderation.audit.check says of entries that are gone: pruned, or taken by whoever holds the database alone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.audit import check, hold, keys, note, people, sequence
from moderation.audit.leaf import PUBLIC, leaf_of
from moderation.audit.models import Entry, Leaf
from moderation.audit.note import Signer
from moderation.audit.prune import prune
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.audit.verify import leaf_hash
from tests.audit_triggers import lifted

pytestmark = pytest.mark.django_db

SOURCE = Source.internal("command")
Kind = tuple[str, str, int]
OLD: Kind = ("room.open", "r1", 2000)
YOUNG: Kind = ("room.open", "r1", 0)


@pytest.fixture(autouse=True)
def _no_trigger_stops_them() -> Iterator[None]:
    with lifted():
        yield


def written(*kinds: Kind) -> list[int]:
    """Sealed entries by action, room and age in days."""
    made = [record(action, source=SOURCE, room=room).pk for action, room, _ in kinds]
    for pk, (*_, age) in zip(made, kinds, strict=True):
        Entry.objects.filter(pk=pk).update(recorded_at=Now() - timedelta(days=age))
    seal()
    return made


def seal() -> None:
    sequence.seal(timezone.now())


def pruned() -> int:
    """How many went, and the log sealed what tells it."""
    count = prune(timezone.now(), source=SOURCE)
    seal()
    return count


def faults() -> list[str]:
    return list(check.faults(timezone.now()))


def gone(pk: int) -> str:
    """What is said of an entry that somebody took."""
    return f"leaf {Leaf.objects.get(entry=pk).index}: entry {pk} is gone, and no pruning says so"


def take(*pks: int) -> None:
    assert Entry.objects.filter(pk__in=pks).delete()[0] == len(pks)


def tell(detail: dict[str, object]) -> int:
    """An entry that tells of a pruning, written by whoever holds the database, and sealed."""
    pk = record("log.prune", source=SOURCE, detail=detail).pk
    seal()
    return pk


def uncounted(pk: int, why: str) -> str:
    return f"entry {pk} tells of a pruning, and that does not count: {why}"


KINDS = st.tuples(
    st.sampled_from(["room.open", "case.decide", "log.search"]),
    st.sampled_from(["r1", "held"]),
    st.sampled_from([0, 500, 2000]),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(KINDS, min_size=1, max_size=12), st.lists(KINDS, max_size=4), st.integers(1, 5))
def test_whatever_is_taken_beside_the_prunings_is_found_and_named(
    monkeypatch: pytest.MonkeyPatch, first: list[Kind], then: list[Kind], batch: int
) -> None:
    monkeypatch.setattr("moderation.audit.prune.BATCH", batch)
    monkeypatch.setattr(check, "BATCH", batch + 1)
    with transaction.atomic():
        people.forget_all()
        now = timezone.now()
        placed = hold.place("room", "held", ground="7", by="a", approver="b", review_at=now, now=now, source=SOURCE)
        written(*first)
        pruned()
        hold.release(placed.pk, by="a", now=now, source=SOURCE)
        written(*then)
        pruned()
        assert faults() == []
        for entry in Entry.objects.order_by("pk"):
            with transaction.atomic():
                take(entry.pk)
                found = faults()
                assert gone(entry.pk) in found
                assert entry.action == "log.prune" or len(found) == 1
                transaction.set_rollback(True)
        transaction.set_rollback(True)


def test_an_entry_between_pruned_ones_is_missed() -> None:
    _, kept, _ = written(OLD, YOUNG, OLD)
    assert pruned() == 2
    take(kept)
    assert faults() == [gone(kept)]


def test_what_was_pruned_a_moment_ago_is_accounted_for_before_the_seal() -> None:
    written(OLD, YOUNG)
    prune(timezone.now(), source=SOURCE)
    assert faults() == []


def test_a_pruning_that_the_log_did_not_sign_accounts_for_nothing() -> None:
    (kept,) = written(YOUNG)
    take(kept)
    told = tell({"entries": 1, "first": 0, "last": 0})
    assert faults() == [uncounted(told, "this log did not sign it"), gone(kept)]


def test_a_pruning_that_somebody_else_signed_accounts_for_nothing() -> None:
    (kept,) = written(YOUNG)
    origin, place = sequence.head().origin, Leaf.objects.get(entry=kept)
    text = note.pruning(origin, {place.index: bytes(place.hash)})
    take(kept)
    told = tell({"note": note.signed(text, [Signer(origin, Ed25519PrivateKey.generate())])})
    assert faults() == [uncounted(told, "there is no signature by this log"), gone(kept)]


def test_a_signed_pruning_that_is_told_with_other_leaves_accounts_for_nothing() -> None:
    _, kept = written(OLD, YOUNG)
    assert pruned() == 1
    signed = Entry.objects.get(action="log.prune").detail["note"]
    take(kept)
    told = tell({"note": signed.replace("\n0\n", "\n0-1\n")})
    assert faults() == [uncounted(told, f"the signature of {sequence.head().origin} is false"), gone(kept)]


@pytest.mark.parametrize("detail", [{}, {"note": 7}, {"note": "no"}, {"first": 0}, {"first": 0, "last": 10**12}])
def test_what_only_looks_like_a_pruning_is_a_fault_and_the_rest_is_looked_at(detail: dict[str, object]) -> None:
    (kept,) = written(YOUNG)
    told = tell(detail)
    take(kept)
    assert [fault.partition(":")[0] for fault in faults()] == [uncounted(told, "").partition(":")[0], "leaf 0"]


def test_a_signed_pruning_that_is_told_twice_accounts_for_no_more() -> None:
    _, kept = written(OLD, YOUNG)
    assert pruned() == 1
    tell(Entry.objects.get(action="log.prune").detail)
    assert faults() == []
    take(kept)
    assert faults() == [gone(kept)]


def test_what_signed_prunings_told_cannot_be_told_by_one_that_is_not_signed() -> None:
    written(OLD, YOUNG)
    assert pruned() == 1
    size = sequence.head().size
    take(*Entry.objects.values_list("pk", flat=True))
    told = tell({"entries": size, "first": 0, "last": size - 1})
    places = Leaf.objects.filter(index__lt=size).order_by("index").values_list("entry", flat=True)
    assert faults() == [uncounted(told, "this log did not sign it"), *map(gone, places)]


def test_an_entry_that_was_made_to_look_old_so_that_it_is_pruned_is_found_afterwards() -> None:
    (young,) = written(YOUNG)
    place = Leaf.objects.get(entry=young)
    Entry.objects.filter(pk=young).update(recorded_at=Now() - timedelta(days=2000))
    row = Entry.objects.filter(pk=young).values("id", *PUBLIC).get()
    Leaf.objects.filter(entry=young).update(hash=leaf_hash(leaf_of(row)))
    assert pruned() == 1
    Leaf.objects.filter(entry=young).update(hash=place.hash)
    told = Entry.objects.get(action="log.prune").pk
    assert faults() == [f"the pruning that entry {told} tells of took something else than what was sealed"]


class TestBeforePruningsWereSigned:
    """A log that was upgraded: its first prunings name the first leaf and the last, and nobody signed them."""

    def old_log(self) -> tuple[int, int]:
        """One entry was pruned, one kept beside it; then the server was upgraded."""
        over, kept, _ = written(OLD, YOUNG, OLD)
        take(over)
        tell({"entries": 1, "first": 0, "last": 0})
        (keys.folder() / "prunings").unlink()
        return over, kept

    def test_an_old_pruning_still_accounts_for_what_is_missing_between_its_leaves(self) -> None:
        _, kept = self.old_log()
        assert faults() == []
        assert pruned() == 1
        assert faults() == []
        take(kept)
        assert faults() == [gone(kept)]

    def test_no_pruning_of_the_old_kind_counts_that_comes_later(self) -> None:
        _, kept = self.old_log()
        written(YOUNG)
        take(kept)
        told = tell({"entries": 2, "first": 0, "last": 1})
        assert faults() == [uncounted(told, "this log did not sign it"), gone(kept)]

    def test_an_old_pruning_does_not_tell_of_what_came_after_it(self) -> None:
        (kept,) = written(YOUNG)
        told = tell({"entries": 2, "first": 0, "last": 1})
        (keys.folder() / "prunings").unlink()
        take(kept)
        assert faults() == [uncounted(told, "this log did not sign it"), gone(kept)]

    def test_how_long_the_log_was_by_then_is_told_once_and_kept_beside_the_keys(self) -> None:
        assert [keys.signed_from(size) for size in (7, 9, 0)] == [7, 7, 7]
