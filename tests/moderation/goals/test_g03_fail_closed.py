"""G3: when the log cannot be written, what has to be told in it does not happen, and nothing of it is lost later."""

import re
from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from config import health
from moderation import urls
from moderation.actions import lawful
from moderation.audit import check, hold
from moderation.audit.erase import erase
from moderation.audit.models import Entry, Leaf
from moderation.audit.record import record
from moderation.audit.search import Wish, search
from moderation.audit.sequence import seal
from moderation.audit.source import Source
from moderation.models import LawfulRequest
from moderation.staff import Role
from rooms.models import Room
from tests.moderation.cast import at_console
from tests.moderation.unwritable import full, state
from tests.rooms.scenes import NOON, a_room, come

pytestmark = pytest.mark.django_db(transaction=True)
SOURCE = Source("192.0.2.7")

REQUESTS: dict[str, Callable[[Client, User, Room], int]] = {
    "open a room": lambda client, _bob, _room: post(client, "/api/v1/rooms/", {"title": "Owls", "access": "open"}),
    "end a room": lambda client, _bob, room: post(client, f"/api/v1/rooms/{room.pk}/end/", {}),
    "block": lambda client, bob, _room: post(client, "/api/v1/blocks/", {"uid": bob.uid}),
    "invite": lambda client, _bob, _room: client.post("/invites/", {"uses": 1, "days": 7}).status_code,
    "sign out": lambda client, _bob, _room: client.post("/accounts/logout/").status_code,
}


def post(client: Client, path: str, body: object) -> int:
    return client.post(path, body, content_type="application/json").status_code


@pytest.mark.parametrize("what", REQUESTS)
def test_without_its_log_an_act_is_answered_503_and_changes_nothing(
    alice: User, bob: User, client: Client, what: str
) -> None:
    room = a_room(alice)
    come(alice, room)
    client.force_login(alice)
    client.raise_request_exception = False
    before = state()
    with full():
        assert REQUESTS[what](client, bob, room) == 503
    assert state() == before


PAGES = [str(one.pattern) for one in urls.urlpatterns if str(one.pattern).startswith("console/")]
NUMBERS_ALONE = "console/cases/new/"  # what a page asks for by itself: how many, and nobody's data
PERIOD = {"start": "2026-11-01", "end": "2026-11-20"}
ASKED = {"kind": "police", "authority": "Station 7", "ground": "warrant 12", "room": "roomroomroom", **PERIOD}
ACTS = {
    "/console/controls/check/": {},
    "/console/review/run/": {"profile": "cn", **PERIOD},
    "/console/review/trigger/": {"reason": "notice", "words": "a letter"},
    "/console/findings/report/": {"title": "A door is open", "severity": "major"},
    "/console/statements/make/": {"topic": "officer", "english": "Alice", "chinese": ""},
    "/console/lawful/ask/": ASKED,
}


@pytest.fixture
def console(alice: User) -> Client:
    """Alice's browser, which may do everything in the console."""
    client = at_console(alice, Role.SENIOR)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("pattern", sorted(set(PAGES) - {NUMBERS_ALONE}))
def test_without_its_log_no_page_of_the_console_shows_anything(console: Client, pattern: str) -> None:
    with transaction.atomic():
        first = record("room.open", source=SOURCE).pk
    page = f"/{re.sub('<number:[a-z]+>', str(first), pattern)}"
    before = state()
    with full():
        answer = console.get(re.sub("<str:[a-z]+>", "joins", page), {"action": "room.open"})
        shown = answer.text.replace("?action=room.open", "")  # the way to try again is what was asked for
        assert (answer.status_code, "room.open" in shown) == (503, False)
    assert state() == before


def test_what_a_page_asks_for_by_itself_is_a_number(console: Client) -> None:
    with full():
        answer = console.get(f"/{NUMBERS_ALONE}")
    assert answer.status_code == 200
    assert not re.search("[0-9a-f]{16}", answer.text)


@pytest.mark.parametrize("path", ACTS)
def test_without_its_log_the_console_does_nothing(console: Client, path: str) -> None:
    before = state()
    with full():
        assert console.post(path, ACTS[path]).status_code == 503
    assert state() == before
    assert console.post(path, ACTS[path]).status_code in (200, 302)
    assert state() != before


def test_without_the_log_nothing_leaves_for_an_authority(console: Client, alice: User, carol: User) -> None:
    console.post("/console/lawful/ask/", ASKED)
    other = at_console(carol, Role.SENIOR)
    other.raise_request_exception = False
    (asked,) = LawfulRequest.objects.all()
    before = state()
    with full():
        assert other.post(f"/console/lawful/{asked.pk}/decide/", {"decision": "approve"}).status_code == 503
    assert state() == before
    lawful.decide(asked.pk, True, by=carol, now=timezone.now(), source=SOURCE)
    seal(timezone.now())
    before = state()
    with full():
        answer = console.post(f"/console/lawful/{asked.pk}/export/")
    assert (answer.status_code, answer.headers["Content-Type"].startswith("application/zip")) == (503, False)
    assert state() == before


def test_without_the_log_one_still_listens(alice: User, bob: User) -> None:
    room = a_room(alice)
    come(alice, room)
    browser = Client()
    browser.force_login(bob)
    with full():
        assert browser.get("/healthz").status_code == 200
        assert browser.get("/").status_code == 200
        assert browser.get(f"/r/{room.pk}").status_code == 200


def test_what_the_console_does_and_reads_fails_with_the_log(alice: User, bob: User) -> None:
    come(alice, a_room(alice))
    placed = hold.place("room", "r1", ground="g", by="a", approver="b", review_at=NOON, now=NOON, source=SOURCE)
    before = state()
    acts: list[Callable[[], object]] = [
        lambda: search(Wish(actor=alice.uid), by=bob.uid, source=SOURCE),
        lambda: erase(alice.uid, by=bob.uid, reason="request", now=NOON, source=SOURCE),
        lambda: hold.release(placed.pk, by=bob.uid, now=NOON, source=SOURCE),
    ]
    for act in acts:
        with full(), pytest.raises(DatabaseError):
            act()
    assert state() == before


def test_readiness_says_at_once_that_the_log_cannot_be_written_and_leaves_no_entry() -> None:
    assert health.CHECKS["log"]() == ""
    with full(), pytest.raises(DatabaseError):
        health.CHECKS["log"]()
    assert not Entry.objects.exists()


def test_whatever_happened_while_the_log_could_be_written_is_sealed_afterwards(alice: User) -> None:
    come(alice, a_room(alice))
    with full(), pytest.raises(DatabaseError):
        come(alice, a_room(alice))
    seal(NOON)
    assert Leaf.objects.count() == Entry.objects.count()
    assert list(check.faults(NOON)) == []
