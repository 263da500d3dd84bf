"""Legal holds take two people: femi asks, gus places it, bob is whom it is about."""

from datetime import timedelta

import pytest

from accounts.models import User
from moderation.actions import holds, staff
from moderation.actions.base import Code, Refused
from moderation.audit.models import Entry, Hold
from moderation.models import Held, HoldRequest
from moderation.staff import Role
from tests.log import entry
from tests.moderation.desk import DAY
from tests.moderation.filed import a_case
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(femi: User, bob: User) -> HoldRequest:
    return holds.ask(Held.PERSON, bob.uid, "A court asks.", NOON + DAY, by=femi, now=NOON, source=SOURCE)


def decide(asked: HoldRequest, by: User, *, placed: bool = True) -> None:
    holds.decide(asked.pk, placed, by=by, now=NOON, source=SOURCE)


def refused(code: Code, asked: HoldRequest, by: User) -> None:
    """Refused, and nothing changed."""
    before = HoldRequest.objects.values().get(), Hold.objects.count(), Entry.objects.count()
    with pytest.raises(Refused) as told:
        decide(asked, by)
    assert told.value.code is code
    assert (HoldRequest.objects.values().get(), Hold.objects.count(), Entry.objects.count()) == before


def test_one_asks_another_places_it_once(asked: HoldRequest, femi: User, gus: User, bob: User) -> None:
    decide(asked, gus)
    asked.refresh_from_db()
    assert (asked.approver, asked.hold) == (gus, Hold.objects.get().pk)
    placed = entry(action="log.hold")
    assert (placed.actor, placed.second, placed.object) == (femi.uid, gus.uid, bob.uid)
    refused(Code.DECIDED, asked, gus)


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
