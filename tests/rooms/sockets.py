"""A person's browser, as far as the room socket can tell."""

import json
from typing import Any

from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.conf import settings

from accounts.models import User
from rooms.consumers import websocket_urlpatterns

APPLICATION = URLRouter(websocket_urlpatterns)


class Browser:
    """One tab in one room."""

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
            message: dict[str, Any] = json.loads(await self.socket.receive_from(timeout=20))
            if not kinds or message["type"] in kinds:
                return message

    async def sees(self, user: User, stage: str) -> dict[str, Any]:
        """Hear of the person until they are on that stage."""
        while True:
            now: dict[str, Any] = (await self.hear("member"))["member"]
            if (now["uid"], now["stage"]) == (user.uid, stage):
                return now

    async def say(self, **message: Any) -> None:
        """Send a message."""
        await self.socket.send_to(json.dumps(message))

    async def ask(self, **message: Any) -> dict[str, Any]:
        """Say it; the answer."""
        await self.say(id=7, **message)
        while (answer := await self.hear()).get("id") != 7:
            pass
        return answer

    async def closed(self) -> int:
        """The code with which the socket is closed."""
        while True:
            event = await self.socket.receive_output(timeout=20)
            if event["type"] == "websocket.close":
                return int(event["code"])
