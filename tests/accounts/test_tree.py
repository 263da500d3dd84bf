"""Who let whom in."""

from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts import actions, codes, invites, notice
from accounts.actions import Keys, Newcomer, endings
from accounts.models import User, new_uid
from accounts.tree import Branch, Places, branch, descendants, places
from moderation.audit.source import Source

pytestmark = pytest.mark.django_db


def let_in(by: User, name: str, now: datetime, source: Source) -> User:
    code = actions.issue(by, uses=1, days=7, now=now, source=source)
    newcomer = Newcomer(new_uid(), name, name.title(), "en", Keys(password="!hash"))
    digest = codes.digest_of(invites.normalise(code))
    return actions.join(digest, newcomer, notice.of("standard"), now=now, source=source)


def names(grown: Branch) -> dict[str, object]:
    return {below.user.username: names(below) for below in grown.invited}


def test_a_branch_holds_everybody_at_any_remove_and_nobody_else(alice: User, now: datetime, source: Source) -> None:
    bob, carol = let_in(alice, "bob", now, source), let_in(alice, "carol", now, source)
    let_in(bob, "dan", now, source)
    let_in(let_in(bob, "eve", now, source), "fay", now, source)
    assert names(branch(alice)) == {"bob": {"dan": {}, "eve": {"fay": {}}}, "carol": {}}
    assert names(branch(carol)) == {}


def test_a_branch_may_be_cut_after_some_generations(alice: User, now: datetime, source: Source) -> None:
    let_in(let_in(let_in(alice, "bob", now, source), "carol", now, source), "dan", now, source)
    assert names(branch(alice, 2)) == {"bob": {"carol": {}}}


def test_all_of_a_branch_stand_in_a_row_each_before_those_whom_they_let_in(
    alice: User, now: datetime, source: Source
) -> None:
    bob, carol = let_in(alice, "bob", now, source), let_in(alice, "carol", now, source)
    fay = let_in(carol, "fay", now, source)
    dan, eve = let_in(bob, "dan", now, source), let_in(bob, "eve", now, source)
    assert descendants(alice) == [bob, dan, eve, carol, fay]
    assert descendants(fay) == []


def test_one_query_for_each_generation(
    alice: User, now: datetime, source: Source, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("bob", "carol", "dan"):
        let_in(alice, name, now, source)
    with django_assert_num_queries(2):
        branch(alice)


def test_a_reset_makes_nobody_a_descendant(alice: User, bob: User, now: datetime, source: Source) -> None:
    code = actions.issue_reset(bob, now=now, source=source)
    digest = codes.digest_of(invites.normalise(code))
    actions.replace_keys(digest, Keys(password="!new"), now=now, source=source)
    assert names(branch(alice)) == {}


def test_places_left_are_the_quota_less_who_came_and_who_may_come(alice: User, now: datetime, source: Source) -> None:
    assert places(alice, now) == Places(came=0, waiting=0, left=5, next_at=None)
    let_in(alice, "bob", now, source)
    actions.issue(alice, uses=2, days=7, now=now, source=source)
    week = now + timedelta(days=7)
    assert places(alice, now) == Places(came=1, waiting=2, left=2, next_at=week)
    assert places(alice, week) == Places(came=1, waiting=0, left=4, next_at=None)


def test_whoever_left_keeps_the_place_that_they_took(alice: User, now: datetime, source: Source) -> None:
    bob = let_in(alice, "bob", now, source)
    endings.close(bob, now=now)
    endings.empty(bob, now=now)
    assert endings.delete(bob)
    assert names(branch(alice)) == {}
    assert places(alice, now) == Places(came=1, waiting=0, left=4, next_at=None)
    with pytest.raises(actions.Refused):
        actions.issue(alice, uses=5, days=7, now=now, source=source)
