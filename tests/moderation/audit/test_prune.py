"""Tests of moderation.audit.prune: what goes when, and what stays."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from moderation.audit import check
from moderation.audit.hold import place
from moderation.audit.models import Checkpoint, Entry, Label, Leaf
from moderation.audit.prune import LONGER, days, prune
from moderation.audit.record import record
from moderation.audit.sequence import seal
from moderation.audit.source import Source
from moderation.audit.triggers import FLOOR
from tests.log import aged
from tests.moderation.audit.test_purpose import nouns

SOURCE = Source("192.0.2.7")

pytestmark = pytest.mark.django_db


def gone() -> int:
    return prune(timezone.now(), source=SOURCE)


def old(age: int, action: str = "room.open", room: str = "r1") -> int:
    return aged(record(action, source=SOURCE, actor="a11ce", room=room), timedelta(days=age))


@pytest.mark.parametrize(
    ("profile", "action", "kept"),
    [
        ("standard", "room.open", 400),
        ("private", "room.open", FLOOR),
        ("cn", "room.open", FLOOR),
        ("cn", "log.search", 1096),
        ("private", "lawful.export", 1096),
        ("cn", "case.decide", 400),
    ],
)
def test_how_long_an_entry_is_kept_depends_on_profile_and_kind(profile: str, action: str, kept: int) -> None:
    assert days(action, profile) == kept
    assert kept >= FLOOR > 183


def test_an_entry_goes_with_its_labels_when_its_time_is_over_and_its_leaf_stays(settings: Settings) -> None:
    settings.STOA_PROFILE = "cn"
    kept, over, searched = old(FLOOR - 1), old(FLOOR + 1), old(FLOOR + 1, "log.search")
    seal(timezone.now())
    root = bytes(Checkpoint.objects.get().root)
    assert gone() == 1
    left = set(Entry.objects.values_list("pk", flat=True))
    assert {kept, searched} <= left
    assert over not in left
    assert not Label.objects.filter(entry=over).exists()
    assert Leaf.objects.filter(entry=over).exists()
    told = Entry.objects.get(action="log.prune")
    assert told.detail == {"entries": 1, "first": 1, "last": 1}
    seal(timezone.now())
    assert bytes(Checkpoint.objects.get(size=3).root) == root
    assert list(check.faults(timezone.now())) == []


def test_what_no_checkpoint_covers_is_not_pruned() -> None:
    old(2000)
    assert gone() == 0


def test_a_held_entry_stays_and_its_neighbour_goes() -> None:
    held, other = old(2000, room="r1"), old(2000, room="r2")
    seal(timezone.now())
    now = timezone.now()
    place("room", "r1", ground="proceeding 7", by="a", approver="b", review_at=now, now=now, source=SOURCE)
    assert gone() == 1
    left = set(Entry.objects.values_list("pk", flat=True))
    assert held in left
    assert other not in left


def test_what_says_which_entries_went_never_goes_and_the_log_stays_whole() -> None:
    old(3000)
    seal(timezone.now())
    assert gone() == 1
    aged(Entry.objects.get(action="log.prune"), timedelta(days=3000))
    seal(timezone.now())
    assert gone() == 0
    assert list(check.faults(timezone.now())) == []


def test_what_is_kept_longer_is_written_somewhere() -> None:
    assert set(LONGER) <= nouns()


def test_an_entry_that_goes_without_a_pruning_is_a_fault() -> None:
    taken = old(2000)
    seal(timezone.now())
    Entry.objects.filter(pk=taken).delete()
    assert list(check.faults(timezone.now())) == [f"leaf 0: entry {taken} is gone, and no pruning says so"]


@pytest.mark.parametrize("age", [0, FLOOR - 1])
def test_the_database_itself_deletes_nothing_before_six_months_are_over(age: int) -> None:
    young = old(age)
    seal(timezone.now())
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        Entry.objects.filter(pk=young).delete()
    assert Entry.objects.filter(pk=young).exists()


def test_the_database_itself_deletes_nothing_that_is_not_in_the_tree() -> None:
    young = old(2000)
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        Entry.objects.filter(pk=young).delete()
    assert Entry.objects.filter(pk=young).exists()
