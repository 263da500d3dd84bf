"""For whom a room exists."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from rooms.admission import visible_room, visible_rooms
from rooms.models import Member, Room
from tests.rooms.scenes import shape

pytestmark = pytest.mark.django_db(transaction=True)


def row(user: User, room: Room, **more: bool) -> Member:
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
def test_one_query_answers_for_a_hidden_and_a_missing_room(secret_room: Room, mallory: User, lock: bool) -> None:
    from django.db import transaction

    asked = []
    for pk in (secret_room.pk, "aaaaaaaaaaaa"):
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            assert visible_room(mallory, pk, lock=lock) is None
        asked.append([shape(query["sql"]) for query in queries])
    assert asked[0] == asked[1]
    assert len(asked[0]) == 1


def test_anothers_admission_opens_nothing(secret_room: Room, bob: User, mallory: User) -> None:
    row(bob, secret_room, admitted=True)
    assert visible_room(mallory, secret_room.pk) is None
    assert not visible_rooms(mallory).exists()
