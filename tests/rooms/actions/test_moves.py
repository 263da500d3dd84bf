"""Moves, made in the database: what changes, what is said, what is refused, and that nothing changes then."""

from datetime import timedelta
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisGone

from accounts.models import User
from moderation.audit.models import Result
from rooms import bus
from rooms.actions.base import view
from rooms.models import Access, Member, Room, State
from rooms.protocol import fold
from rooms.roles import Code, Move, Rank, Refused, Stage
from rooms.sfu import messages
from tests.log import entries, entry
from tests.rooms.scenes import NOON, a_room, a_session, block, carry, come, do, fresh, gathered, member, wire

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(alice: User, bob: User, carol: User) -> Room:
    """An open room with everybody in it."""
    return gathered(alice, bob, carol)


def rows(room: Room) -> list[dict[str, Any]]:
    members = [dict(row) for row in Member.objects.filter(room=room).order_by("number").values()]
    return [*members, *(dict(row) for row in Room.objects.filter(pk=room.pk).values())]


def refused(user: User, room: Room, what: Move, on: User | None = None) -> Code:
    """The refusal's code; it is in the log, and nothing else changed."""
    before, already = rows(room), len(entries())
    with wire() as said, pytest.raises(Refused) as caught:
        do(user, room, what, on)
    assert rows(room) == before
    assert said.parcels == []
    (refusal,) = entries()[already:]
    assert (refusal.result, refusal.reason, refusal.actor) == (Result.REFUSED, caught.value.code, user.uid)
    return caught.value.code


def speaking(user: User, host: User, room: Room) -> None:
    do(host, room, Move.INVITE, user)
    do(user, room, Move.ACCEPT)


WALK: list[tuple[str, Move, str | None]] = [
    ("bob", Move.RAISE_HAND, None),
    ("carol", Move.RAISE_HAND, None),
    ("carol", Move.LOWER_HAND, None),
    ("alice", Move.INVITE, "bob"),
    ("alice", Move.TAKE_BACK, "bob"),
    ("alice", Move.INVITE, "bob"),
    ("bob", Move.ACCEPT, None),
    ("bob", Move.MUTE, None),
    ("bob", Move.UNMUTE, None),
    ("alice", Move.MUTE, "bob"),
    ("alice", Move.MOVE_TO_AUDIENCE, "bob"),
    ("alice", Move.INVITE, "carol"),
    ("carol", Move.DECLINE, None),
    ("alice", Move.MAKE_MODERATOR, "carol"),
    ("carol", Move.ACCEPT, None),
    ("carol", Move.STEP_DOWN, None),
    ("carol", Move.LOCK, None),
    ("carol", Move.UNLOCK, None),
    ("alice", Move.UNMAKE_MODERATOR, "carol"),
    ("alice", Move.PASS_HOST, "bob"),
    ("bob", Move.REMOVE, "carol"),
    ("bob", Move.BAN, "alice"),
    ("bob", Move.END, None),
]


def test_after_every_move_folding_the_events_gives_the_fresh_snapshot(
    room: Room, alice: User, bob: User, carol: User
) -> None:
    cast: dict[str | None, User | None] = {"alice": alice, "bob": bob, "carol": carol, None: None}
    state = fresh(room)
    for who, what, on in WALK:
        with wire() as said:
            do(cast[who], room, what, cast[on])  # type: ignore[arg-type]  # who is never None
        events = said.events(room)
        assert [event["seq"] for event in events] == list(range(state["seq"] + 1, state["seq"] + 1 + len(events))), what
        assert events, what
        for event in events:
            state = fold(state, event)
        assert {**state, "listening": 0} == {**fresh(room), "listening": 0}, what
    assert {what for _, what, _ in WALK} == set(Move)


def test_every_move_is_in_the_log_with_its_actor_and_object(room: Room, alice: User, bob: User) -> None:
    do(bob, room, Move.RAISE_HAND)
    do(alice, room, Move.INVITE, bob)
    invite = entry(action="member.invite")
    assert (invite.actor, invite.object_id, invite.room, invite.result) == (alice.uid, bob.uid, room.pk, Result.OK)
    assert (invite.address, invite.port, invite.role) == ("192.0.2.7", 40000, "host")


