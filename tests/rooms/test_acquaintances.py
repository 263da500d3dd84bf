"""Whom a person knows."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Block, InviteCode, Purpose, Redemption, User
from rooms.acquaintances import known_to
from rooms.models import Room
from rooms.roles import Move
from tests.rooms.scenes import NOON, a_room, come, do

pytestmark = pytest.mark.django_db


def came(guest: User, by: User | None, purpose: Purpose = Purpose.JOIN) -> None:
    code = InviteCode.objects.create(
        digest=f"{guest.pk}{purpose}", purpose=purpose, issuer=by, created_at=NOON, expires_at=NOON + timedelta(days=1)
    )
    Redemption.objects.create(code=code, user=guest, redeemed_at=NOON)


def bring_on_stage(host: User, guest: User, room: Room) -> None:
    do(host, room, Move.INVITE, guest)
    do(guest, room, Move.ACCEPT)


def test_who_invited_me_and_whom_i_invited_are_known_to_me(alice: User, bob: User, carol: User, mallory: User) -> None:
    came(bob, alice)
    came(carol, bob)
    came(mallory, carol)
    assert known_to(bob) == {alice.pk, carol.pk}
    assert known_to(alice) == {bob.pk}


def test_the_operator_and_whoever_mended_my_account_are_nobody_i_know(alice: User, bob: User) -> None:
    came(alice, None)
    came(alice, bob, Purpose.RESET)
    assert known_to(alice) == frozenset()
    assert known_to(bob) == frozenset()


def test_those_who_were_on_stage_where_i_was_are_known_to_me(
    open_room: Room, alice: User, bob: User, carol: User
) -> None:
    for person in (alice, bob, carol):
        come(person, open_room)
    bring_on_stage(alice, bob, open_room)
    do(bob, open_room, Move.STEP_DOWN)
    assert known_to(bob) == {alice.pk}
    assert known_to(alice) == {bob.pk}
    assert known_to(carol) == frozenset()


def test_a_stage_one_was_not_on_makes_nobody_known(open_room: Room, alice: User, bob: User, carol: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    bring_on_stage(alice, bob, open_room)
    come(carol, a_room(carol))
    assert known_to(carol) == frozenset()


def test_whom_i_blocked_i_do_not_know(alice: User, bob: User) -> None:
    came(bob, alice)
    Block.objects.create(blocker=alice, blocked=bob, created_at=NOON)
    assert known_to(alice) == frozenset()
    assert known_to(bob) == {alice.pk}


def test_it_takes_one_statement_however_many_one_knows(alice: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        known_to(alice)
