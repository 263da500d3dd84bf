"""Rooms for the cast, and their sockets."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.db import connections
from django.test import Client

from accounts.models import User
from rooms import process
from rooms.models import Access, Room
from tests.rooms.scenes import a_room, block
from tests.rooms.sockets import Browser
from tests.valkey import OwnValkey


@pytest.fixture
def open_room(alice: User) -> Room:
    """A live room of Alice's that anybody may enter."""
    return a_room(alice, Access.OPEN)


@pytest.fixture
def secret_room(alice: User) -> Room:
    """A live room of Alice's that exists only for those she invites."""
    return a_room(alice, Access.INVITE)


@pytest.fixture(params=["invite-only", "blocked"])
def hidden_room(request: pytest.FixtureRequest, alice: User, mallory: User) -> Room:
    """A live room of Alice's that does not exist for Mallory: Alice invited her not, or has blocked her."""
    if request.param == "invite-only":
        return a_room(alice, Access.INVITE)
    block(alice, mallory)
    return a_room(alice, Access.OPEN)


@pytest.fixture
async def here() -> AsyncIterator[process.Process]:
    """What a web process keeps running, in the test's loop."""
    yield process.here()
    await process.here().stop()
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def enter() -> AsyncIterator[Callable[..., Awaitable[Browser]]]:
    """Makes a signed-in person's browser for a room; at the end all are closed."""
    browsers: list[Browser] = []

    async def make(user: User | None, room: Room | str, tab: str = "tab") -> Browser:
        key = await sync_to_async(_session)(user) if user else ""
        browsers.append(Browser(key, room if isinstance(room, str) else room.pk, tab))
        return browsers[-1]

    yield make
    for browser in browsers:
        await browser.socket.disconnect()
    await process.here().stop()
    await sync_to_async(connections.close_all)()


def _session(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[django_settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def own_valkey(settings: Any, tmp_path: Path) -> Iterator[OwnValkey]:
    """A Valkey of the test's own, running, at `settings.REDIS_URL`."""
    server = OwnValkey(tmp_path)
    settings.REDIS_URL = server.url
    server.start()
    yield server
    server.stop()