def test_the_media_side_is_told_the_whole_wanted_state_with_the_rooms_number(
    room: Room, alice: User, bob: User, carol: User
) -> None:
    carry(room, "sfu-1")
    speaking(bob, alice, room)
    with wire() as said:
        do(alice, room, Move.BAN, carol)
    channel, text = said.parcels[0]
    assert channel == messages.orders_channel("sfu-1")
    number = Room.objects.get(pk=room.pk).seq
    assert messages.load(text) == messages.Wanted(room.pk, number, True, (2,), (3,))


def test_a_muted_speaker_is_not_among_those_who_may_be_heard(room: Room, alice: User, bob: User) -> None:
    carry(room, "sfu-1")
    speaking(bob, alice, room)
    with wire() as said:
        do(alice, room, Move.MUTE, bob)
    order = messages.load(said.parcels[0][1])
    assert isinstance(order, messages.Wanted)
    assert order.speak == ()


def test_hands_queue_in_the_order_they_went_up(room: Room, bob: User, carol: User) -> None:
    do(carol, room, Move.RAISE_HAND)
    do(bob, room, Move.RAISE_HAND)
    assert member(carol, room).hand < member(bob, room).hand  # type: ignore[operator]  # both are up
    do(carol, room, Move.LOWER_HAND)
    assert member(carol, room).hand is None


@pytest.mark.parametrize("what", [Move.MUTE, Move.REMOVE, Move.BAN, Move.MOVE_TO_AUDIENCE, Move.INVITE])
def test_a_member_has_no_power_over_others(room: Room, alice: User, bob: User, carol: User, what: Move) -> None:
    speaking(carol, alice, room)
    assert refused(bob, room, what, carol) is Code.FORBIDDEN
    refusal = entry(result=Result.REFUSED)
    assert (refusal.actor, refusal.reason, refusal.action) == (bob.uid, "forbidden", f"member.{what}")


def test_a_moderator_has_no_power_over_the_host_or_another_moderator(
    room: Room, alice: User, bob: User, carol: User
) -> None:
    do(alice, room, Move.MAKE_MODERATOR, bob)
    do(alice, room, Move.MAKE_MODERATOR, carol)
    for target in (alice, carol):
        assert refused(bob, room, Move.REMOVE, target) is Code.FORBIDDEN
    assert refused(bob, room, Move.MAKE_MODERATOR, carol) is Code.FORBIDDEN
    assert refused(bob, room, Move.PASS_HOST, bob) is Code.FORBIDDEN
    assert refused(bob, room, Move.END) is Code.FORBIDDEN


def test_whoever_was_never_here_can_do_nothing(room: Room, alice: User, mallory: User) -> None:
    for what in Move:
        assert refused(mallory, room, what) is Code.NOT_PRESENT


def test_nobody_comes_on_stage_beside_somebody_who_has_blocked_them(
    room: Room, alice: User, bob: User, carol: User
) -> None:
    speaking(bob, alice, room)
    block(bob, carol)
    do(alice, room, Move.INVITE, carol)
    assert refused(carol, room, Move.ACCEPT) is Code.WRONG_STAGE
    do(bob, room, Move.STEP_DOWN)
    do(carol, room, Move.ACCEPT)
    assert member(carol, room).stage == Stage.SPEAKING


def test_whoever_is_present_stays_when_somebody_who_blocked_them_comes_on_stage(
    room: Room, alice: User, bob: User, carol: User
) -> None:
    block(bob, carol)
    speaking(bob, alice, room)
    assert member(carol, room).present
    come(carol, room)
    do(carol, room, Move.RAISE_HAND)
    assert member(carol, room).stage == Stage.HAND_UP


