"""Coming in, going, and being lost."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from moderation.audit.models import Entry, Result
from rooms.actions import presence
from rooms.actions.rooms import Plan, open_room, start
from rooms.models import Access, Member, Room, State
from rooms.protocol import fold
from rooms.roles import Code, Move, Rank, Refused, Stage
from rooms.sfu import messages
from tests.log import entries, known
from tests.rooms.scenes import NOON, SOURCE, a_session, carry, come, do, fresh, member, shape, wire

pytestmark = pytest.mark.django_db(transaction=True)


def refused(user: User, room: Room, **more: object) -> Code:
    before = list(Member.objects.order_by("pk").values())
    with pytest.raises(Refused) as caught:
        come(user, room, **more)  # type: ignore[arg-type]  # as given
    assert list(Member.objects.order_by("pk").values()) == before
    return caught.value.code


def leave(user: User, room: Room, reason: str = "left") -> bool:
    row = member(user, room)
    seat = presence.Seat(room.pk, row.pk, row.number, user.uid, row.connection)
    return presence.leave(seat, reason, source=SOURCE, now=NOON)


def test_the_host_arrives_on_stage_with_a_closed_microphone(open_room: Room, alice: User) -> None:
    you = come(alice, open_room).you
    assert (you["rank"], you["stage"], you["muted"], you["number"]) == ("host", "speaking", True, 1)


def test_the_audience_arrives_without_an_event_and_only_stirs_the_count(open_room: Room, bob: User) -> None:
    with wire() as said:
        joined = come(bob, open_room)
    assert said.events(open_room) == []
    assert [letter.text for letter in said.letters(open_room)] == [""]
    assert (joined.you["number"], joined.you["stage"], joined.seq) == (2, "audience", 0)


def test_a_second_tab_takes_the_seat_and_the_first_is_told(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room, a_session("one"))
    do(alice, open_room, Move.INVITE, bob)
    do(bob, open_room, Move.ACCEPT)
    first = member(bob, open_room).connection
    with wire() as said:
        you = come(bob, open_room, a_session("two")).you
    letter = next(letter for letter in said.letters(open_room) if letter.to)
    assert (letter.to, letter.close, json.loads(letter.text)) == (first, 4409, {"type": "replaced"})
    assert (you["number"], you["stage"], you["muted"]) == (2, "speaking", True)
    assert Member.objects.filter(room=open_room, user=bob).count() == 1


def test_a_seat_that_is_taken_over_takes_the_sound_along(open_room: Room, bob: User) -> None:
    come(bob, open_room, a_session("one"))
    carry(open_room, "sfu-1")
    with wire() as said:
        come(bob, open_room, a_session("one"))
    assert not [text for channel, text in said.parcels if channel == messages.orders_channel("sfu-1")]
    with wire() as said:
        come(bob, open_room, a_session("two"))
    assert messages.load(said.parcels[0][1]) == messages.Drop(open_room.pk, 2, 0)


def test_the_same_tab_resumes_where_it_was(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    seat = come(bob, open_room).seat
    do(alice, open_room, Move.INVITE, bob)
    do(bob, open_room, Move.ACCEPT)
    assert presence.lose(seat, now=NOON)
    with wire() as said:
        you = come(bob, open_room).you
    assert said.parcels == []
    assert (you["stage"], you["muted"]) == ("speaking", False)
    assert member(bob, open_room).lost_at is None


def test_those_of_many_lost_connections_that_are_still_somebodys_are_lost_and_no_others(
    open_room: Room, alice: User, bob: User, carol: User
) -> None:
    seats = [come(who, open_room).seat for who in (alice, bob, carol)]
    come(bob, open_room, a_session("two"))
    assert presence.lose(*seats, now=NOON) == 2
    assert [member(who, open_room).lost_at for who in (alice, bob, carol)] == [NOON, None, NOON]


def test_one_question_tells_that_nobody_of_an_ended_room_is_lost(
    open_room: Room, alice: User, bob: User, carol: User
) -> None:
    seats = [come(who, open_room).seat for who in (alice, bob, carol)]
    do(alice, open_room, Move.END)
    with CaptureQueriesContext(connection) as asked:
        assert presence.lose(*seats, now=NOON) == 0
    assert len(asked) == 1


def test_a_connection_that_its_process_does_not_serve_twice_running_is_lost(
    open_room: Room, alice: User, bob: User, carol: User
) -> None:
    served = come(alice, open_room).seat.connection
    ghost = come(bob, open_room).seat.connection
    come(carol, open_room, a_session(process="another"))
    assert presence.lose_ghosts("web", {served}, set(), now=NOON) == {ghost}
    assert member(bob, open_room).lost_at is None
    assert presence.lose_ghosts("web", {served}, {served, ghost}, now=NOON) == set()
    bobs = member(bob, open_room)
    assert (bobs.present, bobs.connection, bobs.process, bobs.lost_at) == (True, "", "", NOON)
    assert [member(who, open_room).lost_at for who in (alice, carol)] == [None, None]


def test_a_replaced_socket_takes_nobody_with_it(open_room: Room, bob: User) -> None:
    old = come(bob, open_room, a_session("one")).seat
    come(bob, open_room, a_session("two"))
    assert not presence.lose(old, now=NOON)
    assert not presence.leave(old, "left", source=SOURCE, now=NOON)
    assert member(bob, open_room).present


def test_who_leaves_the_stage_is_gone_from_the_list_and_returns_as_audience(
    open_room: Room, alice: User, bob: User
) -> None:
    come(alice, open_room)
    come(bob, open_room)
    do(alice, open_room, Move.INVITE, bob)
    do(bob, open_room, Move.ACCEPT)
    before = fresh(open_room)
    with wire() as said:
        assert leave(bob, open_room)
    (event,) = said.events(open_room)
    assert event["reason"] == "left"
    after = fold(before, event)
    assert after["members"] == fresh(open_room)["members"]
    assert come(bob, open_room).you["stage"] == "audience"


def test_leaving_lets_go_of_the_media_connection(open_room: Room, bob: User) -> None:
    come(bob, open_room)
    carry(open_room, "sfu-1")
    with wire() as said:
        leave(bob, open_room)
    assert messages.load(said.parcels[0][1]) == messages.Drop(open_room.pk, 2, 0)


def test_every_visit_is_let_go_of_by_its_own_number(open_room: Room, bob: User) -> None:
    carry(open_room, "sfu-1")
    dropped = []
    for tab in ("one", "two"):
        come(bob, open_room, a_session(tab))
        with wire() as said:
            leave(bob, open_room)
        dropped.append(messages.load(said.parcels[0][1]))
    assert dropped == [messages.Drop(open_room.pk, 2, 0), messages.Drop(open_room.pk, 2, 1)]


def test_when_the_host_leaves_the_longest_serving_moderator_hosts(
    open_room: Room, alice: User, bob: User, carol: User
) -> None:
    for minutes, person in enumerate((alice, carol, bob)):
        come(person, open_room, now=NOON + timedelta(minutes=minutes))
    for person in (bob, carol):
        do(alice, open_room, Move.MAKE_MODERATOR, person)
    before = fresh(open_room)
    with wire() as said:
        leave(alice, open_room)
    assert member(carol, open_room).rank == Rank.HOST
    assert member(alice, open_room).rank == Rank.MODERATOR
    state = before
    for event in said.events(open_room):
        state = fold(state, event)
    assert state["members"] == fresh(open_room)["members"]
    assert Entry.objects.get(action="member.pass_host").reason == "host_lost"


def test_without_a_moderator_the_longest_serving_speaker_hosts(
    open_room: Room, alice: User, bob: User, carol: User
) -> None:
    for person in (alice, bob, carol):
        come(person, open_room)
    do(alice, open_room, Move.INVITE, carol)
    do(carol, open_room, Move.ACCEPT)
    leave(alice, open_room)
    assert member(carol, open_room).rank == Rank.HOST


def test_with_an_audience_alone_nobody_hosts_and_the_host_may_return(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    leave(alice, open_room)
    assert member(bob, open_room).rank == Rank.MEMBER
    assert come(alice, open_room).you["rank"] == "host"


def test_a_room_that_has_not_begun_or_is_over_takes_nobody(alice: User, bob: User) -> None:
    later = NOON + timedelta(hours=1)
    room = open_room(alice, Plan("Later", Access.OPEN, scheduled_for=later), source=SOURCE, now=NOON)
    assert refused(bob, room) is Code.NOT_STARTED
    start(alice, room.pk, source=SOURCE, now=NOON)
    come(bob, room)
    do(alice, room, Move.END)
    assert refused(bob, room) is Code.ENDED


def test_a_locked_room_takes_back_its_own_but_nobody_new(open_room: Room, alice: User, bob: User, carol: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    do(alice, open_room, Move.LOCK)
    assert refused(carol, open_room) is Code.LOCKED
    come(bob, open_room, a_session("two"))
    leave(bob, open_room)
    assert refused(bob, open_room) is Code.LOCKED
    leave(alice, open_room)
    come(alice, open_room)


def test_who_was_removed_from_an_open_room_waits_ten_minutes(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    do(alice, open_room, Move.REMOVE, bob)
    assert refused(bob, open_room) is Code.REMOVED
    with wire() as said:
        come(bob, open_room, now=NOON + timedelta(minutes=10))
    assert said.events(open_room), "the media side must learn that they may be there again"


def test_who_was_banned_never_comes_back(open_room: Room, alice: User, bob: User) -> None:
    come(alice, open_room)
    come(bob, open_room)
    do(alice, open_room, Move.BAN, bob)
    assert refused(bob, open_room, now=NOON + timedelta(days=900)) is Code.BANNED


def test_for_who_was_removed_or_banned_an_invite_only_room_exists_no_more(
    secret_room: Room, alice: User, bob: User, carol: User
) -> None:
    come(alice, secret_room)
    for person, what in ((bob, Move.REMOVE), (carol, Move.BAN)):
        Member.objects.create(room=secret_room, user=person, number=person.pk + 100, admitted=True)
        come(person, secret_room)
        do(alice, secret_room, what, person)
        assert refused(person, secret_room, now=NOON + timedelta(days=1)) is Code.NOT_FOUND


def test_a_hidden_room_and_a_missing_one_are_refused_by_the_same_queries(hidden_room: Room, mallory: User) -> None:
    shapes = []
    known(mallory.uid)
    for pk in (hidden_room.pk, "aaaaaaaaaaaa"):
        with CaptureQueriesContext(connection) as queries:
            assert refused(mallory, Room(pk=pk)) is Code.NOT_FOUND
        shapes.append([shape(query["sql"]) for query in queries])
    assert shapes[0] == shapes[1]
    assert list(Entry.objects.filter(result=Result.REFUSED).values_list("reason", flat=True)) == ["not_found"] * 2


def test_a_join_of_somebody_new_costs_seven_queries(open_room: Room, bob: User) -> None:
    known(bob.uid)
    with CaptureQueriesContext(connection) as queries:
        come(bob, open_room)
    work = [query["sql"] for query in queries if not query["sql"].startswith(("BEGIN", "COMMIT"))]
    seen = {"sqlite": 7, "postgresql": 5}  # there entry and labels are one statement, which Django does not see
    assert len(work) == seen[connection.vendor], work


def test_an_encoder_may_speak_only_where_its_person_may(open_room: Room, alice: User, bob: User) -> None:
    assert refused(bob, open_room, session=a_session(speaks=True)) is Code.FORBIDDEN
    Member.objects.create(room=open_room, user=bob, number=2, granted=True)
    you = come(bob, open_room, a_session(speaks=True)).you
    assert (you["stage"], you["muted"]) == ("speaking", False)


def test_a_media_session_that_ended_takes_its_member_along(open_room: Room, bob: User) -> None:
    seat = come(bob, open_room, a_session()).seat
    assert not presence.leave_session(open_room.pk, seat.number, "another", now=NOON)
    assert presence.leave_session(open_room.pk, seat.number, seat.connection, now=NOON)
    assert not member(bob, open_room).present


def test_every_arrival_and_leave_is_in_the_log(open_room: Room, bob: User) -> None:
    come(bob, open_room)
    leave(bob, open_room)
    acts = entries(room=open_room.pk, actor=bob.uid)
    assert [(act.action, act.reason) for act in acts] == [("member.join", ""), ("member.leave", "left")]


def test_the_room_is_still_live_when_its_last_member_leaves(open_room: Room, alice: User) -> None:
    come(alice, open_room)
    leave(alice, open_room)
    assert Room.objects.get(pk=open_room.pk).state == State.LIVE
    assert member(alice, open_room).stage == Stage.AUDIENCE
