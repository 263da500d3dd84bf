"""Legal holds take two people: femi asks, gus places it, bob is whom it is about."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from moderation.actions import holds, staff
from moderation.actions.base import Code, Refused
from moderation.audit import hold
from moderation.audit.erase import erase
from moderation.audit.models import Entry, Hold
from moderation.models import About, Case, Held, HoldRequest
from moderation.staff import Role
from rooms.models import Member, Room
from rooms.roles import Rank
from tests.log import entry
from tests.moderation.desk import DAY, claimed, decided, moderator, unchanged
from tests.moderation.filed import a_case, a_report
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(femi: User, bob: User) -> HoldRequest:
    return holds.ask(Held.PERSON, bob.uid, "A court asks.", NOON + DAY, by=femi, now=NOON, source=SOURCE)


@pytest.fixture
def ines(db: None) -> User:
    """Is a third senior moderator."""
    return moderator("Ines", Role.SENIOR)


def decide(asked: HoldRequest, by: User, *, placed: bool = True) -> None:
    holds.decide(asked.pk, placed, by=by, now=NOON, source=SOURCE)


def refused(code: Code, asked: HoldRequest, by: User, *, placed: bool = True) -> None:
    """Refused, and nothing changed."""
    before = HoldRequest.objects.values().get(), Hold.objects.count(), Entry.objects.count()
    with pytest.raises(Refused) as told:
        decide(asked, by, placed=placed)
    assert told.value.code is code
    assert (HoldRequest.objects.values().get(), Hold.objects.count(), Entry.objects.count()) == before


def test_one_asks_another_places_it_once(asked: HoldRequest, femi: User, gus: User, bob: User) -> None:
    decide(asked, gus)
    asked.refresh_from_db()
    assert (asked.approver, asked.hold) == (gus, Hold.objects.get().pk)
    placed = entry(action="log.hold")
    assert (placed.actor, placed.second, placed.object) == (femi.uid, gus.uid, bob.uid)
    refused(Code.DECIDED, asked, gus)


def test_nobody_who_was_erased_meanwhile_is_held_and_the_request_can_only_be_refused(
    asked: HoldRequest, gus: User, bob: User
) -> None:
    erase(bob.uid, by="", reason="request", now=NOON, source=SOURCE)
    refused(Code.NOTHING, asked, gus)
    decide(asked, gus, placed=False)
    assert entry(action="log.hold_refuse").actor == gus.uid


def test_a_case_that_was_deleted_meanwhile_is_not_held(femi: User, gus: User, bob: User) -> None:
    case = a_case(bob)
    asked = holds.ask(Held.CASE, str(case.pk), "A suit.", NOON + DAY, by=femi, now=NOON, source=SOURCE)
    case.delete()
    refused(Code.NOTHING, asked, gus)


def test_a_request_that_is_refused_holds_nothing(asked: HoldRequest, gus: User) -> None:
    decide(asked, gus, placed=False)
    assert not Hold.objects.exists()
    assert entry(action="log.hold_refuse").actor == gus.uid


def test_neither_who_asked_nor_whom_they_have_just_brought_nor_the_subject_places_it(
    asked: HoldRequest, femi: User, bob: User, carol: User
) -> None:
    staff.grant(carol, Role.SENIOR, None, now=NOON, source=SOURCE, by=femi.uid)
    for person, code in ((femi, Code.SAME_PERSON), (carol, Code.SAME_PERSON), (bob, Code.SUBJECT)):
        refused(code, asked, person)


@pytest.mark.parametrize(
    ("object_id", "ground", "days", "code"),
    [("f" * 16, "A court asks.", 1, Code.GONE), ("", " ", 1, Code.EMPTY), ("", "A court asks.", 0, Code.SCOPE)],
)
def test_a_request_has_somebody_a_ground_and_a_day_to_look_again(
    femi: User, bob: User, object_id: str, ground: str, days: int, code: Code
) -> None:
    at = NOON + timedelta(days=days)
    with pytest.raises(Refused) as told:
        holds.ask(Held.PERSON, object_id or bob.uid, ground, at, by=femi, now=NOON, source=SOURCE)
    assert told.value.code is code
    assert not HoldRequest.objects.exists()


def test_whom_a_hold_is_about_does_not_release_it(asked: HoldRequest, femi: User, gus: User, bob: User) -> None:
    decide(asked, gus)
    placed, before = Hold.objects.get(), Entry.objects.count()
    with pytest.raises(Refused) as told:
        holds.release(placed.pk, by=bob, now=NOON, source=SOURCE)
    assert told.value.code is Code.SUBJECT
    assert (Hold.objects.get().released_at, Entry.objects.count()) == (None, before)
    holds.release(placed.pk, by=femi, now=NOON, source=SOURCE)
    assert Hold.objects.get().released_at == NOON


def _reported(case: Case, gus: User) -> tuple[Held, str]:
    a_report(case, gus)
    return Held.CASE, str(case.pk)


def _about_them(case: Case, gus: User) -> tuple[Held, str]:
    return Held.CASE, str(a_case(gus).pk)


def _host_of_it(case: Case, gus: User) -> tuple[Held, str]:
    return Held.CASE, str(a_case(about=About.ROOM, host=gus, room=case.room).pk)


def _decided(case: Case, gus: User) -> tuple[Held, str]:
    decided(claimed(case, gus), gus)
    return Held.CASE, str(case.pk)


def _hosts(case: Case, gus: User) -> tuple[Held, str]:
    Member.objects.filter(room=case.room, rank=Rank.HOST).update(user=gus)
    return Held.ROOM, case.room


def _spoke(case: Case, gus: User) -> tuple[Held, str]:
    Member.objects.create(room_id=case.room, user=gus, number=99, spoke=True)
    return Held.ROOM, case.room


@pytest.mark.parametrize("takes_part", [_reported, _about_them, _host_of_it, _decided, _hosts, _spoke])
def test_who_has_a_part_in_a_case_or_room_neither_asks_for_a_hold_nor_places_refuses_or_releases_it(
    takes_part: Callable[[Case, User], tuple[Held, str]], case: Case, femi: User, gus: User, ines: User
) -> None:
    kind, named = takes_part(case, gus)
    how: Any = {"now": NOON, "source": SOURCE}
    unchanged(Code.PART, lambda: holds.ask(kind, named, "A suit.", NOON + DAY, by=gus, **how))
    asked = holds.ask(kind, named, "A suit.", NOON + DAY, by=femi, **how)
    for placed in (True, False):
        refused(Code.PART, asked, gus, placed=placed)
    decide(asked, ines)
    (placed_hold,) = Hold.objects.all()
    unchanged(Code.PART, lambda: holds.release(placed_hold.pk, by=gus, **how))
    assert Hold.objects.get().released_at is None
    holds.release(placed_hold.pk, by=femi, **how)


def test_who_only_listened_in_a_room_has_no_part_in_a_hold_on_it(room: Room, femi: User, gus: User) -> None:
    Member.objects.create(room=room, user=gus, number=99)
    decide(holds.ask(Held.ROOM, room.pk, "A suit.", NOON + DAY, by=femi, now=NOON, source=SOURCE), gus)
    assert Hold.objects.get().object_id == room.pk


def test_a_hold_on_a_case_that_is_deleted_can_be_released(femi: User) -> None:
    how: Any = {"now": NOON, "source": SOURCE}
    placed = hold.place("case", "999", ground="g", by="a", approver="b", review_at=NOON + DAY, **how)
    holds.release(placed.pk, by=femi, **how)
    assert Hold.objects.get().released_at == NOON


@pytest.mark.parametrize("digits", ["00{}", "\N{FULLWIDTH DIGIT ZERO}{}"])
def test_however_the_number_of_a_case_is_written_the_hold_keeps_the_case(digits: str, bob: User, femi: User) -> None:
    case = a_case(bob)
    asked = holds.ask(Held.CASE, digits.format(case.pk), "A suit.", NOON + DAY, by=femi, now=NOON, source=SOURCE)
    assert asked.object_id == str(case.pk)


@pytest.mark.parametrize("named", ["", "seven", "9" * 150])
def test_a_case_that_is_not_there_is_not_held(named: str, femi: User) -> None:
    with pytest.raises(Refused) as told:
        holds.ask(Held.CASE, named, "A suit.", NOON + DAY, by=femi, now=NOON, source=SOURCE)
    assert told.value.code is Code.GONE
