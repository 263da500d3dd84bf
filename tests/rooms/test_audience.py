"""Pages of those who are in a room."""

from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from rooms.audience import PAGE, page
from rooms.models import Member, Room
from rooms.roles import Code, Move, Rank, Refused, Stage
from tests.rooms.scenes import NOON, a_room, come, do, shape

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd(open_room: Room, alice: User) -> list[User]:
    """Two pages of people in Alice's room, numbered from 2."""
    come(alice, open_room)
    return fill(open_room, ["Guest"] * (PAGE + 20))


def fill(room: Room, names: Sequence[str]) -> list[User]:
    """People with these names, present in the room."""
    begin = Room.objects.get(pk=room.pk).numbers + 1
    people = [User(username=f"u{room.pk}{n}", display_name=name) for n, name in enumerate(names, begin)]
    User.objects.bulk_create(people)
    rows = [Member(room=room, user=u, number=n, present=True, joined_at=NOON) for n, u in enumerate(people, begin)]
    Member.objects.bulk_create(rows)
    Room.objects.filter(pk=room.pk).update(numbers=begin + len(names) - 1)
    return people


def know(user: User, others: Sequence[User]) -> None:
    """They were on stage together, elsewhere."""
    rows = [
        Member(room=a_room(User.objects.create(username=f"h{user.pk}{others[0].pk}")), user=user, number=2, spoke=True)
    ]
    rows += [Member(room=rows[0].room, user=other, number=n, spoke=True) for n, other in enumerate(others, 3)]
    Member.objects.bulk_create(rows)


def walk(user: User, room: Room, stage: str = "audience", q: str = "") -> list[tuple[int, bool]]:
    """Number and acquaintance of everybody on all pages."""
    everybody, after = [], ""
    while True:
        found, following = page(user, room.pk, stage=stage, q=q, after=after)
        everybody += [(one["number"], one["known"]) for one in found]
        if following is None:
            return everybody
        assert len(found) == PAGE
        after = following


def test_whom_one_knows_comes_first_and_then_everybody_by_number(
    open_room: Room, alice: User, crowd: list[User]
) -> None:
    know(alice, [crowd[100], crowd[7]])
    walked = walk(alice, open_room)
    assert walked[:3] == [(9, True), (102, True), (2, False)]
    assert sorted(number for number, _ in walked) == list(range(2, PAGE + 22))
    assert [number for number, known in walked if not known] == sorted(n for n, known in walked if not known)


@pytest.mark.parametrize("count", [PAGE - 1, PAGE, PAGE + 1])
def test_nobody_is_shown_twice_or_left_out_where_a_page_of_acquaintances_ends(
    open_room: Room, alice: User, crowd: list[User], count: int
) -> None:
    know(alice, crowd[:count])
    walked = walk(alice, open_room)
    assert [number for number, _ in walked] == list(range(2, PAGE + 22))
    assert [known for _, known in walked] == [True] * count + [False] * (PAGE + 20 - count)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("李", ["李雷", "小李 Li"]),
        ("li", ["小李 Li", "Charlie"]),
        ("LI", ["小李 Li", "Charlie"]),
        ("élo", ["Éloïse"]),
        ("ДМИТ", ["Дмитрий"]),
        (".", ["a.b*c"]),
        ("B*C", ["a.b*c"]),
        (r"\d", []),
        ("%", []),
        ("(", []),
        ("nobody", []),
    ],
)
def test_a_search_finds_parts_of_names_in_any_script_and_case(
    open_room: Room, alice: User, q: str, found: list[str]
) -> None:
    come(alice, open_room)
    fill(open_room, ["李雷", "小李 Li", "Charlie", "Éloïse", "Дмитрий", "a.b*c"])
    shown, following = page(alice, open_room.pk, stage="audience", q=q, after="")
    assert ([one["name"] for one in shown], following) == (found, None)


def test_a_stage_may_be_asked_for(open_room: Room, alice: User, bob: User, carol: User) -> None:
    for person in (alice, bob, carol):
        come(person, open_room)
    do(bob, open_room, Move.RAISE_HAND)
    assert [number for number, _ in walk(alice, open_room, stage="hand_up")] == [2]
    assert [number for number, _ in walk(alice, open_room, stage="audience")] == [3]
    assert [number for number, _ in walk(alice, open_room, stage="")] == [1, 2, 3]


def test_only_those_who_are_there_or_hold_a_rank_see_who_is_there(open_room: Room, alice: User, mallory: User) -> None:
    with pytest.raises(Refused) as caught:
        walk(mallory, open_room)
    assert caught.value.code is Code.NOT_PRESENT
    assert Member.objects.get(room=open_room, user=alice).rank == Rank.HOST
    assert walk(alice, open_room) == []


def test_a_page_of_a_large_room_costs_the_statements_of_a_small_one(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    asked = []
    for size in (0, 1000):
        fill(open_room, ["Guest"] * size)
        with CaptureQueriesContext(connection) as queries:
            page(alice, open_room.pk, stage=Stage.AUDIENCE, q="", after="")
        asked.append([shape(query["sql"]) for query in queries])
    assert asked[0] == asked[1]