def test_in_a_hidden_room_a_stranger_gets_the_answer_of_a_missing_one(alice: User, mallory: User) -> None:
    room = a_room(alice, Access.INVITE)
    for what in Move:
        assert refused(mallory, room, what) is Code.NOT_FOUND
        assert refused(mallory, Room(pk="aaaaaaaaaaaa"), what) is Code.NOT_FOUND


def test_nobody_moves_a_member_who_does_not_exist_or_is_not_here(
    room: Room, alice: User, bob: User, mallory: User
) -> None:
    from rooms.actions import moves
    from tests.rooms.scenes import NOON, SOURCE

    with pytest.raises(Refused) as caught:
        moves.move(alice, room.pk, Move.INVITE, 99, source=SOURCE, now=NOON)
    assert caught.value.code is Code.NO_MEMBER
    Member.objects.create(room=room, user=mallory, number=77)
    assert refused(alice, room, Move.INVITE, mallory) is Code.NOT_PRESENT


@pytest.mark.parametrize("what", [Move.REMOVE, Move.BAN])
def test_whoever_is_put_out_is_told_and_their_socket_closed(room: Room, alice: User, bob: User, what: Move) -> None:
    connection = member(bob, room).connection
    with wire() as said:
        do(alice, room, what, bob)
    letter = next(letter for letter in said.letters(room) if letter.to)
    assert (letter.to, letter.close) == (connection, 4403)
    row = member(bob, room)
    assert not row.present
    assert (row.connection, row.stage, row.barred) == ("", Stage.AUDIENCE, what is Move.BAN)


@pytest.mark.parametrize("what", [Move.REMOVE, Move.BAN])
def test_putting_out_somebody_who_left_reaches_the_media_side_too(
    room: Room, alice: User, bob: User, what: Move
) -> None:
    carry(room, "sfu-1")
    Member.objects.filter(room=room, user=bob).update(present=False, connection="")
    seq = Room.objects.get(pk=room.pk).seq
    with wire() as said:
        do(alice, room, what, bob)
    assert Room.objects.get(pk=room.pk).seq == seq + 1
    orders = [text for channel, text in said.parcels if channel == messages.orders_channel("sfu-1")]
    (wanted,) = map(messages.load, orders)
    assert isinstance(wanted, messages.Wanted)
    assert (wanted.version, wanted.absent) == (seq + 1, (member(bob, room).number,))
    assert member(bob, room).barred is (what is Move.BAN)


def test_to_remove_the_banned_does_not_take_the_ban_back(room: Room, alice: User, bob: User) -> None:
    do(alice, room, Move.BAN, bob)
    assert refused(alice, room, Move.REMOVE, bob) is Code.ALREADY
    assert member(bob, room).barred


def test_a_moderator_who_is_removed_is_no_moderator_any_more(room: Room, alice: User, bob: User) -> None:
    do(alice, room, Move.MAKE_MODERATOR, bob)
    do(alice, room, Move.REMOVE, bob)
    assert member(bob, room).rank == Rank.MEMBER
    assert refused(bob, room, Move.LOCK) is Code.NOT_PRESENT


def test_when_the_room_ends_everybody_is_out_and_every_socket_closed(room: Room, alice: User) -> None:
    with wire() as said:
        do(alice, room, Move.END)
    assert [letter.close for letter in said.letters(room)] == [4410]
    assert Room.objects.get(pk=room.pk).state == State.ENDED
    assert not Member.objects.filter(room=room, present=True).exists()
    assert refused(alice, room, Move.LOCK) is Code.ENDED


