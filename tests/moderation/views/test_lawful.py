"""`/console/lawful/`: what authorities ask for."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from moderation.actions import lawful
from moderation.actions.lawful import Wish
from moderation.audit import sequence
from moderation.audit.models import Entry
from moderation.audit.source import Source
from moderation.models import Authority, LawfulRequest
from moderation.staff import Role
from moderation.views import lawful as views
from rooms.models import Room
from tests.accounts.pages import text
from tests.moderation.cast import at_console
from tests.moderation.desk import moderator

pytestmark = pytest.mark.django_db
SOURCE = Source.internal("command")


def approved(by: User, second: User, person: User) -> LawfulRequest:
    now = timezone.now()
    day = timedelta(days=1)
    wish = Wish(Authority.POLICE, "City police", "Art. 12", person.uid, "", now - day, now + day)
    asked = lawful.ask(wish, by=by, now=now, source=SOURCE)
    lawful.decide(asked.pk, True, by=second, now=now, source=SOURCE)
    return asked


def test_before_the_first_checkpoint_nothing_leaves_and_after_it_the_bundle_does(
    alice: User, bob: User, carol: User
) -> None:
    console, asked = at_console(alice, Role.SENIOR), approved(alice, carol, bob)
    told = console.post(f"/console/lawful/{asked.pk}/export/", follow=True)
    assert "Nothing is sealed yet." in told.content.decode()
    asked.refresh_from_db()
    assert asked.exported_at is None
    sequence.seal(timezone.now())
    answer = console.post(f"/console/lawful/{asked.pk}/export/")
    assert answer["Content-Disposition"].endswith(f'filename="stoa-request-{asked.pk}.zip"')
    asked.refresh_from_db()
    assert asked.exported_at is not None


def test_the_register_is_read_to_its_end_a_page_at_a_time(
    alice: User, bob: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "SHOWN", 2)
    made = [approved(alice, carol, bob).pk for _ in range(5)]
    console, path, read = at_console(alice, Role.SENIOR), "/console/lawful/", list[list[int]]()
    while path:
        page = console.get(path)
        read.append([one.pk for one, *_ in page.context["requests"]])
        older = re.search(r'href="(\?before=\d+)" rel="next"', text(page))
        assert ('href="/console/lawful/">Newest' in text(page)) == (len(read) > 1)
        path = f"/console/lawful/{older[1]}" if older else ""
    assert read == [made[:2:-1], made[2:0:-1], made[:1]]


@pytest.mark.parametrize("room", ["Bob Miller", "bob", "R" * 12])
def test_what_can_be_no_room_is_asked_for_again_and_stands_nowhere(alice: User, room: str) -> None:
    ask = {
        "kind": "police",
        "authority": "City police",
        "ground": "Art. 12",
        "start": "2026-11-01",
        "end": "2026-11-02",
    }
    page = at_console(alice, Role.SENIOR).post("/console/lawful/ask/", {**ask, "room": room})
    assert "There is no such room." in text(page)
    assert not LawfulRequest.objects.exists()
    assert not Entry.objects.filter(room=room).exists()


@pytest.mark.parametrize("before", ["", "0", "-1", "mallory", "9" * 30])
def test_a_page_that_begins_nowhere_is_the_first(alice: User, bob: User, carol: User, before: str) -> None:
    asked = approved(alice, carol, bob)
    page = at_console(alice, Role.SENIOR).get(f"/console/lawful/?before={before}")
    assert [one.pk for one, *_ in page.context["requests"]] == [asked.pk]


def test_nothing_is_offered_to_whoever_runs_the_room_that_is_asked_about(room: Room, alice: User, carol: User) -> None:
    now, day = timezone.now(), timedelta(days=1)
    wish = Wish(Authority.POLICE, "City police", "Art. 12", "", room.pk, now - day, now + day)
    asked = lawful.ask(wish, by=carol, now=now, source=SOURCE)
    offered = 'value="approve"'
    page, console = "/console/lawful/", at_console(alice, Role.SENIOR)
    assert offered not in text(console.get(page))
    assert offered in text(at_console(moderator("Femi"), Role.SENIOR).get(page))
    answer = console.post(f"{page}{asked.pk}/decide/", {"decision": "approve"}, follow=True)
    assert "You have a part in it." in text(answer)
    asked.refresh_from_db()
    assert asked.approver is None


def test_nothing_more_is_asked_about_what_was_refused_however_much_that_is(
    room: Room, alice: User, bob: User, carol: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    now, day, console = timezone.now(), timedelta(days=1), at_console(moderator("Femi"), Role.SENIOR)
    wish = Wish(Authority.POLICE, "City police", "Art. 12", "", room.pk, now - day, now + day)

    def refuse() -> None:
        asked = lawful.ask(wish, by=carol, now=now, source=SOURCE)
        lawful.decide(asked.pk, False, by=bob, now=now, source=SOURCE)

    refuse()
    console.get("/console/lawful/")
    with CaptureQueriesContext(connection) as one:
        console.get("/console/lawful/")
    for _ in range(3):
        refuse()
    with django_assert_num_queries(len(one)):
        console.get("/console/lawful/")
