"""The console, walked by each role: wherever a page leads is open to its reader, and so is whatever it offers to do."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.actions import controls, lawful, reviews, rights, triggers, unmasking
from moderation.actions.lawful import Wish as Request
from moderation.audit.source import Source
from moderation.models import Authority, DataRequest, Reason, Review, Severity, Wish
from moderation.staff import Role
from rooms.models import Room
from rooms.roles import Move
from tests.accounts.pages import text
from tests.moderation.cast import at_console
from tests.moderation.desk import claimed, decided, moderator, reported
from tests.rooms.scenes import do, gathered

pytestmark = pytest.mark.django_db
SOURCE = Source.internal("command")
FILES = (".zip", ".pdf", ".html", ".txt", "/receipt")


class Reader(HTMLParser):
    """What a page leads to, and what its forms change."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.forms: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "a" and named.get("href", "").startswith("/console/"):
            self.links.add(named["href"].partition("#")[0])
        if tag == "form" and named.get("method") == "post" and named.get("action", "").startswith("/console/"):
            self.forms.add(named["action"])


@pytest.fixture
def room(alice: User, bob: User, carol: User) -> Room:
    room = gathered(alice, bob, carol, now=timezone.now())
    do(bob, room, Move.RAISE_HAND)
    do(alice, room, Move.INVITE, bob)
    do(bob, room, Move.ACCEPT)
    return room


@pytest.fixture
def pile(room: Room, alice: User, bob: User, carol: User) -> None:
    """Something on every page."""
    now, femi = timezone.now(), moderator("Femi", Role.SENIOR)
    decided(claimed(reported(carol, bob, room).case, femi), femi)
    reported(carol, alice, room)
    start, end = now - timedelta(days=1), now
    asked = Request(Authority.POLICE, "Police", "Letter 1", bob.uid, "", start, end)
    lawful.ask(asked, by=femi, now=now, source=SOURCE)
    unmasking.ask(bob.uid, "A court asks.", by=femi, now=now, source=SOURCE)
    controls.report("No drill", Severity.MAJOR, by=femi, now=now, source=SOURCE)
    triggers.report(Reason.NOTICE, "Letter 2", by=femi, now=now, source=SOURCE)
    rights.ask(carol, Wish.ERASURE, "All of it.", now=now, source=SOURCE)
    assert DataRequest.objects.exists()
    Review.objects.create(
        profile="cn", start=start, end=end, run_at=now, due_at=now, failed_at=now, tries=reviews.TRIES
    )


@pytest.mark.parametrize("role", Role)
def test_no_page_leads_or_offers_what_its_reader_may_not(pile: None, dana: User, role: Role) -> None:
    client = at_console(dana, role)
    waiting, seen, offered = {"/console/"}, set[str](), set[str]()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, f"{path} answers {answer.status_code}"
        page = Reader(text(answer))
        offered |= page.forms
        waiting |= {link for link in page.links - seen if not link.endswith(FILES) and not _again(link, seen)}
    assert len(seen) > 5
    for action in sorted(offered):
        assert client.post(action).status_code in {200, 302}, action


def _again(link: str, seen: set[str]) -> bool:
    """Whether it is one more entry of the log, or another page of a list: one of them is enough."""
    entry = link.startswith("/console/log/") and link != "/console/log/"
    return entry and any(other.startswith("/console/log/") and other != "/console/log/" for other in seen)


def test_who_is_on_no_staff_sees_no_page(pile: None, dana: User) -> None:
    client: Client = at_console(dana, None)
    assert client.get("/console/").status_code == 403
