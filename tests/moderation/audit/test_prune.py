"""Tests of moderation.audit.prune: what goes when, and what stays."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Expression
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django.fixtures import Settings

from moderation.audit import check, keys, verify
from moderation.audit import prune as prune_module
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
    assert (told.detail["entries"], told.detail["kept"]) == (1, {"184": 1})
    said = verify.parse_note(told.detail["note"].encode())
    assert verify.verified(said, keys.vkeys())
    assert list(verify.parse_pruning(said).spans()) == [(1, 1)]
    seal(timezone.now())
    assert bytes(Checkpoint.objects.get(size=3).root) == root
    assert list(check.faults(timezone.now())) == []


AHEAD = Now() + timedelta(days=30)


@pytest.mark.parametrize("theirs", [Now(), AHEAD])
@pytest.mark.parametrize("ours", [0, 30])
def test_of_two_clocks_one_that_is_ahead_takes_nothing_before_its_time(
    ours: int, theirs: Expression, monkeypatch: pytest.MonkeyPatch
) -> None:
    old(390)
    seal(timezone.now())
    monkeypatch.setattr(prune_module, "Now", lambda: theirs)
    over = ours > 0 and theirs is AHEAD
    assert prune(timezone.now() + timedelta(days=ours), source=SOURCE) == over


def test_a_clock_that_is_ahead_keeps_nothing_whose_time_is_over_from_going(settings: Settings) -> None:
    settings.STOA_PROFILE = "cn"
    over, almost = old(FLOOR + 1), aged(record("room.open", source=SOURCE), timedelta(days=FLOOR, minutes=-1))
    seal(timezone.now())
    assert prune(timezone.now() + timedelta(minutes=5), source=SOURCE) == 1, "and the database refused nothing"
    assert not Entry.objects.filter(pk=over).exists()
    assert Entry.objects.filter(pk=almost).exists()


def test_a_clock_that_was_behind_and_is_right_again_has_stopped_nothing() -> None:
    old(401)
    seal(timezone.now())
    assert [prune(timezone.now() - timedelta(days=3000), source=SOURCE), gone()] == [0, 1]


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


def test_a_batch_tells_which_leaves_went_and_how_many_by_the_time_they_were_kept(settings: Settings) -> None:
    settings.STOA_PROFILE = "cn"
    for age in (300, 300, 0, 300):
        old(age)
    old(2000, "log.search")
    seal(timezone.now())
    assert gone() == 4
    told = Entry.objects.get(action="log.prune").detail
    assert (told["entries"], told["kept"]) == (4, {"184": 3, "1096": 1})
    assert verify.parse_pruning(verify.parse_note(told["note"].encode())).leaves == "0-1 3-4"


def test_each_batch_begins_behind_the_last_and_passes_by_what_is_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, *over = [old(2000, room=room) for room in ("held", "r1", "r2", "r3")]
    seal(timezone.now())
    now = timezone.now()
    place("room", "held", ground="proceeding 7", by="a", approver="b", review_at=now, now=now, source=SOURCE)
    monkeypatch.setattr("moderation.audit.prune.BATCH", 1)
    asked: list[int] = []
    some = prune_module._prune_some

    def batch(over: Sequence[int], source: Source) -> int:
        asked.extend(over)
        return some(over, source)

    monkeypatch.setattr(prune_module, "_prune_some", batch)
    assert gone() == 3
    assert asked == [kept, *over]
    assert Entry.objects.filter(pk=kept).exists()
    assert list(check.faults(timezone.now())) == []


def test_what_the_server_cannot_sign_it_does_not_prune_and_nothing_changed() -> None:
    kept = old(2000)
    seal(timezone.now())
    for file in keys.folder().glob("log-*.pem"):
        file.unlink()
    with pytest.raises(keys.KeysMissingError):
        gone()
    assert list(Entry.objects.values_list("pk", flat=True)) == [kept]


def test_a_crash_between_telling_and_deleting_undoes_both(monkeypatch: pytest.MonkeyPatch) -> None:
    old(2000)
    seal(timezone.now())
    before = list(Entry.objects.values())

    def crash(*_: object, **__: object) -> None:
        record("log.prune", source=SOURCE)
        raise ConnectionError

    monkeypatch.setattr("moderation.audit.prune.record", crash)
    with pytest.raises(ConnectionError):
        gone()
    assert list(Entry.objects.values()) == before
    assert list(check.faults(timezone.now())) == []


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
