"""Past rooms: mine alone, newest first."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from rooms import history
from rooms.actions import moves
from rooms.history import duration, past
from rooms.models import Access, Room
from rooms.roles import Move
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room, come, do

pytestmark = pytest.mark.django_db


def over(host: User, *guests: User, minutes: int = 48, access: Access = Access.OPEN) -> Room:
    """A room of the host's that was, with these people in it."""
    room = a_room(host, access)
    for person in (host, *guests):
        come(person, room)
    moves.move(host, room.pk, Move.END, None, source=SOURCE, now=NOON + timedelta(minutes=minutes))
    return room


def ids(user: User) -> list[str]:
    return [card["id"] for card in past(user, 1)[0]]


def test_rooms_i_was_in_that_are_over_stand_there_the_latest_first(alice: User, bob: User, carol: User) -> None:
    first, second = over(alice, bob), over(alice, bob, minutes=60)
    a_room(alice)
    a_scheduled_room(bob)
    assert ids(bob) == [second.pk, first.pk]
    assert ids(carol) == []


def test_a_card_says_host_and_both_times(alice: User, bob: User) -> None:
    over(alice, bob)
    (card,), more = past(bob, 1)
    assert (card["title"], card["host"]["name"], more) == ("Slow Sunday", "Alice", False)
    assert card["ended_at"] - card["started_at"] == timedelta(minutes=48)


def test_a_room_i_was_banned_from_is_not_there_once_it_does_not_exist_for_me(alice: User, mallory: User) -> None:
    room = a_room(alice, Access.INVITE)
    room.members.create(user=mallory, number=2, admitted=True)
    come(mallory, room)
    do(alice, room, Move.BAN, mallory)
    come(alice, room)
    do(alice, room, Move.END)
    assert ids(mallory) == []


def test_who_deletes_from_a_later_page_stays_on_it_for_as_long_as_it_has_any(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE", 1)
    last, middle, latest = (over(alice, bob, minutes=minutes) for minutes in (1, 2, 3))
    client, second = Client(), "/history/?page=2"
    client.force_login(bob)
    assert client.post(second, {"room": middle.pk})["Location"] == second
    assert last.pk in client.get(second).content.decode()
    client.post(second, {"room": last.pk})
    assert client.get(second)["Location"] == "/history/"
    assert latest.pk in client.get("/history/").content.decode()


def test_there_are_pages(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE", 2)
    for minutes in range(3):
        over(alice, bob, minutes=minutes + 1)
    pages = [past(bob, number) for number in (1, 2, 3)]
    assert [(len(cards), more) for cards, more in pages] == [(2, True), (1, False), (0, False)]


@pytest.mark.parametrize(
    ("time", "words"),
    [({"seconds": 3}, "1 minute"), ({"minutes": 48}, "48 minutes"), ({"hours": 2, "minutes": 5}, "2 h 5 min")],
)
def test_how_long_is_said_in_words(time: dict[str, int], words: str) -> None:
    with translation.override("en"):
        assert duration(timedelta(**time)) == words
