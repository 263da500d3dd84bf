"""What the moderation of the whole server does in rooms."""

import json
from collections.abc import Callable

import pytest
from django.db import transaction
from pytest_django import Settings

from accounts.models import User
from moderation.audit.models import Entry
from rooms.actions import orders
from rooms.models import Access, Member, Room, State
from rooms.roles import Code, Move, Rank, Refused, Stage
from rooms.sfu import messages
from tests.log import entries, entry
from tests.rooms.actions.measures import NOTICE, OVER, SAID, host_heard, how, impose, speaks, told
from tests.rooms.scenes import (
    NOON,
    SOURCE,
    a_room,
    a_session,
    carry,
    come,
    do,
    fresh,
    member,
    wire,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_even_the_host_is_muted_and_hears_why_before_anybody_hears_of_it(
    open_room: Room, alice: User, mallory: User
) -> None:
    host_heard(open_room, alice)
    with wire() as caught:
        impose(open_room, alice, Move.MUTE, mallory, NOTICE, case="14", policy="harassment")
    assert member(alice, open_room).muted
    (first, second) = [json.loads(letter.text) for letter in caught.letters(open_room) if letter.text]
    assert first == {
        "type": "measure",
        "measure": "mute",
        "text": "You spoke over everybody.",
        "decision": 7,
        "url": "/privacy/decisions/7/",
    }
    assert (second["type"], second["member"]["muted"]) == ("member", True)
    act = entry(action="member.mute")
    assert (act.actor, act.object_id, act.role) == (mallory.uid, alice.uid, "server")
    assert (act.case, act.policy, act.room) == ("14", "harassment", open_room.pk)


@pytest.mark.parametrize("what", [Move.REMOVE, Move.BAN])
def test_whoever_is_put_out_reads_the_reasons_before_the_socket_closes(
    open_room: Room, bob: User, mallory: User, what: Move
) -> None:
    connection = come(bob, open_room).seat.connection
    with wire() as caught:
        impose(open_room, bob, what, mallory, NOTICE)
    assert told(caught, open_room) == [(connection, "measure", 0), (connection, "removed", 4403)]
    assert not member(bob, open_room).present


def test_the_rule_itself_acts_without_a_person(open_room: Room, alice: User, bob: User) -> None:
    speaks(bob, open_room, _here(alice, open_room))
    impose(open_room, bob, Move.MOVE_TO_AUDIENCE, None, automated=True)
    assert member(bob, open_room).stage == Stage.AUDIENCE
    act = entry(action="member.move_to_audience")
    assert (act.actor, act.automated) == ("", True)


def _here(host: User, room: Room) -> User:
    come(host, room)
    return host


@pytest.mark.parametrize("what", [what for what in Move if what not in orders.MEASURES])
def test_nothing_but_a_measure_is_imposed(open_room: Room, bob: User, mallory: User, what: Move) -> None:
    come(bob, open_room)
    before = fresh(open_room)
    with pytest.raises(Refused) as caught:
        impose(open_room, bob, what, mallory)
    assert caught.value.code is Code.FORBIDDEN
    assert fresh(open_room) == before


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda room, by: orders.impose(room, 99, Move.MUTE, notice=NOTICE, **how(by)), Code.NO_MEMBER),
        (lambda room, by: orders.impose(room, 1, Move.MUTE, notice=NOTICE, **how(by)), Code.WRONG_STAGE),
        (lambda room, by: orders.mute_all(room, notice=NOTICE, **how(by)), Code.ALREADY),
        (lambda room, by: orders.lock(room, locked=False, notice=SAID, **how(by)), Code.ALREADY),
        (lambda room, by: orders.slow(room, 0, notice=SAID, **how(by)), Code.ALREADY),
        (lambda room, by: orders.slow(room, 3601, notice=SAID, **how(by)), Code.BAD_MESSAGE),
        (lambda _, by: orders.end_room("aaaaaaaaaaaa", notice=OVER, **how(by)), Code.NOT_FOUND),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    open_room: Room, mallory: User, act: Callable[[str, User], None], code: Code
) -> None:
    before, count = fresh(open_room), Entry.objects.count()
    with pytest.raises(Refused) as caught:
        act(open_room.pk, mallory)
    assert caught.value.code is code
    assert (fresh(open_room), Entry.objects.count()) == (before, count)


@pytest.mark.parametrize(
    "act",
    [
        lambda room, on, by: orders.impose(room, 2, Move.MUTE, notice=NOTICE, **how(by)),
        lambda room, on, by: orders.put_out(on, notice=NOTICE, **how(by)),
        lambda room, on, by: orders.end_room(room, notice=OVER, **how(by)),
        lambda room, on, by: orders.mute_all(room, notice=NOTICE, **how(by)),
        lambda room, on, by: orders.lock(room, locked=True, notice=SAID, **how(by)),
        lambda room, on, by: orders.slow(room, 30, notice=SAID, **how(by)),
    ],
)
def test_while_the_road_is_closed_nothing_is_imposed(
    open_room: Room,
    alice: User,
    bob: User,
    mallory: User,
    settings: Settings,
    act: Callable[[str, User, User], None],
) -> None:
    speaks(bob, open_room, _here(alice, open_room))
    before, count = fresh(open_room), Entry.objects.count()
    settings.REDIS_URL = "unix:///nowhere.sock"
    with pytest.raises(Refused) as caught:
        act(open_room.pk, bob, mallory)
    assert caught.value.code is Code.UNAVAILABLE
    assert (fresh(open_room), Entry.objects.count()) == (before, count)


