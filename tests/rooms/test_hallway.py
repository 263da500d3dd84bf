"""The hallway: which rooms, in which order, found by what, and at what cost."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from rooms import hallway as halls
from rooms.actions.reminders import remind
from rooms.actions.rooms import Edit, cancel, edit
from rooms.hallway import PAGE, hallway
from rooms.models import Access, Member, Room, State
from rooms.roles import Move, Rank, Stage
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room, block, come, do, shape

pytestmark = pytest.mark.django_db


def titles(cards: Any) -> list[str]:
    return [card["title"] for card in cards]


def named(room: Room, title: str) -> Room:
    Room.objects.filter(pk=room.pk).update(title=title)
    return room


def crowd(rooms: int, members: int, first: int = 0) -> None:
    """So many live rooms with so many people in each, one of whom hosts and another speaks."""
    count = rooms * members
    start = first * members
    people = User.objects.bulk_create(
        User(username=f"p{number}", display_name=f"Person {number}", password="!")
        for number in range(start, start + count)
    )
    made = Room.objects.bulk_create(
        Room(title=f"Room {first + number}", access=Access.OPEN, state=State.LIVE, created_at=NOON, started_at=NOON)
        for number in range(rooms)
    )
    Member.objects.bulk_create(
        Member(
            room=made[index // members],
            user=person,
            number=index % members + 1,
            rank=Rank.HOST if index % members == 0 else Rank.MEMBER,
            stage=Stage.SPEAKING if index % members < 2 else Stage.AUDIENCE,
            present=True,
            joined_at=NOON,
        )
        for index, person in enumerate(people)
    )


def test_rooms_with_people_i_know_come_first_then_the_larger_ones(
    alice: User, bob: User, carol: User, mallory: User
) -> None:
    stage = a_room(alice)
    come(alice, stage)
    come(bob, stage)
    do(alice, stage, Move.INVITE, bob)
    do(bob, stage, Move.ACCEPT)  # alice and bob know each other from here on
    do(alice, stage, Move.END)
    small, large, familiar = (named(a_room(host), title) for host, title in ((carol, "S"), (mallory, "L"), (bob, "F")))
    come(carol, small)
    come(mallory, large)
    come(carol, large)
    come(bob, familiar)
    shown = hallway(alice)
    assert titles(shown.live) == ["F", "L", "S"]
    assert [[person["name"] for person in card["known"]] for card in shown.live] == [["Bob"], [], []]
    assert titles(hallway(User.objects.create_user("dana", display_name="Dana")).live)[0] == "L"


def test_whom_i_know_is_named_only_where_they_are_present(open_room: Room, alice: User, bob: User) -> None:
    come(bob, open_room)
    assert hallway(bob).live[0]["known"] == []


def test_the_rooms_i_host_stand_apart(alice: User, bob: User) -> None:
    named(a_room(alice), "Live")
    named(a_scheduled_room(alice), "Later")
    shown = hallway(alice)
    assert (titles(shown.hosted), titles(shown.live), titles(shown.scheduled)) == (["Live", "Later"], [], [])
    assert (titles(hallway(bob).live), titles(hallway(bob).scheduled)) == (["Live"], ["Later"])


def test_who_asked_to_be_reminded_sees_what_was_called_off_or_moved_and_nobody_else_does(
    alice: User, bob: User, carol: User
) -> None:
    off, moved, same = (named(a_scheduled_room(alice, hours), title) for hours, title in ((1, "O"), (2, "M"), (3, "S")))
    for room in (off, moved, same):
        remind(bob, room.pk, source=SOURCE, now=NOON)
    cancel(alice, off.pk, source=SOURCE, now=NOON)
    edit(alice, moved.pk, Edit(scheduled_for=NOON + timedelta(hours=9)), source=SOURCE, now=NOON)
    shown = hallway(bob)
    assert (titles(shown.off), shown.moved, titles(shown.scheduled)) == (["O"], [moved.pk], ["S", "M"])
    client = Client()
    client.force_login(bob)
    page = client.get("/").content.decode()
    assert (page.count("Called off"), page.count("New time")) == (1, 1)
    other, searched = hallway(carol), hallway(bob, q="S")
    assert (other.off, other.moved, searched.off) == ([], [], [])
    block(alice, bob)
    assert hallway(bob).off == []


def test_ended_hidden_and_barred_rooms_and_those_of_blockers_are_not_there(
    alice: User, bob: User, carol: User, mallory: User
) -> None:
    a_room(alice, Access.INVITE)
    ended, barred, blocked = a_room(alice), a_room(bob), a_room(carol)
    do(alice, ended, Move.END)
    come(mallory, barred)
    do(bob, barred, Move.BAN, mallory)
    block(carol, mallory)
    assert blocked.state == State.LIVE
    shown = hallway(mallory)
    assert (shown.hosted, shown.live, shown.scheduled) == ([], [], [])


@pytest.mark.parametrize(
    ("q", "found"),
    [("slow", 2), ("READING", 2), ("alice", 1), ("bob", 1), ("carol", 0), ("ask away", 1), ("nobody", 0), ("%", 0)],
)
def test_search_finds_titles_topics_hosts_and_those_who_speak(
    q: str, found: int, alice: User, bob: User, carol: User, mallory: User
) -> None:
    room, other = a_room(alice), a_room(User.objects.create_user("dana", display_name="Dana"))
    for person in (bob, carol):
        come(person, room)
    come(alice, room)
    do(alice, room, Move.INVITE, bob)
    do(bob, room, Move.ACCEPT)
    a_scheduled_room(User.objects.get(pk=other.members.get(rank=Rank.HOST).user_id))
    shown = hallway(mallory, q=q)
    assert shown.found == found
    assert len(shown.live) + len(shown.scheduled) == found


def test_a_page_after_the_other_shows_all_and_says_when_there_is_no_more(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halls, "PAGE", 2)
    crowd(rooms=5, members=1)
    pages = [hallway(alice, pages=number) for number in (1, 2, 3)]
    assert [len(page.live) for page in pages] == [2, 4, 5]
    assert [page.more for page in pages] == [page.more_live for page in pages] == [True, True, False]
    assert titles(pages[1].live) == titles(pages[2].live)[:4]


def test_the_way_to_more_rooms_stands_under_those_of_which_there_are_more(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halls, "PAGE", 2)
    client = Client()
    client.force_login(alice)
    for _ in range(3):
        a_scheduled_room(bob)
    page = client.get("/").content.decode()
    assert page.index('id="later-heading"') < page.index('id="more"')
    crowd(rooms=3, members=1)
    page = client.get("/").content.decode()
    assert page.index('id="live-heading"') < page.index('id="more"') < page.index('id="later-heading"')
    assert page.count('id="more"') == 1


def test_the_number_of_statements_does_not_grow_with_rooms_or_people(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    asked = []
    for rooms, members, first in ((1, 2, 0), (PAGE, 9, 100)):
        crowd(rooms, members, first)
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        asked.append([shape(query["sql"])[:60] for query in queries])
    assert asked[0] == asked[1]


def test_the_hallway_takes_seven_statements(alice: User, django_assert_num_queries: Any) -> None:
    crowd(rooms=3, members=2)
    with django_assert_num_queries(7):
        assert len(hallway(alice).live) == 3


def test_what_did_not_change_is_not_sent_again(alice: User, bob: User) -> None:
    room = a_room(alice)
    client = Client()
    client.force_login(bob)
    first = client.get("/?part=rooms")
    again = client.get("/?part=rooms", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first["ETag"] in unescape(client.get("/").content.decode())
    come(alice, room)
    assert client.get("/?part=rooms", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_another_search_page_language_or_person_is_another_part(alice: User, bob: User) -> None:
    a_room(alice)
    tags = set()
    for person in (alice, bob):
        client = Client()
        client.force_login(person)
        for path in ("/?part=rooms", "/?part=rooms&q=slow", "/?part=rooms&page=2"):
            tags |= {client.get(path)["ETag"], client.get(path, headers={"Accept-Language": "zh-hans"})["ETag"]}
    assert len(tags) == 12
