"""How many a room and its stage take."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from rooms.actions import invites, places, presence
from rooms.actions.moves import move
from rooms.models import Member, Room
from rooms.roles import Code, Move, Refused, Stage
from tests.rooms.scenes import NOON, SOURCE, a_room, a_session, come, do, member

pytestmark = pytest.mark.django_db(transaction=True)


def people(count: int) -> list[User]:
    return [User.objects.create(username=f"guest{n}", display_name=f"Guest {n}") for n in range(count)]


def on_stage(room: Room, crowd: list[User]) -> None:
    """The crowd, speaking."""
    rows = [
        Member(room=room, user=user, number=number, present=True, stage=Stage.SPEAKING, joined_at=NOON)
        for number, user in enumerate(crowd, 100)
    ]
    Member.objects.bulk_create(rows)


def refusal(user: User, room: Room, **more: bool) -> Code | None:
    """Why the person does not get in; None if they do."""
    try:
        come(user, room, a_session(**more))  # type: ignore[arg-type]  # only `speaks`
    except Refused as refused:
        return refused.code
    finally:
        connection.close()
    return None


def test_the_last_place_is_given_to_one_of_twenty_who_race_for_it(settings: Any, alice: User) -> None:
    settings.STOA_ROOM_SIZE = 3
    room = a_room(alice)
    crowd = people(21)
    come(alice, room)
    come(crowd.pop(), room)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda user: refusal(user, room), crowd))
    assert sorted(answers, key=str) == sorted([None] + [Code.FULL] * 19, key=str)
    assert Member.objects.filter(room=room, present=True).count() == 3


def test_a_full_room_takes_back_its_own_and_those_with_a_rank(
    settings: Any, open_room: Room, alice: User, bob: User, carol: User, mallory: User
) -> None:
    settings.STOA_ROOM_SIZE = 2
    come(bob, open_room)
    come(carol, open_room)
    assert refusal(mallory, open_room) is Code.FULL
    assert not Member.objects.filter(room=open_room, user=mallory).exists()
    assert refusal(bob, open_room) is None
    assert refusal(alice, open_room) is None


def test_a_place_that_is_left_is_free_again(
    settings: Any, open_room: Room, bob: User, carol: User, mallory: User
) -> None:
    settings.STOA_ROOM_SIZE = 2
    seat = come(bob, open_room).seat
    come(carol, open_room)
    assert refusal(mallory, open_room) is Code.FULL
    presence.leave(seat, "left", source=SOURCE, now=NOON)
    assert refusal(mallory, open_room) is None
    assert refusal(bob, open_room) is Code.FULL


def test_a_room_that_was_never_full_is_not_counted(open_room: Room, bob: User) -> None:
    room = Room.objects.get(pk=open_room.pk)
    with CaptureQueriesContext(connection) as caught:
        assert not places.room_full(room)
    assert len(caught) == 0


@pytest.fixture
def crowded(alice: User, bob: User) -> Room:
    """A room with fifty on stage, and Bob in the audience."""
    room = a_room(alice)
    on_stage(room, people(places.MOST_SPEAKING))
    come(bob, room)
    return room


def test_nobody_accepts_a_place_on_a_full_stage(crowded: Room, alice: User, bob: User) -> None:
    do(alice, crowded, Move.INVITE, bob)
    with pytest.raises(Refused) as caught:
        do(bob, crowded, Move.ACCEPT)
    assert caught.value.code is Code.STAGE_FULL
    assert member(bob, crowded).stage == Stage.INVITED
    move(alice, crowded.pk, Move.MOVE_TO_AUDIENCE, 100, source=SOURCE, now=NOON)
    do(bob, crowded, Move.ACCEPT)
    assert member(bob, crowded).stage == Stage.SPEAKING


def test_the_last_place_on_stage_is_given_to_one(crowded: Room, alice: User, bob: User, carol: User) -> None:
    come(carol, crowded)
    move(alice, crowded.pk, Move.MOVE_TO_AUDIENCE, 100, source=SOURCE, now=NOON)
    for person in (bob, carol):
        do(alice, crowded, Move.INVITE, person)

    def accept(user: User) -> bool:
        try:
            do(user, crowded, Move.ACCEPT)
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(accept, (bob, carol))) == [False, True]
    assert Member.objects.filter(room=crowded, stage=Stage.SPEAKING).count() == places.MOST_SPEAKING


def test_whoever_was_invited_to_a_stage_that_is_full_waits_invited(crowded: Room, alice: User, carol: User) -> None:
    invites.invite_user(alice, crowded.pk, "carol", Stage.SPEAKING, source=SOURCE, now=NOON)
    assert come(carol, crowded).you["stage"] == "invited"
    move(alice, crowded.pk, Move.MOVE_TO_AUDIENCE, 100, source=SOURCE, now=NOON)
    do(carol, crowded, Move.ACCEPT)
    assert member(carol, crowded).stage == Stage.SPEAKING


def test_who_declines_such_an_invite_has_it_no_more(crowded: Room, alice: User, carol: User) -> None:
    invites.invite_user(alice, crowded.pk, "carol", Stage.SPEAKING, source=SOURCE, now=NOON)
    come(carol, crowded)
    do(carol, crowded, Move.DECLINE)
    assert not member(carol, crowded).granted


def test_an_encoder_finds_no_place_on_a_full_stage(crowded: Room, alice: User, carol: User) -> None:
    invites.invite_user(alice, crowded.pk, "carol", Stage.SPEAKING, source=SOURCE, now=NOON)
    assert refusal(carol, crowded, speaks=True) is Code.STAGE_FULL
    assert not member(carol, crowded).present


def test_the_host_always_finds_a_place_on_stage(crowded: Room, alice: User) -> None:
    assert come(alice, crowded).you["stage"] == "speaking"
    do(alice, crowded, Move.STEP_DOWN)
    do(alice, crowded, Move.ACCEPT)
    assert member(alice, crowded).stage == Stage.SPEAKING