def test_an_order_is_undone_with_the_transaction_of_its_caller(open_room: Room, alice: User, mallory: User) -> None:
    host_heard(open_room, alice)
    before, count = fresh(open_room), Entry.objects.count()
    with wire() as caught, transaction.atomic():
        impose(open_room, alice, Move.MUTE, mallory, NOTICE)
        transaction.set_rollback(True)
    assert (fresh(open_room), Entry.objects.count(), caught.parcels) == (before, count, [])


def test_a_person_is_put_out_of_every_room_at_once_sound_and_all(
    open_room: Room, alice: User, bob: User, mallory: User
) -> None:
    other = a_room(alice, Access.INVITE)
    Member.objects.create(room=other, user=bob, number=8, admitted=True)
    rooms = (open_room, other)
    for room in rooms:
        carry(room, "sfu-1")
        come(bob, room)
    connections = [member(bob, room).connection for room in rooms]
    with wire() as caught:
        assert orders.put_out(bob, notice=NOTICE, **how(mallory, case="14")) == 2
    assert [told(caught, room) for room in rooms] == [[(connection, "measure", 4424)] for connection in connections]
    dropped = [messages.load(text) for channel, text in caught.parcels if channel == messages.orders_channel("sfu-1")]
    assert {order.room for order in dropped if isinstance(order, messages.Drop)} == {room.pk for room in rooms}
    assert not Member.objects.filter(user=bob, present=True).exists()
    acts = entries(action="member.remove")
    assert {(act.room, act.object_id, act.reason, act.case) for act in acts} == {
        (room.pk, bob.uid, "suspended", "14") for room in rooms
    }


def test_whoever_is_nowhere_is_put_out_of_nothing(open_room: Room, bob: User, mallory: User) -> None:
    come(bob, open_room)
    orders.put_out(bob, notice=NOTICE, **how(mallory))
    count = Entry.objects.count()
    assert orders.put_out(bob, notice=NOTICE, **how(mallory)) == 0
    assert Entry.objects.count() == count


def test_when_the_host_is_put_out_a_moderator_hosts(open_room: Room, alice: User, bob: User, mallory: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    do(alice, open_room, Move.MAKE_MODERATOR, bob)
    orders.put_out(alice, notice=NOTICE, **how(mallory))
    assert [one["rank"] for one in fresh(open_room)["members"]] == ["host"]


@pytest.mark.parametrize("what", [Move.REMOVE, Move.BAN])
def test_when_the_host_is_removed_somebody_on_stage_hosts(
    open_room: Room, alice: User, bob: User, carol: User, mallory: User, what: Move
) -> None:
    for person in (alice, bob, carol):
        come(person, open_room)
    do(alice, open_room, Move.MAKE_MODERATOR, carol)
    impose(open_room, alice, what, mallory)
    assert (member(carol, open_room).rank, member(alice, open_room).rank) == (Rank.HOST, Rank.MEMBER)
    assert Room.objects.get().state == State.LIVE


def test_the_server_holds_its_rank_nowhere(open_room: Room, bob: User, mallory: User) -> None:
    come(bob, open_room, a_session())
    impose(open_room, bob, Move.BAN, mallory)
    assert not Member.objects.filter(user=mallory).exists()
    assert not Member.objects.filter(rank__gt=2).exists()


def test_who_is_warned_is_told_in_every_room_they_are_in_and_nobody_else_is(
    open_room: Room, alice: User, bob: User
) -> None:
    other = a_room(alice)
    for room in (open_room, other):
        come(alice, room)
        come(bob, room)
    before = Entry.objects.count()
    with wire() as caught:
        assert orders.tell(bob, NOTICE, source=SOURCE, now=NOON) == 2
    for room in (open_room, other):
        assert told(caught, room) == [(member(bob, room).connection, "measure", 0)]
    assert Entry.objects.count() == before


def test_who_was_banned_may_come_again_once_readmitted(open_room: Room, alice: User, bob: User, mallory: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    impose(open_room, bob, Move.BAN, mallory)
    number = member(bob, open_room).number
    assert orders.readmit(open_room.pk, number, **how(mallory, case="14"))
    assert not orders.readmit(open_room.pk, number, **how(mallory))
    assert entry(action="member.readmit").object_id == bob.uid
    with wire() as caught:
        come(bob, open_room)
    assert member(bob, open_room).present
    wanted = [messages.load(text) for channel, text in caught.parcels if channel.endswith("orders")]
    assert all(order.absent == () for order in wanted if isinstance(order, messages.Wanted))


def test_what_was_decided_about_the_host_is_told_to_the_host_alone(
    open_room: Room, alice: User, bob: User, mallory: User
) -> None:
    host = come(alice, open_room).seat.connection
    come(bob, open_room)
    with wire() as caught:
        orders.end_room(open_room.pk, notice=OVER, **how(mallory))
    read = [letter.to for letter in caught.letters(open_room) if "lies" in letter.text]
    assert read == [host]
    assert [letter.to for letter in caught.letters(open_room) if '"measure"' in letter.text] == ["", host]
