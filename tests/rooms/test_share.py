"""What an open room tells those who have not signed in, and the sites they share it on; and what others do not."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from rooms.actions.rooms import Plan, open_room
from rooms.models import Access, Room
from rooms.roles import Move
from tests.rooms.pages import text
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room, come, do, shape

pytestmark = pytest.mark.django_db


def shown(room: str) -> Any:
    return Client().get(f"/r/{room}", headers={"Accept-Language": "en"})


def meta(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)">', page))


def test_an_open_room_tells_title_host_and_that_it_is_live_and_how_to_come_in(open_room: Room, bob: User) -> None:
    come(bob, open_room)
    answer = shown(open_room.pk)
    page = text(answer)
    told = meta(page)
    assert answer.status_code == 200
    assert told["og:title"] == "Slow Sunday"
    assert told["og:description"] == "Hosted by Alice · Live now"
    assert told["og:url"] == f"{settings.PUBLIC_URL}/r/{open_room.pk}"
    assert told["og:image"].startswith(settings.PUBLIC_URL)
    assert told["robots"] == answer["X-Robots-Tag"] == "noindex"
    assert f'href="/accounts/login/?next=/r/{open_room.pk}"' in page
    assert f'href="/join/?next=/r/{open_room.pk}"' in page


def test_it_tells_neither_topic_nor_who_is_there(open_room: Room, bob: User) -> None:
    come(bob, open_room)
    page = text(shown(open_room.pk))
    assert "reading together" not in page
    assert "Bob" not in page
    assert bob.uid not in page


def test_a_scheduled_room_tells_its_time(alice: User) -> None:
    room = a_scheduled_room(alice)
    page = text(shown(room.pk))
    assert meta(page)["og:description"] == "Hosted by Alice · Jan 2, 2026, 12:00 PM UTC"
    assert 'datetime="2026-01-02T12:00:00+00:00"' in page


def test_what_people_write_breaks_out_of_no_attribute(alice: User) -> None:
    evil = '"><script>alert(1)</script>'
    room = open_room(alice, Plan(evil, Access.OPEN), source=SOURCE, now=NOON)
    assert evil not in text(shown(room.pk))


@pytest.mark.parametrize("case", ["invite-only", "invite-only, scheduled", "over", "called off"])
def test_every_other_address_is_one_and_the_same_page_after_the_same_work(alice: User, case: str) -> None:
    access = Access.INVITE if case.startswith("invite") else Access.OPEN
    room = a_scheduled_room(alice, access=access) if case.endswith(("scheduled", "off")) else a_room(alice, access)
    if case == "over":
        do(alice, room, Move.END)
    if case == "called off":
        from rooms.actions.rooms import cancel

        cancel(alice, room.pk, source=SOURCE, now=NOON)
    answers, work = [], []
    for pk in (room.pk, "aaaaaaaaaaaa", "no-room"):
        with CaptureQueriesContext(connection) as queries:
            answer = shown(pk)
        answers.append((answer.status_code, text(answer).replace(pk, "ID"), answer["X-Robots-Tag"]))
        work.append([shape(query["sql"]) for query in queries])
    assert answers[0] == answers[1] == answers[2]
    assert work[0] == work[1] == work[2]
    assert len(work[0]) == 1
    assert answers[0][0] == 404
    assert 'href="/join/"' in answers[0][1]  # it would be the first thing that a newcomer sees
    for secret in ("Slow Sunday", "Questions", "Alice", "og:"):
        assert secret not in answers[0][1]


def test_the_picture_for_cards_is_of_the_size_that_is_promised(open_room: Room) -> None:
    told = meta(text(shown(open_room.pk)))
    path = finders.find("share.png")
    assert isinstance(path, str)
    head = Path(path).read_bytes()[:24]
    size = (int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big"))
    assert head.startswith(b"\x89PNG")
    assert size == (int(told["og:image:width"]), int(told["og:image:height"])) == (1200, 630)
