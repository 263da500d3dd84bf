"""Somebody leaves for good: what becomes of their rooms."""

import pytest
from redis.exceptions import ConnectionError as RedisGone

from accounts.models import User
from rooms import bus, media
from rooms.actions.leaving import leave_all
from rooms.models import Member, Room, State
from rooms.roles import Code, Move, Rank, Refused
from rooms.sfu.messages import Drop
from tests.log import entries, entry
from tests.rooms.scenes import NOON, SOURCE, a_scheduled_room, carry, do, gathered, member, wire

pytestmark = pytest.mark.django_db(transaction=True)


def leave(user: User, by: User | None = None) -> int:
    return leave_all(user, by=by, source=SOURCE, now=NOON)


def test_a_listener_is_out_of_every_room_and_their_sound_ends_at_once(alice: User, bob: User, carol: User) -> None:
    rooms = [gathered(alice, bob, carol), gathered(carol, bob)]
    for room in rooms:
        carry(room, "sfu-1")
    with wire() as said:
        assert leave(bob, bob) == 2
    assert not Member.objects.filter(user=bob, present=True).exists()
    for room in rooms:
        drop = media.parcel("sfu-1", Drop(room.pk, member(bob, room).number, 0))
        assert drop in said.parcels
    told = entries(action="member.leave", reason="ended")
    assert [(one.actor, one.object_id) for one in told] == [(bob.uid, bob.uid)] * 2


def test_a_live_room_passes_to_a_co_host(alice: User, bob: User, carol: User) -> None:
    room = gathered(alice, bob, carol)
    do(alice, room, Move.MAKE_MODERATOR, bob)
    leave(alice)
    room.refresh_from_db()
    assert (room.state, Rank(member(bob, room).rank)) == (State.LIVE, Rank.HOST)
    assert entry(action="member.pass_host").object_id == bob.uid


def test_a_live_room_that_nobody_can_take_over_ends_at_once(alice: User, bob: User) -> None:
    room = gathered(alice, bob)
    leave(alice)
    room.refresh_from_db()
    assert (room.state, room.end_reason) == (State.ENDED, "host_lost")
    assert not Member.objects.filter(present=True).exists()


def test_a_live_room_whose_host_is_away_ends_too(alice: User, bob: User) -> None:
    room = gathered(alice, bob)
    Member.objects.filter(user=alice).update(present=False, stage="audience", connection="")
    leave(alice)
    room.refresh_from_db()
    assert room.state == State.ENDED


def test_what_was_planned_is_called_off(alice: User) -> None:
    room = a_scheduled_room(alice)
    assert leave(alice, alice) == 1
    room.refresh_from_db()
    assert (room.state, room.end_reason) == (State.ENDED, "host")
    assert entry(action="room.end").actor == alice.uid


def test_left_twice_nothing_more_changes(alice: User, bob: User) -> None:
    gathered(alice, bob)
    leave(alice)
    before, told = list(Room.objects.values()), len(entries())
    assert leave(alice) == 0
    assert (list(Room.objects.values()), len(entries())) == (before, told)


def test_while_redis_is_away_it_is_refused_and_nothing_changed(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    gathered(alice, bob)
    before = [list(Member.objects.values()), list(Room.objects.values()), len(entries())]

    class Dead:
        def ping(self) -> None:
            raise RedisGone

    monkeypatch.setattr(bus, "client", Dead)
    with pytest.raises(Refused) as refused:
        leave(bob)
    assert refused.value.code is Code.UNAVAILABLE
    assert [list(Member.objects.values()), list(Room.objects.values()), len(entries())] == before
