"""G3: when the log cannot be written, what has to be told in it does not happen, and nothing of it is lost later."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from accounts.models import Block, InviteCode, User
from config import health
from moderation.audit import check, hold
from moderation.audit.erase import erase
from moderation.audit.models import Entry, Hold, Label, Leaf, PersonKey
from moderation.audit.search import Wish, search
from moderation.audit.sequence import seal
from moderation.audit.source import Source
from rooms.models import Member, Room
from tests.rooms.scenes import NOON, a_room, come

pytestmark = pytest.mark.django_db(transaction=True)
SOURCE = Source("192.0.2.7")
REFUSE = {
    "sqlite": "CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    "postgresql": "ALTER TABLE audit_entry ADD CONSTRAINT full_disk CHECK (false) NOT VALID",
}
ACCEPT = {"sqlite": "DROP TRIGGER full", "postgresql": "ALTER TABLE audit_entry DROP CONSTRAINT full_disk"}


@contextmanager
def full() -> Iterator[None]:
    """No entry can be written."""
    run(REFUSE)
    try:
        yield
    finally:
        run(ACCEPT)


def run(statements: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements[connection.vendor])


def state() -> list[object]:
    models = (Room, Member, Block, InviteCode, Hold, Label, PersonKey, Entry)
    return [list(model._default_manager.order_by("pk").values()) for model in models] + [
        list(User.objects.order_by("pk").values("display_name", "password", "is_active"))
    ]


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


def test_what_the_console_does_and_reads_fails_with_the_log(alice: User, bob: User) -> None:
    come(alice, a_room(alice))
    placed = hold.place("room", "r1", ground="g", by="a", approver="b", review_at=NOON, now=NOON, source=SOURCE)
    before = state()
    acts: list[Callable[[], object]] = [
        lambda: search(Wish(actor=alice.uid), by=bob.uid, source=SOURCE),
        lambda: erase(alice.uid, by=bob.uid, reason="request", source=SOURCE),
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
