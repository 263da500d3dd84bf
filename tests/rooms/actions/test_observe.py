"""The server's moderation listens: dana is of the staff, alice hosts, bob was invited to a room of hers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Block, User
from moderation.audit.models import Entry, Result
from rooms.actions.base import room_view, snapshot
from rooms.actions.invites import give_token, invite_user
from rooms.actions.observe import forget, observe
from rooms.actions.presence import leave
from rooms.admission import visible_room
from rooms.models import Access, Member, Room
from rooms.roles import Code, Move, Refused, Stage
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room, a_session, come, do, gathered, wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana(db: None) -> User:
    return User.objects.create_user("dana", display_name="Dana")


@pytest.fixture
def secret(alice: User) -> Room:
    room = a_room(alice, Access.INVITE)
    come(alice, room)
    return room


def listen_in(dana: User, room: Room) -> None:
    observe(dana, room.pk, source=SOURCE, now=NOON)


def test_everybody_is_told_while_somebody_observes_and_when_they_are_gone(secret: Room, dana: User) -> None:
    listen_in(dana, secret)
    assert not Room.objects.get().observed
    joined = come(dana, secret)
    room = Room.objects.get()
    assert room.observed
    assert snapshot(room)["room"]["observed"] is True
    leave(joined.seat, "left", source=SOURCE, now=NOON)
    assert not Room.objects.get().observed


def test_an_observer_is_in_the_audience_and_written_down(secret: Room, dana: User) -> None:
    listen_in(dana, secret)
    come(dana, secret)
    member = Member.objects.get(user=dana)
    assert (member.stage, member.admitted, member.granted) == (Stage.AUDIENCE, False, False)
    assert Entry.objects.filter(action="room.observe", result=Result.OK, room=secret.pk).count() == 1


def test_the_visit_leaves_no_admission_behind(secret: Room, dana: User) -> None:
    listen_in(dana, secret)
    joined = come(dana, secret)
    leave(joined.seat, "left", source=SOURCE, now=NOON)
    assert visible_room(dana, secret.pk) is None
    with pytest.raises(Refused) as refused:
        come(dana, secret)
    assert refused.value.code is Code.NOT_FOUND


def test_whoever_does_not_come_in_may_not_later(secret: Room, dana: User) -> None:
    listen_in(dana, secret)
    assert forget(NOON - timedelta(seconds=1)) == 0
    assert forget(NOON) == 1
    assert visible_room(dana, secret.pk) is None


def test_a_room_that_ends_leaves_nothing_to_observe(secret: Room, dana: User, alice: User) -> None:
    listen_in(dana, secret)
    come(dana, secret)
    do(alice, secret, Move.END)
    assert visible_room(dana, secret.pk) is None


def test_no_door_keeps_an_observer_out(secret: Room, dana: User, alice: User) -> None:
    Block.objects.create(blocker=alice, blocked=dana, created_at=NOON)
    Room.objects.update(locked=True)
    listen_in(dana, secret)
    assert come(dana, secret).room["observed"] is True


def test_the_room_is_observed_until_the_last_of_two_is_gone(secret: Room, dana: User, bob: User) -> None:
    seats = []
    for person in (dana, bob):
        listen_in(person, secret)
        seats.append(come(person, secret).seat)
    leave(seats[0], "left", source=SOURCE, now=NOON)
    assert Room.objects.get().observed
    leave(seats[1], "left", source=SOURCE, now=NOON)
    assert not Room.objects.get().observed


def test_whoever_sits_there_already_is_seen_from_now_on(alice: User, dana: User) -> None:
    room = a_room(alice)
    come(alice, room)
    come(dana, room)
    listen_in(dana, room)
    assert room_view(Room.objects.get())["observed"] is True


def state() -> list[object]:
    return [list(table._default_manager.order_by("pk").values()) for table in (Room, Member)]


def refused(act: Callable[[], object]) -> None:
    before = state()
    with pytest.raises(Refused) as no:
        act()
    assert no.value.code is Code.FORBIDDEN
    assert state() == before


@pytest.mark.parametrize("what", [Move.RAISE_HAND, Move.ACCEPT])
def test_an_observer_does_not_come_to_the_stage(secret: Room, dana: User, what: Move) -> None:
    listen_in(dana, secret)
    come(dana, secret)
    refused(lambda: do(dana, secret, what))
    assert Entry.objects.filter(action=f"member.{what}", result=Result.REFUSED, reason="forbidden").count() == 1


@pytest.mark.parametrize("what", [Move.INVITE, Move.MAKE_MODERATOR, Move.PASS_HOST])
def test_nobody_makes_more_than_a_listener_of_an_observer(secret: Room, dana: User, alice: User, what: Move) -> None:
    listen_in(dana, secret)
    come(dana, secret)
    refused(lambda: do(alice, secret, what, dana))


def test_nor_does_the_api(secret: Room, dana: User, client: Client) -> None:
    listen_in(dana, secret)
    come(dana, secret)
    client.force_login(dana)
    before = state()
    answer = client.post(f"/api/v1/rooms/{secret.pk}/moves/", {"move": "raise_hand"}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert state() == before


def test_an_invite_to_the_stage_waits_until_the_observer_comes_as_anybody_else(
    secret: Room, dana: User, alice: User
) -> None:
    invite_user(alice, secret.pk, "dana", Stage.SPEAKING, source=SOURCE, now=NOON)
    listen_in(dana, secret)
    refused(lambda: come(dana, secret, a_session(speaks=True)))
    refused(lambda: give_token(dana, secret.pk, speak=True, source=SOURCE, now=NOON))
    joined = come(dana, secret)
    assert (joined.you["stage"], joined.observes) == ("audience", True)
    leave(joined.seat, "left", source=SOURCE, now=NOON)
    joined = come(dana, secret)
    assert (joined.you["stage"], joined.observes) == ("speaking", False)


@pytest.mark.django_db(transaction=True)
def test_whoever_is_on_stage_leaves_it_to_observe_and_comes_in_anew(alice: User, dana: User) -> None:
    room = gathered(alice, dana)
    do(alice, room, Move.INVITE, dana)
    do(dana, room, Move.ACCEPT)
    with wire() as caught:
        listen_in(dana, room)
    assert Member.objects.get(user=dana).stage == Stage.AUDIENCE
    assert [event["type"] for event in caught.events(room)] == ["member", "room"]
    assert [letter.close for letter in caught.letters(room) if letter.to] == [4409]


def test_whoever_holds_a_rank_has_a_part_in_the_room_also_while_they_observe(alice: User, dana: User) -> None:
    room = gathered(alice, dana)
    do(alice, room, Move.MAKE_MODERATOR, dana)
    listen_in(dana, room)
    do(dana, room, Move.ACCEPT)
    assert Member.objects.get(user=dana).stage == Stage.SPEAKING


@pytest.mark.django_db(transaction=True)
def test_whoever_loses_the_rank_comes_in_anew_as_one_who_only_listens(alice: User, dana: User) -> None:
    room = gathered(alice, dana)
    do(alice, room, Move.MAKE_MODERATOR, dana)
    listen_in(dana, room)
    come(dana, room)
    do(dana, room, Move.ACCEPT)
    with wire() as caught:
        do(alice, room, Move.UNMAKE_MODERATOR, dana)
    assert Member.objects.get(user=dana).stage == Stage.AUDIENCE
    assert [letter.close for letter in caught.letters(room) if letter.to] == [4409]
    assert come(dana, room).observes


@pytest.mark.parametrize(("which", "code"), [("none", Code.NOT_FOUND), ("later", Code.NOT_STARTED)])
def test_what_is_not_live_is_refused_and_recorded(alice: User, dana: User, which: str, code: Code) -> None:
    room = "aaaaaaaaaaaa" if which == "none" else a_scheduled_room(alice).pk
    with pytest.raises(Refused) as refused:
        observe(dana, room, source=SOURCE, now=NOON)
    assert refused.value.code is code
    assert not Member.objects.filter(user=dana).exists()
    assert Entry.objects.filter(action="room.observe", result=Result.REFUSED).count() == 1
