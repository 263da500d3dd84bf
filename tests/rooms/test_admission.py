"""For whom a room exists."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from rooms.admission import visible_room, visible_rooms
from rooms.models import Member, Room, State
from rooms.roles import Rank, Stage
from tests.rooms.scenes import NOON, a_room, block, shape

pytestmark = pytest.mark.django_db(transaction=True)


def row(user: User, room: Room, **more: Any) -> Member:
    return Member.objects.create(room=room, user=user, number=user.pk + 100, **more)


def test_an_open_room_exists_for_everybody_with_their_own_row(open_room: Room, alice: User, bob: User) -> None:
    seen = visible_room(bob, open_room.pk)
    assert seen is not None
    assert (seen.title, seen.mine) == ("Slow Sunday", None)
    hosted = visible_room(alice, open_room.pk)
    assert hosted is not None
    assert hosted.mine is not None
    assert hosted.mine.number == 1


@pytest.mark.parametrize(("admitted", "barred", "exists"), [(1, 0, True), (0, 0, False), (1, 1, False), (0, 1, False)])
def test_an_invite_only_room_exists_for_the_admitted_who_are_not_banned(
    secret_room: Room, bob: User, admitted: int, barred: int, exists: bool
) -> None:
    row(bob, secret_room, admitted=bool(admitted), barred=bool(barred))
    assert (visible_room(bob, secret_room.pk) is not None) is exists
    assert visible_rooms(bob).filter(pk=secret_room.pk).exists() is exists


@pytest.mark.parametrize("lock", [False, True])
def test_one_query_answers_for_a_hidden_and_a_missing_room(hidden_room: Room, mallory: User, lock: bool) -> None:
    asked = []
    for pk in (hidden_room.pk, "aaaaaaaaaaaa"):
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            assert visible_room(mallory, pk, lock=lock) is None
        asked.append([shape(query["sql"]) for query in queries])
    assert asked[0] == asked[1]
    assert len(asked[0]) == 1


def test_anothers_admission_opens_nothing(secret_room: Room, bob: User, mallory: User) -> None:
    row(bob, secret_room, admitted=True)
    assert visible_room(mallory, secret_room.pk) is None
    assert not visible_rooms(mallory).exists()


def exists(user: User, room: Room) -> bool:
    """Whether the room exists for this person: both ways of asking agree."""
    one = visible_room(user, room.pk) is not None
    assert visible_rooms(user).filter(pk=room.pk).exists() is one
    return one


HERE = {"present": True, "joined_at": NOON}


@pytest.mark.parametrize(
    ("blocker", "hidden"),
    [
        ({"rank": Rank.HOST}, True),
        ({"rank": Rank.HOST, **HERE}, True),
        ({"stage": Stage.SPEAKING, **HERE}, True),
        ({"rank": Rank.MODERATOR, "stage": Stage.SPEAKING, **HERE}, True),
        ({"rank": Rank.MODERATOR, **HERE}, False),
        ({"stage": Stage.INVITED, **HERE}, False),
        ({"stage": Stage.HAND_UP, **HERE}, False),
        (HERE, False),
        ({"joined_at": NOON}, False),
    ],
)
def test_a_room_that_a_blocker_hosts_or_speaks_in_does_not_exist(
    open_room: Room, bob: User, carol: User, mallory: User, blocker: dict[str, Any], hidden: bool
) -> None:
    if blocker.get("rank") == Rank.HOST:
        Member.objects.filter(room=open_room).update(rank=Rank.MEMBER)
    row(bob, open_room, **blocker)
    assert exists(mallory, open_room)
    block(bob, mallory)
    assert exists(mallory, open_room) is not hidden
    assert exists(bob, open_room)
    assert exists(carol, open_room)


@pytest.mark.parametrize(
    ("own", "state", "there"),
    [
        ({}, State.LIVE, False),
        ({"joined_at": NOON}, State.LIVE, False),
        ({"admitted": True, "granted": True}, State.LIVE, False),
        ({"admitted": True, "granted": True}, State.SCHEDULED, False),
        ({"admitted": True}, State.ENDED, False),
        (HERE, State.LIVE, True),
        ({"rank": Rank.MODERATOR}, State.LIVE, True),
        ({"rank": Rank.MODERATOR}, State.SCHEDULED, True),
        ({"joined_at": NOON}, State.ENDED, True),
    ],
)
def test_the_blocked_keep_a_room_they_are_in_or_hold_a_rank_in_and_the_memory_of_one_they_were_in(
    open_room: Room, alice: User, mallory: User, own: dict[str, Any], state: State, there: bool
) -> None:
    Room.objects.update(state=state)
    row(mallory, open_room, **own)
    block(alice, mallory)
    assert exists(mallory, open_room) is there


def test_a_speaker_cannot_keep_the_host_out_of_their_own_room(open_room: Room, alice: User, bob: User) -> None:
    row(bob, open_room, stage=Stage.SPEAKING, **HERE)
    block(bob, alice)
    assert exists(alice, open_room)


def test_a_block_hides_no_other_room_and_nothing_from_the_blocker(alice: User, bob: User, mallory: User) -> None:
    block(alice, mallory)
    assert exists(mallory, a_room(bob))
    assert exists(alice, a_room(mallory))


@pytest.mark.parametrize("blocks", [0, 500])
def test_however_many_have_blocked_somebody_one_query_answers(
    open_room: Room, alice: User, mallory: User, blocks: int
) -> None:
    for number in range(blocks):
        block(User.objects.create(username=f"blocker{number}"), mallory)
    with CaptureQueriesContext(connection) as queries:
        assert visible_room(mallory, open_room.pk) is not None
    assert len(queries) == 2
