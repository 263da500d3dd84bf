"""What happens by rule."""

from collections.abc import Collection
from datetime import datetime, timedelta

import pytest
from django.db.models import Q

from accounts.actions.switches import pull, release
from accounts.models import Lever, User
from accounts.standing import FOR_GOOD
from moderation.audit.models import Entry
from moderation.audit.source import Source
from rooms.actions import presence
from rooms.actions.presence import let_go
from rooms.actions.sweep import Swept, sweep
from rooms.models import Room, State
from rooms.roles import Move, Rank
from rooms.sfu import messages
from tests.log import entry
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room, a_session, carry, come, do, member, wire

pytestmark = pytest.mark.django_db(transaction=True)


def swept(seconds: float, *alive: str) -> Swept:
    """A sweep this long after noon, when these processes live."""

    def living(_holders: Collection[str]) -> Collection[str]:
        return alive

    return sweep(living, source=Source.internal("celery"), now=NOON + timedelta(seconds=seconds))


def lose(user: User, room: Room, at: datetime = NOON) -> None:
    row = member(user, room)
    presence.lose(presence.Seat(room.pk, row.pk, row.number, user.uid, row.connection), now=at)


def test_the_lost_keep_their_place_for_thirty_seconds(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    lose(bob, open_room)
    assert swept(29.9, "web") == Swept(0, 0, 0, 0)
    assert member(bob, open_room).present
    assert swept(30, "web") == Swept(0, 1, 0, 0)
    assert not member(bob, open_room).present
    assert Entry.objects.filter(action="member.leave", reason="lost", channel="celery").count() == 1


def test_those_of_a_killed_process_are_found_by_its_lease(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room, a_session(process="web-1"))
    come(bob, open_room, a_session(process="web-2"))
    assert swept(0, "web-1") == Swept(1, 0, 0, 0)
    assert swept(30, "web-1") == Swept(0, 1, 0, 0)
    assert member(alice, open_room).present
    assert not member(bob, open_room).present


def test_a_process_whose_lease_returns_in_time_loses_nobody(open_room: Room, bob: User) -> None:
    come(bob, open_room)
    assert swept(0) == Swept(1, 0, 0, 0)
    assert swept(10, "web") == Swept(0, 0, 0, 0)
    assert swept(60, "web") == Swept(0, 0, 0, 0)
    assert member(bob, open_room).present


def test_a_lost_hosts_room_passes_on_after_the_grace_and_goes_on(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    do(alice, open_room, Move.MAKE_MODERATOR, bob)
    lose(alice, open_room)
    swept(30, "web")
    assert member(bob, open_room).rank == Rank.HOST
    assert Room.objects.get(pk=open_room.pk).state == State.LIVE


def test_hosting_waits_for_somebody_who_can_take_over(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    do(alice, open_room, Move.INVITE, bob)
    lose(alice, open_room)
    assert swept(30, "web").passed == 0
    do(bob, open_room, Move.ACCEPT)
    assert swept(40, "web").passed == 1
    assert member(bob, open_room).rank == Rank.HOST


def test_a_room_that_nobody_can_host_ends_after_ten_minutes(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    lose(alice, open_room)
    swept(30, "web")
    assert swept(629, "web").ended == 0
    with wire() as said:
        assert swept(630, "web").ended == 1
    assert said.events(open_room)[0]["reason"] == "host_lost"
    assert not member(bob, open_room).present


def test_an_empty_room_ends_after_five_minutes_once(open_room: Room, alice: User) -> None:
    come(alice, open_room)
    lose(alice, open_room)
    swept(30)
    assert swept(329).ended == 0
    assert swept(330).ended == 1
    assert swept(900) == Swept(0, 0, 0, 0)
    assert Room.objects.get(pk=open_room.pk).end_reason == "empty"


def test_a_room_that_nobody_ever_entered_ends_too(alice: User) -> None:
    room = a_room(alice)
    assert swept(299).ended == 0
    assert swept(300).ended == 1
    assert entry(action="room.end", room=room.pk).actor == ""


def test_a_full_room_with_its_host_never_ends_by_rule(open_room: Room, alice: User) -> None:
    come(alice, open_room)
    assert swept(86400, "web") == Swept(0, 0, 0, 0)


def test_who_comes_back_in_time_is_not_swept_out(open_room: Room, bob: User) -> None:
    come(bob, open_room)
    lose(bob, open_room)
    come(bob, open_room)
    assert swept(60, "web") == Swept(0, 0, 0, 0)


def test_two_sweeps_at_once_do_everything_once(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    lose(bob, open_room)
    lost = Q(pk=member(bob, open_room).pk, lost_at__lte=NOON)
    assert let_go(open_room.pk, lost, "lost", source=SOURCE, now=NOON)
    assert not let_go(open_room.pk, lost, "lost", source=SOURCE, now=NOON)


def test_whoever_was_deactivated_is_let_go_of_at_once_media_and_all(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    carry(open_room, "sfu-1")
    User.objects.filter(pk=bob.pk).update(is_active=False)
    with wire() as said:
        assert swept(0, "web") == Swept(0, 1, 0, 0)
    assert messages.load(said.parcels[0][1]) == messages.Drop(open_room.pk, 2, 0)
    assert not member(bob, open_room).present
    assert member(alice, open_room).present
    assert Entry.objects.filter(action="member.leave", reason="signed_out", channel="celery").count() == 1


def test_a_scheduled_room_that_nobody_starts_ends_twelve_hours_after_its_time(alice: User) -> None:
    room, later = a_scheduled_room(alice, hours=1), a_scheduled_room(alice, hours=2)
    hours = 13 * 3600
    assert swept(hours - 0.1).ended == 0
    assert swept(hours) == Swept(0, 0, 0, 1)
    assert swept(hours).ended == 0
    room.refresh_from_db()
    assert (room.state, room.end_reason, room.started_at) == (State.ENDED, "not_started", None)
    assert Entry.objects.get(action="room.end", room=room.pk).reason == "not_started"
    later.refresh_from_db()
    assert later.state == State.SCHEDULED


def test_a_scheduled_room_that_was_put_off_meanwhile_does_not_end(alice: User) -> None:
    from rooms.actions import sweep as module

    room = a_scheduled_room(alice, hours=1)
    patience = module.Patience()
    assert not module._end(room.pk, patience, SOURCE, NOON + timedelta(hours=12))
    assert module._end(room.pk, patience, SOURCE, NOON + timedelta(hours=13))
    assert not module._end(room.pk, patience, SOURCE, NOON + timedelta(hours=13))


def test_whoever_is_suspended_is_let_go_even_if_nobody_put_them_out(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    User.objects.filter(pk=bob.pk).update(suspended_until=FOR_GOOD)
    assert swept(0, "web").left == 1
    assert (member(bob, open_room).present, member(alice, open_room).present) == (False, True)


def test_a_minute_after_the_server_was_suspended_every_live_room_ends_and_no_other(alice: User, bob: User) -> None:
    rooms, later = [a_room(alice), a_room(bob)], a_scheduled_room(alice)
    for room, host in zip(rooms, (alice, bob), strict=True):
        come(host, room)
    pull(Lever.SERVER, by=alice, now=NOON, source=SOURCE)
    assert swept(59.9, "web").ended == 0
    with wire() as caught:
        assert swept(60, "web").ended == 2
    assert {event["reason"] for room in rooms for event in caught.events(room)} == {"suspended"}
    assert set(Room.objects.filter(pk__in=[room.pk for room in rooms]).values_list("state", "end_reason")) == {
        (State.ENDED, "suspended")
    }
    assert Room.objects.get(pk=later.pk).state == State.SCHEDULED
    assert Entry.objects.filter(action="room.end", reason="suspended").count() == 2
    assert swept(61, "web").ended == 0


def test_rooms_go_on_when_the_server_is_open_again_within_the_minute(open_room: Room, alice: User) -> None:
    come(alice, open_room)
    pull(Lever.SERVER, by=alice, now=NOON, source=SOURCE)
    release(Lever.SERVER, by=alice, source=SOURCE)
    assert swept(60, "web").ended == 0
