"""A room's own life: what is changed of it."""

from typing import Any

import pytest

from accounts.models import User
from moderation.audit.models import Entry, Result
from rooms.actions.rooms import MOST_PLANNED, Edit, cancel, edit, start
from rooms.models import Access, Room, State
from rooms.protocol import fold
from rooms.roles import Code, Move, Refused
from tests.log import entries, entry
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room, come, do, fresh, wire

pytestmark = pytest.mark.django_db(transaction=True)


def change(user: User, room: Room, **wish: Any) -> Room:
    return edit(user, room.pk, Edit(**wish), source=SOURCE, now=NOON)


def refused(user: User, room: Room, **wish: Any) -> Code:
    """The refusal's code; and nothing changed, and nothing was said."""
    before = list(Room.objects.order_by("pk").values())
    with wire() as said, pytest.raises(Refused) as caught:
        change(user, room, **wish)
    assert list(Room.objects.order_by("pk").values()) == before
    assert said.parcels == []
    return caught.value.code


WISH = {"title": "Quick  Monday ", "topic": "", "language": "en", "link": "https://例え.jp/本"}


def test_what_is_changed_is_told_as_one_event_and_folds_into_the_fresh_snapshot(open_room: Room, alice: User) -> None:
    before = fresh(open_room)
    with wire() as said:
        change(alice, open_room, **WISH)
    (event,) = said.events(open_room)
    assert event["type"] == "room"
    shown = [event["room"][name] for name in WISH]
    assert shown == ["Quick Monday", "", "en", "https://xn--r8jz45g.jp/%E6%9C%AC"]
    assert fold(before, event) == fresh(open_room)


def test_the_log_says_which_fields_changed_and_not_what_they_say(open_room: Room, alice: User) -> None:
    change(alice, open_room, **WISH)
    edit = entry(action="room.edit")
    assert (edit.actor, edit.role, edit.object_type, edit.object_id) == (alice.uid, "host", "room", open_room.pk)
    assert edit.detail == {"fields": ["language", "link", "title", "topic"]}
    assert "Monday" not in str(entries())


def test_what_is_already_so_is_neither_told_nor_logged(open_room: Room, alice: User) -> None:
    with wire() as said:
        change(alice, open_room, title="Slow Sunday", topic="reading together", link="")
        change(alice, open_room)
    assert said.parcels == []
    assert not Entry.objects.filter(action="room.edit").exists()


def test_a_link_is_taken_off_by_an_empty_one(open_room: Room, alice: User) -> None:
    change(alice, open_room, link="https://example.org")
    assert change(alice, open_room, link="").link == ""


def test_a_moderator_may_and_a_member_may_not(open_room: Room, alice: User, bob: User, carol: User) -> None:
    for person in (alice, bob, carol):
        come(person, open_room)
    do(alice, open_room, Move.MAKE_MODERATOR, bob)
    assert change(bob, open_room, title="Monday").title == "Monday"
    assert refused(carol, open_room, title="Tuesday") is Code.FORBIDDEN
    refusal = entry(result=Result.REFUSED)
    assert (refusal.action, refusal.actor, refusal.reason) == ("room.edit", carol.uid, "forbidden")


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"title": "a\u202eb"}, Code.BAD_WORDS),
        ({"title": "   "}, Code.BAD_WORDS),
        ({"topic": "\u200b"}, Code.BAD_WORDS),
        ({"link": "javascript:alert(1)"}, Code.BAD_LINK),
        ({"title": "Fine", "link": "https://alice:secret@example.org"}, Code.BAD_LINK),
    ],
)
def test_what_may_not_be_shown_is_refused(open_room: Room, alice: User, wish: dict[str, str], code: Code) -> None:
    assert refused(alice, open_room, **wish) is code


def test_a_room_that_is_over_is_changed_no_more(open_room: Room, alice: User) -> None:
    Room.objects.update(state=State.ENDED)
    assert refused(alice, open_room, title="Again") is Code.ENDED


def test_in_a_hidden_room_a_stranger_gets_the_answer_of_a_missing_one(alice: User, mallory: User) -> None:
    hidden = a_room(alice, Access.INVITE)
    for room in (hidden, Room(pk="aaaaaaaaaaaa")):
        assert refused(mallory, room, title="Mine") is Code.NOT_FOUND


def test_a_host_has_twenty_rooms_planned_and_no_more_until_one_is_off_or_on(alice: User, bob: User) -> None:
    planned = [a_scheduled_room(alice) for _ in range(MOST_PLANNED)]
    for free in (cancel, start):
        before = list(Room.objects.order_by("pk").values())
        with pytest.raises(Refused) as caught:
            a_scheduled_room(alice)
        assert caught.value.code is Code.PLANNED
        assert list(Room.objects.order_by("pk").values()) == before
        free(alice, planned.pop().pk, source=SOURCE, now=NOON)
        planned.append(a_scheduled_room(alice))
    assert [one.reason for one in entries(action="room.open", result=Result.REFUSED)] == ["too_many_planned"] * 2
    a_scheduled_room(bob)
    a_room(alice)
