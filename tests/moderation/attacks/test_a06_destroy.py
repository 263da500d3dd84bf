"""Attack 6: evidence is to go by somebody's right or rank."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from moderation.audit import check, hold
from moderation.audit.erase import erase
from moderation.audit.models import Entry, Hold, Label
from moderation.audit.record import record
from moderation.audit.sequence import seal
from moderation.audit.source import Source
from rooms.models import Room
from tests.log import entries
from tests.rooms.scenes import a_room, come

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SOURCE = Source("192.0.2.7")

pytestmark = pytest.mark.django_db


def test_deleting_an_account_or_a_room_takes_no_entry_along(alice: User, mallory: User) -> None:
    room = a_room(alice)
    come(mallory, room)
    before = [(told.action, told.actor) for told in entries()]
    mallory.delete()
    Room.objects.all().delete()
    assert [(told.action, told.actor) for told in entries()] == before
    seal(NOON)
    assert list(check.faults(NOON)) == []


def test_a_request_for_erasure_in_the_middle_of_a_case_takes_nothing(mallory: User) -> None:
    record("case.open", source=SOURCE, actor="m0d", object_type="user", object_id=mallory.uid, case="c1")
    hold.place("case", "c1", ground="case c1", by="m0d", approver="sen10r", review_at=NOON, now=NOON, source=SOURCE)
    labels = list(Label.objects.values())
    with pytest.raises(hold.HeldError):
        erase(mallory.uid, by=mallory.uid, reason="request", source=SOURCE)
    assert list(Label.objects.values()) == labels
    assert [told.object for told in entries(action="case.open")] == [mallory.uid]


def test_a_moderator_cannot_change_the_reason_afterwards_and_a_correction_is_one_more_entry() -> None:
    record("member.ban", source=SOURCE, actor="m0d", reason="noise", room="r1")
    written = Entry.objects.get()
    written.reason = "threats"
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        written.save()
    record("member.ban_correct", source=SOURCE, actor="m0d", reason="threats", room="r1")
    assert list(Entry.objects.order_by("pk").values_list("reason", flat=True)) == ["noise", "threats"]


def test_nobody_approves_what_they_asked_for() -> None:
    with pytest.raises(ValueError, match="somebody else"):
        hold.place("room", "r1", ground="g", by="m0d", approver="m0d", review_at=NOON, now=NOON, source=SOURCE)
    assert not Hold.objects.exists()
    assert not Entry.objects.exists()
