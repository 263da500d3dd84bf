"""The REST API of what comes before a room."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from rooms.models import Access, Member, Reminder, Room
from rooms.roles import Rank
from tests.rooms.scenes import a_scheduled_room, member
from tests.rooms.test_api import Signed

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_room_is_scheduled_with_its_moderators(alice: User, bob: User) -> None:
    when = (timezone.now() + timedelta(days=1)).isoformat()
    plan = {"title": "Jazz", "access": "open", "scheduled_for": when, "moderators": ["bob"]}
    status, card = Signed(alice)("post", "", **plan)
    assert status == 201
    assert card["moderators"] == [{"uid": bob.uid, "name": "Bob", "avatar": ""}]


def test_a_user_name_that_nobody_has_opens_no_room(alice: User) -> None:
    status, body = Signed(alice)("post", "", title="Jazz", access="open", moderators=["nobody"])
    assert (status, body["code"]) == (404, "no_member")
    assert not Room.objects.exists()


def test_moderators_are_named_and_unnamed(alice: User, bob: User) -> None:
    room = a_scheduled_room(alice)
    status, person = Signed(alice)("post", f"{room.pk}/moderators/", username="bob")
    assert (status, person) == (201, {"uid": bob.uid, "name": "Bob", "avatar": ""})
    assert Signed(alice)("delete", f"{room.pk}/moderators/{bob.uid}/") == (204, None)
    assert member(bob, room).rank == Rank.MEMBER


def test_a_scheduled_room_is_edited(alice: User, bob: User) -> None:
    room = a_scheduled_room(alice, hours=24 * 3650)
    when = (timezone.now() + timedelta(days=3)).replace(microsecond=0)
    wish = {"title": "Answers", "topic": "", "scheduled_for": when.isoformat()}
    status, card = Signed(alice)("patch", f"{room.pk}/", **wish)
    assert (status, card["title"], card["topic"]) == (200, "Answers", "")
    room.refresh_from_db()
    assert room.scheduled_for == when
    assert Signed(bob)("patch", f"{room.pk}/", **wish)[0] == 403


def test_a_room_is_not_put_off_beyond_what_calendars_take(alice: User) -> None:
    room = a_scheduled_room(alice)
    status, answer = Signed(alice)("patch", f"{room.pk}/", scheduled_for="2999-01-01T20:00:00Z")
    assert (status, list(answer["detail"])) == (400, ["scheduled_for"])
    assert Room.objects.get().scheduled_for == room.scheduled_for


def test_a_reminder_is_set_and_taken_back(alice: User, bob: User) -> None:
    room = a_scheduled_room(alice)
    assert Signed(bob)("post", f"{room.pk}/reminder/") == (204, None)
    assert Reminder.objects.get().user == bob
    assert Signed(bob)("delete", f"{room.pk}/reminder/") == (204, None)
    assert not Reminder.objects.exists()


ACTS: list[tuple[str, str, dict[str, Any]]] = [
    ("post", "moderators/", {"username": "mallory"}),
    ("delete", "moderators/{uid}/", {}),
    ("post", "reminder/", {}),
    ("delete", "reminder/", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), ACTS)
def test_to_those_not_invited_the_room_does_not_exist_and_nothing_changed(
    method: str, path: str, body: dict[str, Any], alice: User, mallory: User
) -> None:
    hidden = a_scheduled_room(alice, access=Access.INVITE)
    before = list(Member.objects.values())
    answers = [
        Signed(mallory)(method, f"{pk}/{path.format(uid=mallory.uid)}", **body) for pk in (hidden.pk, "aaaaaaaaaaaa")
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert list(Member.objects.values()) == before
    assert not Reminder.objects.exists()
