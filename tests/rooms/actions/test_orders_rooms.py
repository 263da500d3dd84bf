"""What the moderation of the whole server does to whole rooms."""

import json

import pytest
from django.db import transaction

from accounts.models import User
from rooms import protocol
from rooms.actions import orders
from rooms.cards import cards
from rooms.models import Member, Room, State
from rooms.roles import Code, Move, Refused, Stage
from tests.log import entries, entry
from tests.rooms.actions.measures import NOTICE, OVER, SAID, host_heard, how, impose, speaks, told
from tests.rooms.scenes import (
    a_room,
    a_scheduled_room,
    come,
    do,
    member,
    wire,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("what", [Move.REMOVE, Move.BAN])
@pytest.mark.parametrize("here", [True, False])
def test_a_room_whose_host_is_removed_and_followed_by_nobody_ends_and_is_still_shown(
    open_room: Room, alice: User, bob: User, mallory: User, what: Move, here: bool
) -> None:
    for person in (alice, bob):
        come(person, open_room)
    if not here:
        Member.objects.filter(user=alice).update(present=False, stage=Stage.AUDIENCE, muted=False, connection="")
    impose(open_room, alice, what, mallory)
    room = Room.objects.get()
    assert (room.state, room.end_reason) == (State.ENDED, "host_lost")
    assert entry(action="room.end").reason == "host_lost"
    assert not Member.objects.filter(present=True).exists()
    assert cards([room])[0]["host"]["uid"] == alice.uid


def test_a_room_that_is_ended_tells_everybody_so_and_closes_every_socket(
    open_room: Room, bob: User, mallory: User
) -> None:
    come(bob, open_room)
    with wire() as caught:
        orders.end_room(open_room.pk, notice=OVER, **how(mallory, reason="raid"))
    said = [(json.loads(letter.text)["type"], letter.to, letter.close) for letter in caught.letters(open_room)]
    assert said == [("measure", "", 0), ("ended", "", 4410)]
    room = Room.objects.get(pk=open_room.pk)
    assert (room.state, room.end_reason) == (State.ENDED, "moderator")
    assert not member(bob, open_room).present
    act = entry(action="power.end_room")
    assert (act.actor, act.object_id, act.reason) == (mallory.uid, open_room.pk, "raid")
    with pytest.raises(Refused) as refused:
        orders.end_room(open_room.pk, notice=OVER, **how(mallory))
    assert refused.value.code is Code.ENDED


def test_a_room_is_ended_before_it_starts(alice: User, mallory: User) -> None:
    room = a_scheduled_room(alice)
    orders.end_room(room.pk, notice=OVER, **how(mallory))
    assert Room.objects.get(pk=room.pk).state == State.ENDED


def test_all_who_are_heard_are_muted_with_one_entry(open_room: Room, alice: User, bob: User, mallory: User) -> None:
    host_heard(open_room, alice)
    speaks(bob, open_room, alice)
    connections = [member(person, open_room).connection for person in (alice, bob)]
    with wire() as caught:
        assert orders.mute_all(open_room.pk, notice=NOTICE, **how(mallory, reason="raid")) == 2
    assert all(member(person, open_room).muted for person in (alice, bob))
    assert [to for to, kind, _ in told(caught, open_room) if kind == "measure"] == connections
    act = entry(action="power.mute_all")
    assert (act.reason, act.detail) == ("raid", {"members": [1, 2]})
    assert not entries(action="member.mute")
    do(bob, open_room, Move.UNMUTE)
    assert not member(bob, open_room).muted


def test_what_the_host_locks_after_the_moderation_opened_it_is_the_hosts_lock(
    open_room: Room, alice: User, bob: User, mallory: User
) -> None:
    come(alice, open_room)
    for locked in (True, False):
        orders.lock(open_room.pk, locked=locked, notice=SAID, **how(mallory))
    do(alice, open_room, Move.LOCK)
    with pytest.raises(Refused) as caught:
        come(bob, open_room)
    assert caught.value.code is Code.LOCKED


def test_a_lock_keeps_newcomers_out_and_is_taken_off_again(
    open_room: Room, alice: User, bob: User, mallory: User
) -> None:
    with wire() as said:
        orders.lock(open_room.pk, locked=True, notice=SAID, **how(mallory, reason="raid"))
    assert json.loads(said.letters(open_room)[0].text) == SAID
    with pytest.raises(Refused) as caught:
        come(bob, open_room)
    assert caught.value.code is Code.LOCKED_BY_STAFF
    orders.lock(open_room.pk, locked=False, notice=SAID, **how(mallory))
    come(bob, open_room)
    assert [act.action for act in entries(actor=mallory.uid)] == ["power.lock", "power.unlock"]


def test_slow_mode_is_told_to_everybody(open_room: Room, bob: User, mallory: User) -> None:
    come(bob, open_room)
    with wire() as caught:
        orders.slow(open_room.pk, 30, notice=SAID, **how(mallory, reason="raid"))
    (event,) = caught.events(open_room)
    assert (event["type"], event["room"]["slow"]) == ("room", 30)
    assert json.loads(caught.letters(open_room)[0].text) == SAID, "why comes first"
    assert entry(action="power.slow").detail == {"seconds": 30}


def test_every_live_room_is_told_after_the_commit_and_no_other(alice: User, bob: User) -> None:
    rooms = [a_room(alice), a_room(bob)]
    later = a_scheduled_room(alice)
    with wire() as caught:
        with transaction.atomic():
            assert orders.announce(protocol.measure("server", "We close.")) == 2
            assert not caught.parcels
        assert [len(caught.letters(room)) for room in (*rooms, later)] == [1, 1, 0]
