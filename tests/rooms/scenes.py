"""How tests set a scene: a room with people in it, and what was said there."""

import asyncio
import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from asgiref.sync import sync_to_async

from accounts.models import Block, User
from moderation.audit.source import Source
from rooms import bus
from rooms.actions import moves
from rooms.actions.base import snapshot
from rooms.actions.presence import Joined, Session, join
from rooms.actions.rooms import Plan, open_room
from rooms.models import Access, Carrier, Member, Room
from rooms.protocol import Event
from rooms.roles import Move

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOURCE = Source("192.0.2.7", 40000, "stoa.example:443", "tests", "http")
_connections = itertools.count(1)


def a_room(host: User, access: Access = Access.OPEN) -> Room:
    """A live room."""
    return open_room(host, Plan("Slow Sunday", access, topic="reading together"), source=SOURCE, now=NOON)


def a_scheduled_room(host: User, hours: float = 24, access: Access = Access.OPEN) -> Room:
    """A room that is to start so long after noon."""
    plan = Plan("Questions", access, topic="ask away", scheduled_for=NOON + timedelta(hours=hours))
    return open_room(host, plan, source=SOURCE, now=NOON)


def a_session(tab: str = "tab", process: str = "web", *, speaks: bool = False) -> Session:
    """A fresh session."""
    return Session(f"c{next(_connections)}", process, tab, speaks)


def come(user: User, room: Room, session: Session | None = None, now: datetime = NOON) -> Joined:
    """The person joins."""
    return join(user, room.pk, session or a_session(), source=SOURCE, now=now)


def gathered(host: User, *others: User, now: datetime = NOON) -> Room:
    """A live room with its host and these others in it."""
    room = a_room(host)
    for person in (host, *others):
        come(person, room, now=now)
    return room


def do(user: User, room: Room, what: Move, on: User | None = None, now: datetime = NOON) -> None:
    """The person makes the move, on themselves or on somebody else."""
    number = Member.objects.get(room=room, user=on).number if on else None
    moves.move(user, room.pk, what, number, source=SOURCE, now=now)


def carry(room: Room, *sfus: str) -> None:
    """The room has its sound from these media processes."""
    for sfu in sfus:
        Carrier.objects.create(room=room, sfu=sfu, epoch="e1", key="")


def block(blocker: User, blocked: User) -> None:
    """The one wants to share no room with the other."""
    Block.objects.create(blocker=blocker, blocked=blocked, created_at=NOON)


def member(user: User, room: Room) -> Member:
    """The person's row."""
    return Member.objects.get(room=room, user=user)


def fresh(room: Room) -> Event:
    """A snapshot read now."""
    return snapshot(Room.objects.get(pk=room.pk))


async def until(true: Callable[[], Any]) -> None:
    """Nothing, once it is true."""
    async with asyncio.timeout(20):
        while not await sync_to_async(true)():  # noqa: ASYNC110  # what others do shows in the database
            await asyncio.sleep(0.05)


def shape(sql: str) -> str:
    """The statement without its values."""
    return re.sub(r"'[^']*'|\b\d+\b", "?", sql)


class Wire:
    """What was published, instead of Redis."""

    def __init__(self) -> None:
        self.parcels: list[tuple[str, str]] = []

    def letters(self, room: Room) -> list[bus.Letter]:
        """The letters to the room, in order."""
        return [bus.Letter.load(text) for channel, text in self.parcels if channel == bus.room_channel(room.pk)]

    def events(self, room: Room) -> list[dict[str, Any]]:
        """The numbered events of the room, in order."""
        said = [json.loads(letter.text) for letter in self.letters(room) if letter.text]
        return [event for event in said if "seq" in event]


@contextmanager
def wire() -> Iterator[Wire]:
    """Catches what would go through Redis; committed changes only."""
    caught = Wire()
    bus._stirred.clear()
    with patch.object(bus, "publish", lambda parcels: caught.parcels.extend(parcels)):
        yield caught
