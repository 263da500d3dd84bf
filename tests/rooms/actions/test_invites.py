"""Ways into a room."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection

from accounts.models import User
from rooms.actions import invites
from rooms.admission import visible_room
from rooms.models import Member, Room, RoomInvite
from rooms.roles import Code, Move, Refused, Stage
from tests.log import entries, entry
from tests.rooms.scenes import NOON, SOURCE, block, come, do

pytestmark = pytest.mark.django_db(transaction=True)


def link(
    host: User, room: Room, stage: Stage = Stage.AUDIENCE, uses: int = 1, hours: int = 24, at: datetime = NOON
) -> str:
    return invites.issue(host, room.pk, stage, uses, hours, source=SOURCE, now=at).token


def redeem(user: User, token: str, after: timedelta = timedelta()) -> str | Code:
    try:
        return invites.redeem(user, token, source=SOURCE, now=NOON + after)
    except Refused as refused:
        return refused.code


def test_a_link_makes_the_room_exist_for_whoever_redeems_it(secret_room: Room, alice: User, bob: User) -> None:
    token = link(alice, secret_room)
    assert visible_room(bob, secret_room.pk) is None
    assert redeem(bob, token) == secret_room.pk
    assert visible_room(bob, secret_room.pk) is not None
    assert come(bob, secret_room).you["stage"] == "audience"


def test_a_link_to_the_stage_leads_there_with_a_closed_microphone(secret_room: Room, alice: User, bob: User) -> None:
    redeem(bob, link(alice, secret_room, Stage.SPEAKING))
    you = come(bob, secret_room).you
    assert (you["stage"], you["muted"]) == ("speaking", True)


def test_wrong_used_expired_and_revoked_links_get_the_same_answer(
    secret_room: Room, alice: User, bob: User, mallory: User
) -> None:
    used, revoked, fresh = link(alice, secret_room), link(alice, secret_room), link(alice, secret_room)
    redeem(bob, used)
    invite = RoomInvite.objects.get(digest=invites.digest(revoked))
    invites.revoke(alice, secret_room.pk, invite.pk, source=SOURCE, now=NOON)
    answers = [redeem(mallory, token) for token in (used, revoked, "nonsense")]
    answers.append(redeem(mallory, fresh, timedelta(hours=24)))
    assert answers == [Code.NOT_FOUND] * 4
    assert visible_room(mallory, secret_room.pk) is None


def test_the_links_of_the_suspended_open_nothing_while_they_are(secret_room: Room, alice: User, bob: User) -> None:
    token = link(alice, secret_room)
    User.objects.filter(pk=alice.pk).update(suspended_until=NOON + timedelta(hours=1))
    assert redeem(bob, token) is Code.NOT_FOUND
    assert list(invites.standing(alice, secret_room.pk, now=NOON)) == []
    assert RoomInvite.objects.get().uses_left == 1
    assert redeem(bob, token, timedelta(hours=1)) == secret_room.pk


def test_the_token_is_stored_nowhere(secret_room: Room, alice: User) -> None:
    token = link(alice, secret_room)
    assert token not in str(list(RoomInvite.objects.values()) + entries())


def test_who_is_in_already_spends_no_use(secret_room: Room, alice: User, bob: User, carol: User) -> None:
    token = link(alice, secret_room)
    assert redeem(alice, token) == secret_room.pk
    assert redeem(bob, token) == secret_room.pk
    assert redeem(bob, token) == Code.NOT_FOUND
    assert redeem(carol, token) is Code.NOT_FOUND


def test_a_one_use_link_lets_one_of_ten_in(secret_room: Room, alice: User) -> None:
    token = link(alice, secret_room)
    crowd = [User.objects.create_user(f"guest{number}") for number in range(10)]

    def race(user: User) -> str | Code:
        try:
            return redeem(user, token)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(race, crowd))
    assert sorted(answers) == sorted([secret_room.pk, *[Code.NOT_FOUND] * 9])
    assert Member.objects.filter(room=secret_room, admitted=True).count() == 2


def test_the_banned_stay_out_whatever_link_they_hold(secret_room: Room, alice: User, bob: User) -> None:
    redeem(bob, link(alice, secret_room))
    come(bob, secret_room)
    do(alice, secret_room, Move.BAN, bob)
    assert redeem(bob, link(alice, secret_room)) is Code.NOT_FOUND
    with pytest.raises(Refused) as caught:
        invites.invite_user(alice, secret_room.pk, "bob", Stage.AUDIENCE, source=SOURCE, now=NOON)
    assert caught.value.code is Code.BANNED


def test_the_removed_come_back_by_a_new_link(secret_room: Room, alice: User, bob: User) -> None:
    redeem(bob, link(alice, secret_room))
    come(bob, secret_room)
    do(alice, secret_room, Move.REMOVE, bob)
    assert visible_room(bob, secret_room.pk) is None
    later = timedelta(seconds=1)
    assert redeem(bob, link(alice, secret_room, at=NOON + later), later) == secret_room.pk
    come(bob, secret_room)


@pytest.mark.parametrize("kind", ["open_room", "secret_room"])
def test_a_link_from_before_takes_nobody_back_who_was_removed(
    request: pytest.FixtureRequest, kind: str, alice: User, bob: User
) -> None:
    room: Room = request.getfixturevalue(kind)
    old = link(alice, room, Stage.SPEAKING, uses=5)
    redeem(bob, old)
    come(bob, room)
    do(alice, room, Move.REMOVE, bob)
    before = Member.objects.filter(user=bob).values().get(), RoomInvite.objects.values().get()
    assert redeem(bob, old) is Code.NOT_FOUND
    assert (Member.objects.filter(user=bob).values().get(), RoomInvite.objects.values().get()) == before


def test_somebody_may_be_invited_by_name(secret_room: Room, alice: User, bob: User) -> None:
    row = invites.invite_user(alice, secret_room.pk, "BOB", Stage.SPEAKING, source=SOURCE, now=NOON)
    assert (row.user, row.admitted, row.granted) == (bob, True, True)
    assert entry(action="room_invite.name").actor == alice.uid


def test_only_the_host_and_moderators_let_people_in(secret_room: Room, alice: User, bob: User, mallory: User) -> None:
    redeem(bob, link(alice, secret_room))
    for user, code in ((bob, Code.FORBIDDEN), (mallory, Code.NOT_FOUND)):
        with pytest.raises(Refused) as caught:
            link(user, secret_room)
        assert caught.value.code is code
        with pytest.raises(Refused) as caught:
            invites.standing(user, secret_room.pk, now=NOON)
        assert caught.value.code is code


def test_a_token_to_speak_is_given_to_those_who_may_speak(open_room: Room, alice: User, bob: User) -> None:
    how = {"source": SOURCE, "now": NOON}
    assert invites.give_token(alice, open_room.pk, speak=True, **how).speak  # type: ignore[arg-type]  # as given
    assert not invites.give_token(bob, open_room.pk, speak=False, **how).speak  # type: ignore[arg-type]
    with pytest.raises(Refused) as caught:
        invites.give_token(bob, open_room.pk, speak=True, **how)  # type: ignore[arg-type]
    assert caught.value.code is Code.FORBIDDEN


def test_no_link_and_no_invitation_by_name_leads_the_blocked_in(open_room: Room, alice: User, mallory: User) -> None:
    token = link(alice, open_room, Stage.SPEAKING)
    block(alice, mallory)
    assert redeem(mallory, token) is Code.NOT_FOUND
    assert RoomInvite.objects.get().uses_left == 1
    invites.invite_user(alice, open_room.pk, "mallory", Stage.SPEAKING, source=SOURCE, now=NOON)
    with pytest.raises(Refused) as caught:
        come(mallory, open_room)
    assert caught.value.code is Code.NOT_FOUND
    assert not Member.objects.get(room=open_room, user=mallory).present
