"""Contract of `rooms.actions.evidence`: every media process that carries the room is asked, after the commit."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from rooms import bus
from rooms.actions import evidence
from rooms.models import Room
from rooms.sfu import messages
from rooms.sfu.messages import Freeze
from tests.rooms.scenes import carry

FREEZE, KEY = "0123456789abcdef", "ab" * 32
AT = datetime(2026, 11, 25, 12, 0, 0, 500_000, UTC)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(bus, "publish", sent.extend)
    return sent


@pytest.mark.django_db(transaction=True)
def test_the_media_processes_of_the_room_are_asked_after_the_commit(open_room: Room, published: list[Any]) -> None:
    carry(open_room, "node-0", "node-1")
    with transaction.atomic():
        assert evidence.freeze(open_room.pk, FREEZE, KEY, AT) == ["node-0", "node-1"]
        assert published == []
    assert [channel for channel, _ in published] == [messages.orders_channel(sfu) for sfu in ("node-0", "node-1")]
    for _, text in published:
        assert messages.load(text) == Freeze(open_room.pk, FREEZE, KEY, int(AT.timestamp() * 1000))


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_asks_nobody(open_room: Room, published: list[Any]) -> None:
    carry(open_room, "node-0")
    with transaction.atomic():
        evidence.freeze(open_room.pk, FREEZE, KEY, AT)
        transaction.set_rollback(True)
    assert published == []


def test_there_is_nobody_to_ask_where_no_media_process_carries_the_room(open_room: Room, published: list[Any]) -> None:
    assert evidence.freeze(open_room.pk, FREEZE, KEY, AT) == []
    assert evidence.freeze("no such room", FREEZE, KEY, AT) == []
    assert published == []
