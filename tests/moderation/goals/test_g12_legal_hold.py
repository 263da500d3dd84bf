"""G12: a hold stops time and erasure for what it names alone, asks to be looked at again, and is told in the log."""

from datetime import timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.utils import timezone
from structlog.testing import capture_logs
from structlog.typing import EventDict

from moderation.audit import hold, tasks
from moderation.audit.erase import erase
from moderation.audit.hold import HeldError
from moderation.audit.models import Entry, Hold, Label, PersonKey
from moderation.audit.prune import prune
from moderation.audit.record import record
from moderation.audit.sequence import seal
from moderation.audit.source import Source
from tests.log import aged, entries, entry

pytestmark = pytest.mark.django_db

SOURCE = Source("192.0.2.7")
DAY = timedelta(days=1)
PEOPLE, ROOMS, CASES = ("alice-uid", "bob-uid", "carol-uid"), ("r1", "r2", "r3"), ("c1", "c2", "c3")
NAMED = [("user", "alice-uid"), ("room", "r1"), ("case", "c1")]


@pytest.fixture
def old() -> list[int]:
    """Three entries that are over: each of another person, room and case."""
    written = [
        aged(record("case.decide", source=SOURCE, actor=uid, room=room, case=case), 2000 * DAY)
        for uid, room, case in zip(PEOPLE, ROOMS, CASES, strict=True)
    ]
    seal(timezone.now())
    return written


def held(kind: str, subject: str) -> Hold:
    now = timezone.now()
    asked = {"ground": "proceeding 7", "by": "dana-uid", "approver": "erin-uid"}
    return hold.place(kind, subject, review_at=now + 90 * DAY, now=now, source=SOURCE, **asked)


def left(old: list[int]) -> list[bool]:
    prune(timezone.now(), source=SOURCE)
    return [Entry.objects.filter(pk=pk).exists() for pk in old]


@pytest.mark.parametrize(("kind", "subject"), NAMED)
def test_time_does_not_run_for_what_is_named_and_runs_for_all_else(old: list[int], kind: str, subject: str) -> None:
    held(kind, subject)
    assert left(old) == [True, False, False]


@pytest.mark.parametrize(("kind", "subject"), NAMED)
def test_who_is_named_or_took_part_is_not_erased_and_everybody_else_is(old: list[int], kind: str, subject: str) -> None:
    placed = held(kind, subject)
    before = list(PersonKey.objects.values()), list(Label.objects.values()), Entry.objects.count()
    with pytest.raises(HeldError) as refused:
        erase("alice-uid", by="", reason="request", now=timezone.now(), source=SOURCE)
    assert refused.value.holds == [placed.pk]
    assert (list(PersonKey.objects.values()), list(Label.objects.values()), Entry.objects.count()) == before
    assert erase("bob-uid", by="", reason="request", now=timezone.now(), source=SOURCE).entries == 1


def test_a_released_hold_holds_nothing(old: list[int]) -> None:
    placed = held("room", "r1")
    assert left(old) == [True, False, False]
    assert hold.release(placed.pk, by="dana-uid", now=timezone.now(), source=SOURCE)
    assert left(old) == [False, False, False]


def test_two_holds_on_one_thing_end_one_by_one(old: list[int]) -> None:
    first, second = held("room", "r1"), held("case", "c1")
    for placed, still in ((first, True), (second, False)):
        hold.release(placed.pk, by="dana-uid", now=timezone.now(), source=SOURCE)
        assert left(old)[0] is still


def daily_alarms() -> list[EventDict]:
    with capture_logs() as lines:
        tasks.prune_log()
    return [line for line in lines if line["event"] == "alarm"]


def test_a_hold_that_nobody_looked_at_again_rings_and_holds_on(old: list[int]) -> None:
    placed = held("room", "r1")
    now = timezone.now()
    assert hold.overdue(now + 89 * DAY) == []
    assert hold.overdue(now + 91 * DAY) == [placed]
    assert daily_alarms() == []
    Hold.objects.update(review_at=now - DAY)
    assert [(line["log_level"], line["hold"]) for line in daily_alarms()] == [("error", placed.pk)]
    told, rung = StringIO(), StringIO()
    call_command("audit", "prune", stdout=told, stderr=rung)
    assert f"Hold {placed.pk} (proceeding 7) was to be looked at by" in rung.getvalue()
    assert Entry.objects.filter(pk=old[0]).exists()


def test_a_hold_and_its_end_are_told_with_both_people_and_kept_for_years(old: list[int]) -> None:
    placed = held("user", "alice-uid")
    hold.release(placed.pk, by="dana-uid", now=timezone.now(), source=SOURCE)
    begun, ended = entry(action="log.hold"), entry(action="log.release")
    assert (begun.actor, begun.second, begun.object) == ("dana-uid", "erin-uid", "alice-uid")
    assert (ended.actor, ended.object_id) == ("dana-uid", str(placed.pk))
    for told in (begun, ended):
        aged(Entry.objects.get(pk=told.id), 1000 * DAY)
    seal(timezone.now())
    prune(timezone.now(), source=SOURCE)
    assert [one.action for one in entries() if one.action in ("log.hold", "log.release")] == ["log.hold", "log.release"]
    assert all(earlier.id < later.id for earlier, later in pairwise(entries()))


def test_nobody_holds_alone() -> None:
    now = timezone.now()
    with pytest.raises(ValueError, match="somebody else"):
        hold.place("room", "r1", ground="g", by="a", approver="a", review_at=now, now=now, source=SOURCE)
    assert not Hold.objects.exists()
    assert not Entry.objects.exists()
