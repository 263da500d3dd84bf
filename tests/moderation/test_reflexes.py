"""What the server does by itself: whom it believes, and when it stops."""

import pytest

from moderation.reflexes import AMONG, CROWD, ENOUGH, LIMIT, MEASURES, Name, Witness, crowd, fails


def test_every_rule_has_a_measure() -> None:
    assert set(MEASURES) == set(Name)


def test_a_crowd_is_several_people_who_came_by_different_ones() -> None:
    assert crowd([Witness(f"p{count}", (f"i{count}",)) for count in range(CROWD)], AMONG)
    assert crowd([Witness(f"p{count}") for count in range(CROWD)], AMONG)


@pytest.mark.parametrize(
    "witnesses",
    [
        [],
        [Witness("p1", ("i1",)), Witness("p2", ("i2",))],
        [Witness(f"p{count}", ("i",)) for count in range(9)],
        [Witness(f"p{count}", (f"i{count}", "root")) for count in range(9)],
        [Witness("root"), *(Witness(f"p{count}", (f"i{count}", "root")) for count in range(9))],
        [Witness("a"), Witness("b", ("a",)), Witness("c", ("b",))],
    ],
    ids=["nobody", "two", "one branch", "a tree", "a tree and its root", "a chain of invitations"],
)
def test_one_branch_is_no_crowd_however_many_it_sends(witnesses: list[Witness]) -> None:
    assert not crowd(witnesses, 100)


def test_there_is_no_crowd_where_so_few_are_that_it_would_tell_who_reported() -> None:
    assert not crowd([Witness(f"p{count}") for count in range(CROWD)], AMONG - 1)


def test_a_rule_is_judged_once_it_decided_enough() -> None:
    assert not fails(ENOUGH - 1, 1.0, LIMIT)
    assert not fails(ENOUGH, LIMIT / 100, LIMIT)
    assert fails(ENOUGH, LIMIT / 100 + 0.01, LIMIT)
    assert not fails(0, None, LIMIT)
