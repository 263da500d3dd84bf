"""G11: an entry goes at the age its policy says, never before the law's six months, and every proof goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from moderation.actions import deadlines
from moderation.audit import check, keys, proof, sequence, tree
from moderation.audit import prune as pruning
from moderation.audit.models import Checkpoint, Entry, Label, Leaf
from moderation.audit.prune import LONGER, RETENTION, prune
from moderation.audit.record import record
from moderation.audit.sequence import seal
from moderation.audit.source import Source
from moderation.audit.store import Nodes
from moderation.audit.triggers import FLOOR
from moderation.audit.verify import Checkpoint as Note
from moderation.audit.verify import check_consistency, open_checkpoint
from moderation.cases import APPEAL_FOR, State
from moderation.models import Case
from tests.audit_triggers import lifted
from tests.moderation.filed import a_case

pytestmark = pytest.mark.django_db

SOURCE = Source("192.0.2.7", 50123)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ACTIONS = {"standard": 400, "private": 184, "cn": 184}
EVERYWHERE = {"log.search": 1096, "lawful.export": 1096, "review.run": 1096, "control.check": 1096, "case.decide": 400}


def a_log() -> list[int]:
    """One entry of each kind, sealed under two checkpoints, all written at this moment."""
    written = []
    for action in ("member.mute", *EVERYWHERE):
        written.append(record(action, source=SOURCE, actor="a11ce", room="r1").pk)
        seal(timezone.now())
    return written


def later(days: float) -> None:
    """The clock goes on by so many days: everything that is there is that much older."""
    with lifted():
        for entry in Entry.objects.all():
            Entry.objects.filter(pk=entry.pk).update(recorded_at=entry.recorded_at - timedelta(days=days))


def note(point: Checkpoint) -> Note:
    return open_checkpoint(point.note.encode(), keys.vkeys())


def consistent(old: Note) -> bool:
    """Whether the newest checkpoint proves that it continues the old one; raises `Refused` where it does not."""
    new = note(Checkpoint.objects.latest("size"))
    check_consistency(old.size, old.root, new.size, new.root, tree.consistency(Nodes(), old.size, new.size))
    return new.size > old.size


@contextmanager
def as_if() -> Iterator[None]:
    """Within it, it is whatever time one says: the database, whose own clock stands still, is not asked for it."""
    with lifted(), patch.object(pruning, "_agreed", lambda now: now):
        yield


@pytest.mark.parametrize(("profile", "days"), ACTIONS.items())
@pytest.mark.parametrize("over", [False, True])
def test_an_entry_is_there_a_minute_before_its_time_and_gone_a_minute_after(
    settings: Settings, profile: str, days: int, over: bool
) -> None:
    settings.STOA_PROFILE = profile
    (mute, *_) = a_log()
    recorded = Entry.objects.get(pk=mute).recorded_at
    now = recorded + days * DAY + (MINUTE if over else -MINUTE)
    with as_if():
        prune(now, source=SOURCE)
    assert Entry.objects.filter(pk=mute).exists() is not over
    assert Label.objects.filter(entry=mute).exists() is not over


@pytest.mark.parametrize("profile", ACTIONS)
def test_what_was_done_to_the_log_and_for_authorities_outlives_the_profile(settings: Settings, profile: str) -> None:
    settings.STOA_PROFILE = profile
    a_log()
    for action, days in sorted(EVERYWHERE.items(), key=lambda kind: kind[1]):
        first = Entry.objects.filter(action=action).order_by("pk")[0]
        with as_if():
            prune(first.recorded_at + days * DAY - MINUTE, source=SOURCE)
        assert Entry.objects.filter(pk=first.pk).exists()


def test_no_policy_is_shorter_than_six_months() -> None:
    assert FLOOR == 184
    assert min(*RETENTION.values(), *LONGER.values()) >= FLOOR


def test_the_floor_is_the_database_s_own_whatever_the_policy_says(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moderation.audit.prune.FLOOR", 1)
    monkeypatch.setitem(RETENTION, "cn", 1)
    settings.STOA_PROFILE = "cn"
    a_log()
    later(FLOOR - 1)
    before = list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        prune(timezone.now(), source=SOURCE)
    assert list(Entry.objects.order_by("pk").values_list("pk", flat=True)) == before


def test_after_pruning_every_older_checkpoint_is_still_proved_and_the_receipt_of_the_deletion_is_in_the_log(
    settings: Settings,
) -> None:
    settings.STOA_PROFILE = "cn"
    (mute, search, *_) = a_log()
    held = [note(point) for point in Checkpoint.objects.order_by("size")]
    with as_if():
        assert prune(timezone.now() + (FLOOR + 1) * DAY, source=SOURCE) == 1
    assert not Entry.objects.filter(pk=mute).exists()
    told = Entry.objects.get(action="log.prune")
    assert (told.detail["entries"], told.detail["kept"]) == (1, {"184": 1})
    seal(datetime(2027, 6, 1, tzinfo=UTC))
    assert all(consistent(old) for old in held)
    assert list(check.faults(timezone.now())) == []
    assert Leaf.objects.count() == sequence.head().size
    for left in (Entry.objects.get(pk=search), told):
        assert proof.receipt(left).startswith("c2sp.org/tlog-proof@v1")


WORDS = ("report.make", "case.claim", "decision.make", "appeal.upheld", "evidence.seal", "console.read")


def about(case: Case) -> list[int]:
    """Entries about it of every kind that its page, its statements and its receipts point to, sealed."""
    made = [record(action, source=SOURCE, actor="a11ce", case=str(case.pk)).pk for action in WORDS]
    seal(timezone.now())
    return made


@pytest.mark.parametrize("profile", RETENTION)
def test_what_tells_of_a_case_outlives_its_time_while_the_case_is_there_and_goes_after_it(
    settings: Settings, bob: User, profile: str
) -> None:
    settings.STOA_PROFILE = profile
    closed = timezone.now() + APPEAL_FOR
    case = a_case(bob, state=State.CLOSED, closed_at=closed, secret=None)
    told = about(case)
    (other,) = [record("member.mute", source=SOURCE, case=str(case.pk + 1)).pk]
    seal(timezone.now())
    last = closed + deadlines.KEPT
    with as_if():
        prune(last - MINUTE, source=SOURCE)
        assert list(Entry.objects.filter(pk__in=[*told, other]).order_by("pk").values_list("pk", flat=True)) == told
        assert deadlines.forget(last) == 1
        prune(last + MINUTE, source=SOURCE)
    assert not Entry.objects.filter(pk__in=told).exists()
    assert list(check.faults(timezone.now())) == []


@pytest.mark.parametrize("profile", RETENTION)
def test_no_time_of_an_entry_alone_would_be_as_long_as_a_case_is_kept(profile: str) -> None:
    """Why the case itself has to keep them: it is there for the appeals' time and its own after it was decided."""
    assert all(timedelta(days=pruning.days(action, profile)) < APPEAL_FOR + deadlines.KEPT for action in WORDS)
