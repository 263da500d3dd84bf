"""Rooms for the cast, and their sockets."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts.models import User
from config import folder, valkey
from rooms.models import Access, Room
from tests.rooms.scenes import a_room


@pytest.fixture
def open_room(alice: User) -> Room:
    """A live room of Alice's that anybody may enter."""
    return a_room(alice, Access.OPEN)


@pytest.fixture
def secret_room(alice: User) -> Room:
    """A live room of Alice's that exists only for those she invites."""
    return a_room(alice, Access.INVITE)


@pytest.fixture
def cookie() -> Callable[[User], str]:
    """Gives the session key of somebody who has signed in."""

    def of(user: User) -> str:
        client = Client()
        client.force_login(user)
        return client.cookies[django_settings.SESSION_COOKIE_NAME].value

    return of


class OwnValkey:
    """A Valkey that a test may stop and start."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers."""
        self.server = subprocess.Popen(valkey.command(self.data))
        valkey.wait_until_ready(self.data)

    def stop(self) -> None:
        """Return when it is gone."""
        if self.server is not None:
            self.server.kill()
            self.server.wait()
            self.server = None


@pytest.fixture
def own_valkey(settings: Any, tmp_path: Path) -> Iterator[OwnValkey]:
    """A Valkey of the test's own, running, at `settings.REDIS_URL`."""
    settings.REDIS_URL = f"unix://{folder.valkey_socket(tmp_path)}"
    server = OwnValkey(tmp_path)
    server.start()
    yield server
    server.stop()
