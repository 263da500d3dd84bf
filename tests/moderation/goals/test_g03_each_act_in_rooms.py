"""G3, act by act, of those that hosts and moderators of rooms do: see `test_g03_every_act.py`."""

import pytest

from accounts.models import User
from rooms.models import Room, RoomInvite
from rooms.roles import Move
from tests.moderation.tried import browser, tried, tries
from tests.rooms.scenes import a_scheduled_room, do, member

pytestmark = pytest.mark.django_db(transaction=True)


@tries("move mute", "move move_to_audience", "move remove", "move ban")
def test_nobody_is_moved_in_a_room(room: Room, alice: User, bob: User, carol: User) -> None:
    do(alice, room, Move.INVITE, bob)
    do(bob, room, Move.ACCEPT)
    host, moves = browser(alice), f"/api/v1/rooms/{room.pk}/moves/"
    for move in ("mute", "move_to_audience", "remove"):
        tried(host, moves, f"member.{move}", move=move, member=member(bob, room).number)
    tried(host, moves, "member.ban", move="ban", member=member(carol, room).number)


@tries("move invite", "move take_back", "move lower_hand", "move make_moderator", "move unmake_moderator")
def test_nobody_is_given_or_loses_a_place_or_a_rank(room: Room, alice: User, bob: User, carol: User) -> None:
    host, moves, on = browser(alice), f"/api/v1/rooms/{room.pk}/moves/", member(bob, room).number
    do(carol, room, Move.RAISE_HAND)
    tried(host, moves, "member.lower_hand", move="lower_hand", member=member(carol, room).number)
    do(bob, room, Move.RAISE_HAND)
    tried(host, moves, "member.invite", move="invite", member=on)
    tried(host, moves, "member.take_back", move="take_back", member=on)
    tried(host, moves, "member.make_moderator", move="make_moderator", member=on)
    tried(host, moves, "member.unmake_moderator", move="unmake_moderator", member=on)


@tries("move lock", "move unlock", "move pass_host", "move end")
def test_no_room_is_closed_given_away_or_ended(room: Room, alice: User, bob: User) -> None:
    host, moves = browser(alice), f"/api/v1/rooms/{room.pk}/moves/"
    tried(host, moves, "room.lock", move="lock")
    tried(host, moves, "room.unlock", move="unlock")
    tried(host, moves, "member.pass_host", move="pass_host", member=member(bob, room).number)
    tried(browser(bob), moves, "room.end", move="end")


@tries(
    "POST rooms/",
    "PATCH rooms/<str:room_id>/",
    "POST rooms/<str:room_id>/moderators/",
    "DELETE rooms/<str:room_id>/moderators/<str:uid>/",
    "POST rooms/<str:room_id>/start/",
    "POST rooms/<str:room_id>/invites/",
    "DELETE rooms/<str:room_id>/invites/<str:invite_id>/",
    "POST rooms/<str:room_id>/tokens/",
    "POST rooms/<str:room_id>/end/",
)
def test_nothing_that_a_host_does_is_done(alice: User, bob: User) -> None:
    host = browser(alice)
    tried(host, "/api/v1/rooms/", "room.open", title="Owls", access="open")
    rooms = f"/api/v1/rooms/{a_scheduled_room(alice).pk}/"
    tried(host, rooms, "room.edit", method="PATCH", title="Herons")
    tried(host, f"{rooms}moderators/", "member.make_moderator", username="bob")
    tried(host, f"{rooms}moderators/{bob.uid}/", "member.unmake_moderator", method="DELETE")
    tried(host, f"{rooms}start/", "room.start")
    tried(host, f"{rooms}invites/", "room_invite.issue", uses=1, days=1)
    tried(host, f"{rooms}invites/{RoomInvite.objects.get().pk}/", "room_invite.revoke", method="DELETE")
    tried(host, f"{rooms}tokens/", "room_token.issue")
    tried(host, f"{rooms}end/", "room.end")
