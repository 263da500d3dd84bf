"""The room socket, over a real Valkey."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.conf import settings

from accounts.models import User
from rooms import process
from rooms.consumers import websocket_urlpatterns
from rooms.models import Room

pytestmark = pytest.mark.django_db(transaction=True)
APPLICATION = URLRouter(websocket_urlpatterns)


class Person:
    """A browser, as far as the socket can tell."""

    def __init__(self, key: str, room_id: str, tab: str = "tab") -> None:
        headers = [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode()), (b"user-agent", b"tests")]
        self.socket = WebsocketCommunicator(APPLICATION, f"/ws/rooms/{room_id}/?tab={tab}", headers)

    async def enter(self) -> dict[str, Any]:
        """Open the socket; the first message."""
        assert (await self.socket.connect())[0]
        return await self.hear()

    async def hear(self, *kinds: str) -> dict[str, Any]:
        """The next message, or the next of these kinds."""
        while True:
            message: dict[str, Any] = json.loads(await self.socket.receive_from(timeout=3))
            if not kinds or message["type"] in kinds:
                return message

    async def sees(self, user: User, stage: str) -> dict[str, Any]:
        """Hear of the person until they are on that stage."""
        while True:
            now = (await self.hear("member"))["member"]
            if (now["uid"], now["stage"]) == (user.uid, stage):
                return now

    async def say(self, **message: Any) -> None:
        await self.socket.send_to(json.dumps(message))

    async def ask(self, **message: Any) -> dict[str, Any]:
        """Say it; the answer."""
        await self.say(id=7, **message)
        return await self.hear("ok", "error", "snapshot", "media.answer")

    async def closed(self) -> int:
        """The code with which the socket is closed."""
        while True:
            event = await self.socket.receive_output(timeout=3)
            if event["type"] == "websocket.close":
                return int(event["code"])


@pytest.fixture
async def enter(cookie: Callable[[User], str]) -> AsyncIterator[Any]:
    """Makes a person's browser for a room; all are closed at the end."""
    people: list[Person] = []

    async def make(user: User | None, room: Room | str, tab: str = "tab") -> Person:
        key = await sync_to_async(cookie)(user) if user else ""
        people.append(Person(key, room if isinstance(room, str) else room.pk, tab))
        return people[-1]

    yield make
    for person in people:
        await person.socket.disconnect()
    await process.here().stop()


async def test_whoever_comes_in_is_welcomed_with_the_room(enter: Any, alice: User, open_room: Room) -> None:
    host = await enter(alice, open_room)
    welcome = await host.enter()
    assert welcome["type"] == "welcome"
    assert welcome["you"]["rank"] == "host"
    assert welcome["snapshot"]["members"] == [welcome["you"]]
    assert welcome["snapshot"]["room"]["title"] == "Slow Sunday"


async def test_a_hand_goes_up_and_becomes_a_voice(enter: Any, alice: User, bob: User, open_room: Room) -> None:
    host, speaker = await enter(alice, open_room), await enter(bob, open_room)
    await host.enter()
    number = (await speaker.enter())["you"]["number"]
    await speaker.say(type="move", move="raise_hand", id=1)
    assert (await host.sees(bob, "hand_up"))["hand"] is not None
    await host.say(type="move", move="invite", member=number, id=1)
    await speaker.sees(bob, "invited")
    await speaker.say(type="move", move="accept", id=2)
    assert (await host.sees(bob, "speaking"))["muted"] is False
