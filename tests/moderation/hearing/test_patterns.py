"""Raids, found by who let whom in."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import InviteCode, Purpose, Redemption, User
from moderation.cases import due
from moderation.hearing.patterns import FEWEST, largest, raid
from moderation.models import About, Case, Channel, Report
from moderation.policies import Policy, Severity
from rooms.models import Access, Member, Room
from tests.rooms.scenes import a_room

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def _case(room: Room | None, subject: User | None = None) -> Case:
    return Case.objects.create(
        about=About.PERSON,
        subject=subject,
        room=room.pk if room else "",
        policy=Policy.SPAM,
        severity=Severity.LOW,
        stepped_at=NOW,
        opened_at=NOW,
        due_at=due(Severity.LOW, NOW),
    )


def _let_in(by: User | None, names: str, at: datetime = NOW, purpose: Purpose = Purpose.JOIN) -> list[User]:
    code = InviteCode.objects.create(digest=names, issuer=by, created_at=at, expires_at=at, purpose=purpose)
    people = [User.objects.create(username=name, display_name=name) for name in names.split()]
    Redemption.objects.bulk_create(Redemption(code=code, user=user, redeemed_at=at) for user in people)
    return people


def _came(room: Room, people: list[User], at: datetime = NOW) -> None:
    last = Member.objects.filter(room=room).count()
    Member.objects.bulk_create(
        Member(room=room, user=user, number=100 + last + place, joined_at=at) for place, user in enumerate(people)
    )


@pytest.fixture
def room(alice: User) -> Room:
    return a_room(alice, Access.OPEN)


def test_many_new_people_of_one_branch_who_come_at_once_are_a_raid(room: Room, mallory: User) -> None:
    raiders = _let_in(mallory, "a b c d e f")
    _came(room, raiders)
    found = raid(_case(room))
    assert found is not None
    assert (found.joined, found.score) == (6, 0.3)
    assert found.facts == {"joined": 6, "reporters": 0, "subject": False}


def test_a_branch_goes_on_through_those_it_let_in(room: Room, mallory: User) -> None:
    first = _let_in(mallory, "a b")
    _came(room, [mallory, *first, *_let_in(first[0], "c d"), *_let_in(first[1], "e f")])
    found = raid(_case(room))
    assert found is not None
    assert found.joined == 6


def test_who_is_reported_and_who_reports_may_belong_to_it(room: Room, mallory: User, carol: User) -> None:
    raiders = _let_in(mallory, "a b c d e")
    _came(room, raiders)
    case = _case(room, raiders[0])
    for reporter in (raiders[1], carol):
        Report.objects.create(case=case, reporter=reporter, channel=Channel.ROOM, policy=case.policy, made_at=NOW)
    found = raid(case)
    assert found is not None
    assert (found.subject, found.reporters) == (True, 1)


def test_few_are_none(room: Room, mallory: User) -> None:
    _came(room, _let_in(mallory, " ".join("abcdefgh"[: FEWEST - 1])))
    assert raid(_case(room)) is None


def test_neither_are_old_members_nor_those_of_many_branches_nor_the_operators(room: Room, alice: User) -> None:
    _came(room, _let_in(alice, "a b c d e f", NOW - timedelta(days=30)))
    _came(room, _let_in(None, "g h i j k l"))
    for place, old in enumerate(User.objects.filter(username__in="abcdef")):
        _came(room, _let_in(old, f"x{place}"))
    assert raid(_case(room)) is None


def test_who_came_an_hour_ago_is_none_and_a_new_way_into_an_account_lets_nobody_in(room: Room, mallory: User) -> None:
    _came(room, _let_in(mallory, "a b c d e f"), NOW - timedelta(hours=1))
    _came(room, _let_in(mallory, "g h i j k l", purpose=Purpose.RESET))
    assert raid(_case(room)) is None


def test_without_a_room_nobody_came(mallory: User) -> None:
    assert raid(_case(None, mallory)) is None


def test_the_largest_branch_is_found_also_among_equals() -> None:
    assert largest({1: {9}, 2: {9}, 3: {8}, 9: {7}}) == {1, 2, 9}
    assert largest({1: {9}, 2: {8}}) == {2}
    assert largest({}) == frozenset()
