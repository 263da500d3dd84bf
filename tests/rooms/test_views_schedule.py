"""The pages of scheduled and of past rooms: what they show, to whom, and what becomes of them."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from rooms.actions import moderators, reminders
from rooms.actions.orders import end_room
from rooms.actions.rooms import Edit, Plan, cancel, edit, open_room
from rooms.actions.sweep import sweep
from rooms.models import Access, Room
from rooms.roles import Move
from tests.rooms.pages import of, text
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room, come, do

pytestmark = pytest.mark.django_db


def test_a_scheduled_room_stands_under_later(alice: User, carol: User) -> None:
    when = timezone.now() + timedelta(days=1)
    open_room(alice, Plan("Jazz", Access.OPEN, scheduled_for=when), source=SOURCE, now=NOON)
    page = text(of(carol).get("/"))
    assert page.index("Later") < page.index("Jazz")
    assert f'datetime="{when.isoformat()}"' in page


def test_a_scheduled_room_is_started_by_its_host_alone(alice: User, carol: User) -> None:
    when = timezone.now() + timedelta(days=1)
    room = open_room(alice, Plan("Jazz", Access.OPEN, scheduled_for=when), source=SOURCE, now=NOON)
    assert 'id="start"' in text(of(alice).get(f"/r/{room.pk}"))
    others = text(of(carol).get(f"/r/{room.pk}"))
    assert 'id="start"' not in others
    assert 'id="join"' not in others


def test_a_scheduled_room_shows_time_moderators_calendar_and_reminder(alice: User, bob: User, carol: User) -> None:
    room = a_scheduled_room(alice)
    moderators.name(alice, room.pk, "bob", source=SOURCE, now=NOON)
    page = text(of(carol).get(f"/r/{room.pk}"))
    assert 'datetime="2026-01-02T12:00:00+00:00" data-local="zone"' in page
    assert "<bdi>Bob</bdi>" in page
    assert f'href="/r/{room.pk}/calendar.ics"' in page
    assert 'id="remind" aria-pressed="false"' in page
    reminders.remind(carol, room.pk, source=SOURCE, now=NOON)
    assert 'id="remind" aria-pressed="true"' in text(of(carol).get(f"/r/{room.pk}"))


def test_who_asked_to_be_reminded_reads_that_the_time_changed_since(alice: User, bob: User, carol: User) -> None:
    room = a_scheduled_room(alice)
    reminders.remind(carol, room.pk, source=SOURCE, now=NOON)
    assert 'id="moved"' not in text(of(carol).get(f"/r/{room.pk}"))
    edit(alice, room.pk, Edit(scheduled_for=NOON + timedelta(hours=30)), source=SOURCE, now=NOON)
    page = text(of(carol).get(f"/r/{room.pk}"))
    assert (
        page.index('datetime="2026-01-02T18:00') < page.index('id="moved"') < page.index('datetime="2026-01-02T12:00')
    )
    assert 'id="moved"' not in text(of(bob).get(f"/r/{room.pk}"))


def test_a_room_that_never_began_says_why(alice: User, carol: User) -> None:
    off, forgotten, forbidden = (a_scheduled_room(alice) for _ in range(3))
    cancel(alice, off.pk, source=SOURCE, now=NOON)
    end_room(forbidden.pk, by=None, notice={"measure": "end_room"}, source=SOURCE, now=NOON)
    assert "The moderators of this server called this room off." in text(of(carol).get(f"/r/{forbidden.pk}"))
    sweep(lambda held: held, source=SOURCE, now=NOON + timedelta(hours=36))
    assert "The host called this room off." in text(of(carol).get(f"/r/{off.pk}"))
    assert "Nobody started this room within 12 hours" in text(of(carol).get(f"/r/{forgotten.pk}"))


def test_the_calendar_file_of_a_scheduled_room_follows_its_life(alice: User, carol: User) -> None:
    room, client = a_scheduled_room(alice), of(carol)

    def file() -> str:
        answer = client.get(f"/r/{room.pk}/calendar.ics")
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        return re.sub(r"\r\n ", "", answer.content.decode())

    assert "SEQUENCE:0\r\nDTSTART:20260102T120000Z" in file()
    assert f"UID:{room.pk}@{settings.PUBLIC_HOST}" in file()
    assert f"DESCRIPTION:ask away\\nHosted by Alice\\n{settings.PUBLIC_URL}/r/{room.pk}" in file()
    edit(alice, room.pk, Edit(scheduled_for=NOON + timedelta(hours=30)), source=SOURCE, now=NOON)
    assert "SEQUENCE:1\r\nDTSTART:20260102T180000Z" in file()
    cancel(alice, room.pk, source=SOURCE, now=NOON)
    assert "SEQUENCE:2" in file()
    assert "STATUS:CANCELLED" in file()


@pytest.mark.parametrize("path", ["/r/{room}/calendar.ics", "/r/{room}/edit/"])
def test_around_a_hidden_room_there_is_nothing_either(path: str, alice: User, mallory: User) -> None:
    hidden = a_scheduled_room(alice, access=Access.INVITE)
    client = of(mallory)
    answers = [client.get(path.format(room=pk)) for pk in (hidden.pk, "aaaaaaaaaaaa")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert text(answers[0]).replace(hidden.pk, "aaaaaaaaaaaa") == text(answers[1])


def test_a_room_that_was_never_scheduled_has_no_calendar_file(open_room: Room, carol: User) -> None:
    assert of(carol).get(f"/r/{open_room.pk}/calendar.ics").status_code == 404


def test_only_the_host_of_a_scheduled_room_gets_the_page_that_edits_it(alice: User, carol: User) -> None:
    room, live = a_scheduled_room(alice), a_room(alice)
    assert 'value="Questions"' in text(of(alice).get(f"/r/{room.pk}/edit/"))
    for person, pk in ((carol, room.pk), (alice, live.pk)):
        answer = of(person).get(f"/r/{pk}/edit/")
        assert (answer.status_code, answer["Location"]) == (302, f"/r/{pk}")


def test_past_rooms_are_shown_and_deleted_one_and_all(alice: User, bob: User) -> None:
    client, rooms = of(bob), [a_room(alice) for _ in range(3)]
    for room in rooms:
        come(alice, room)
        come(bob, room)
        do(alice, room, Move.END)
    page = text(client.get("/history/"))
    assert page.count("Hosted by <bdi>Alice</bdi>") == 3
    assert client.post("/history/", {"room": rooms[0].pk})["Location"] == "/history/"
    assert rooms[0].pk not in text(client.get("/history/"))
    client.post("/history/", {"room": "all"})
    assert "No past rooms" in text(client.get("/history/"))
    assert client.post("/history/", {"room": rooms[0].pk}).status_code == 404