@pytest.mark.parametrize("what", [Move.MUTE, Move.MOVE_TO_AUDIENCE, Move.REMOVE, Move.BAN])
def test_without_redis_nobody_acts_upon_others(
    room: Room, alice: User, bob: User, what: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaking(bob, alice, room)

    class Dead:
        def ping(self) -> None:
            raise RedisGone

    monkeypatch.setattr(bus, "client", Dead)
    assert refused(alice, room, what, bob) is Code.UNAVAILABLE
    assert refused(alice, room, Move.END) is Code.UNAVAILABLE


def test_without_redis_one_still_moves_oneself(
    room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaking(bob, alice, room)

    def gone(_parcels: object) -> None:
        raise RedisGone

    monkeypatch.setattr(bus, "publish", gone)
    do(bob, room, Move.MUTE)
    do(bob, room, Move.STEP_DOWN)
    assert member(bob, room).stage == Stage.AUDIENCE


def test_a_granted_place_on_stage_is_lost_with_leaving_it(room: Room, alice: User, bob: User) -> None:
    speaking(bob, alice, room)
    Member.objects.filter(room=room, user=bob).update(granted=True)
    do(alice, room, Move.MOVE_TO_AUDIENCE, bob)
    assert not member(bob, room).granted


def test_an_invitation_taken_back_leaves_the_hand_where_it_was_in_the_queue(
    room: Room, alice: User, bob: User, carol: User
) -> None:
    for user in (bob, carol):
        do(user, room, Move.RAISE_HAND)
    before = member(bob, room).hand
    do(alice, room, Move.INVITE, bob)
    do(alice, room, Move.TAKE_BACK, bob)
    back = member(bob, room)
    assert (back.stage, back.hand) == (Stage.HAND_UP, before)
    assert before is not None
    assert before < (member(carol, room).hand or 0)


def test_an_invitation_of_somebody_whose_hand_was_down_is_not_taken_back_into_the_queue(
    room: Room, alice: User, bob: User
) -> None:
    do(alice, room, Move.INVITE, bob)
    assert refused(alice, room, Move.TAKE_BACK, bob) == Code.WRONG_STAGE


def test_a_place_in_the_queue_is_gone_with_the_answer_and_is_not_shown_meanwhile(
    room: Room, alice: User, bob: User
) -> None:
    do(bob, room, Move.RAISE_HAND)
    do(alice, room, Move.INVITE, bob)
    assert view(member(bob, room))["hand"] is None
    do(bob, room, Move.DECLINE)
    assert member(bob, room).hand is None


def test_a_demotion_is_undone_by_inviting_again_and_a_rank_by_giving_it_again(
    room: Room, alice: User, bob: User
) -> None:
    speaking(bob, alice, room)
    do(alice, room, Move.MOVE_TO_AUDIENCE, bob)
    speaking(bob, alice, room)
    assert (member(bob, room).stage, member(bob, room).muted) == (Stage.SPEAKING, False)
    for what in (Move.MAKE_MODERATOR, Move.UNMAKE_MODERATOR, Move.MAKE_MODERATOR):
        do(alice, room, what, bob)
    assert (member(bob, room).stage, member(bob, room).rank) == (Stage.SPEAKING, Rank.MODERATOR)


def test_in_slow_mode_a_hand_waits_for_its_turn_and_lowering_it_does_not(room: Room, bob: User, carol: User) -> None:
    Room.objects.filter(pk=room.pk).update(slow=30)
    do(bob, room, Move.RAISE_HAND)
    do(bob, room, Move.LOWER_HAND)
    assert refused(bob, room, Move.RAISE_HAND) is Code.SLOW_MODE
    do(carol, room, Move.RAISE_HAND)
    do(bob, room, Move.RAISE_HAND, now=NOON + timedelta(seconds=30))
    assert member(bob, room).stage == Stage.HAND_UP


def test_whoever_comes_back_in_slow_mode_has_not_won_a_hand(room: Room, bob: User) -> None:
    Room.objects.filter(pk=room.pk).update(slow=30)
    do(bob, room, Move.RAISE_HAND)
    come(bob, room, a_session("another"))
    do(bob, room, Move.LOWER_HAND)
    assert refused(bob, room, Move.RAISE_HAND) is Code.SLOW_MODE


def test_without_slow_mode_a_hand_is_up_again_at_once(room: Room, bob: User) -> None:
    for what in (Move.RAISE_HAND, Move.LOWER_HAND, Move.RAISE_HAND):
        do(bob, room, what)
    assert member(bob, room).stage == Stage.HAND_UP
