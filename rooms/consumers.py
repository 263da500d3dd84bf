"""The room socket: parse, call one action, answer. No channel layer: `rooms.hub` hands on what is said."""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError
from django.urls import path
from django.utils import timezone, translation

from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from rooms import door, frames, ice, media, protocol, refusals
from rooms.actions import presence
from rooms.actions.presence import Joined, Seat, Session
from rooms.bucket import Bucket
from rooms.process import here
from rooms.protocol import (
    Event,
    LeaveMessage,
    Message,
    MoveMessage,
    OfferMessage,
    PongMessage,
    ReactMessage,
    SnapshotMessage,
)
from rooms.roles import Code, Refused

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

MESSAGES = (5.0, 40.0)  # a second, at once
OFFERS = (0.2, 6.0)
REACTIONS = (2.0, 6.0)  # in a bucket of their own: whoever claps too much can still mute themselves
MOST_REFUSED = 200  # messages over the rate before the socket is closed
MOST_UNREAD = 512 * 1024  # characters sent since the last pong
LONGEST_SILENCE = 45.0  # seconds without a pong
CLOSE_TOO_MANY, CLOSE_TOO_SLOW = 4429, 4413


class RoomSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels ships no types
    """One person's socket in one room. Every message is authorised anew, from the database."""

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve the socket until it is closed; without Channels' tasks around each message, as it has one source."""
        now = asyncio.get_running_loop().time()
        self._source = Source.of_scope(scope)
        self.session = door.session_key(scope)
        self._room: str = scope["url_route"]["kwargs"]["room_id"]
        self._tab = door.tab(scope)
        self._process = here()
        self._daphne = frames.behind(send)
        self._bucket, self._offers = Bucket(*MESSAGES, at=now), Bucket(*OFFERS, at=now)
        self._reactions = Bucket(*REACTIONS, at=now)
        self._early: list[str] | None = []  # what was said in the room before the welcome
        self._seat: Seat | None = None
        self._pinged: float | None = None  # when the first unanswered ping was sent
        self._unread = self._refused = 0
        self._closed = self._observes = False
        self._language = self.sfu = ""
        self.connection = secrets.token_hex(8)
        self.scope, self.base_send = scope, send
        try:
            with contextlib.suppress(StopConsumer):
                while True:
                    await self.dispatch(await receive())
        finally:
            if self._seat is not None:
                self._process.lose(self._seat)
            await self._process.hub.leave(self._room, self)

    async def dispatch(self, message: Mapping[str, Any]) -> None:
        """Handle one ASGI event; without Channels' thread hop for each, as our threads mind their connections."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        """Accept, join, and welcome the person, or say why not and close."""
        await self.accept()
        session = Session(self.connection, self._process.id, self._tab)
        self._process.hub.expect(self._room, self)
        try:
            heard, seated = await self._process.in_thread(self._sit_down, session)
            self._seat, self.sfu = seated.joined.seat, seated.joined.sfu
            if not heard:  # not before: the wait would tell whoever may not know of the room that nobody is in it
                await self._process.hub.enter(self._room, self)
                seated = await self._process.in_thread(door.look_about, self.session, seated)
        except (Refused, DatabaseError) as error:
            code = _code(error)  # what was said in the room stays in `_early`, and is never handed on
            await self._error(None, code)
            await self.cut(refusals.close_code(code))
            return
        joined, self._language, self._source = seated.joined, seated.language, seated.source
        self._observes = joined.observes
        self._process.hub.pace.set(self._room, joined.seq, joined.room["slow"])
        early, self._early = self._early or [], None
        await self._tell(self._welcome(joined, seated.snapshot))
        for text in early:
            if protocol.is_news(text, joined.seq):
                await self.hand(text)

    async def receive(self, text_data: str | None = None, **_bytes: bytes) -> None:
        """One message: answered, or refused with an error that names why. Bytes are no message of ours, and count."""
        if self._closed or self._seat is None:
            return
        id_ = None
        try:
            message = protocol.parse(text_data or "")
            id_ = message.id
            if not isinstance(message, ReactMessage) and not self._bucket.take(asyncio.get_running_loop().time()):
                raise Refused(Code.TOO_MANY)
            await _ANSWERS[type(message)](self, message, self._seat)
        except (Refused, DatabaseError) as error:
            await self._refuse(id_, _code(error))

    async def hand(self, text: str) -> None:
        """Send the text, after the welcome."""
        if self._early is not None:
            self._early.append(text)
        else:
            await self._write(text)

    @property
    def uid(self) -> str:
        """Whose socket it is; empty before they have a seat."""
        return self._seat.uid if self._seat else ""

    async def sign_out(self) -> None:
        """Leave the room, media and all, and close the socket: its session is over."""
        if self._seat is None or self._closed:
            return
        code = Code.SIGNED_OUT
        try:
            code = await self._process.in_thread(door.stand_up, self.session, self._seat, self._source)
        finally:
            await self._error(None, code)
            await self.cut(refusals.close_code(code))

    async def cut(self, code: int) -> None:
        """Close the socket."""
        if not self._closed:
            self._closed = True
            await self.close(code)

    async def move_sound(self) -> None:
        """Have the page offer a media connection anew; whoever is told to may, however often they did."""
        self._offers = Bucket(*OFFERS, at=asyncio.get_running_loop().time())
        await self.hand(protocol.dump({"type": "media.lost"}))

    async def ping(self, seq: int, now: float) -> None:
        """Send a ping, or cut a socket that does not keep up."""
        if self._early is not None:
            return
        if self._unread > MOST_UNREAD or (self._pinged is not None and now - self._pinged > LONGEST_SILENCE):
            await self.cut(CLOSE_TOO_SLOW)
            return
        self._pinged = self._pinged or now
        await self.hand(protocol.dump({"type": "ping", "seq": seq}))

    def _sit_down(self, session: Session) -> tuple[bool, door.Seated]:
        """Whether the room was heard here already, asked in the thread: a crowd waits for one, and the first of it
        opens the road; and the seat.
        """
        heard = self._process.hub.hears(self._room)
        return heard, door.sit_down(self.session, self._room, session, self._source)

    def _welcome(self, joined: Joined, snapshot: Event) -> Event:
        servers = ice.servers(joined.seat.uid, timezone.now().timestamp())
        about = {"type": "welcome", "v": protocol.VERSION, "connection": self.connection, "ice": servers}
        return {**about, "you": joined.you, "observes": joined.observes, "snapshot": snapshot}

    async def _refuse(self, id_: int | None, code: Code) -> None:
        """An error, and a line in the log for the first of many messages that no page of ours would send."""
        await self._error(id_, code)
        if code not in (Code.TOO_MANY, Code.BAD_MESSAGE, Code.TOO_LARGE):
            return
        self._refused += 1
        if self._bucket.first_refusal() and self._seat is not None:
            who, why = self._seat.uid, code.value
            write = partial(record_refusal, "socket.message", actor=who, room=self._room, reason=why)
            await self._process.in_thread(write, source=self._source)
        if self._refused > MOST_REFUSED:
            await self.cut(CLOSE_TOO_MANY)

    async def _error(self, id_: int | None, code: Code) -> None:
        with translation.override(self._language or None):
            await self._tell({"type": "error", "id": id_, **refusals.body(code)})

    async def _tell(self, event: Event) -> None:
        await self._write(protocol.dump(event))

    async def _write(self, text: str) -> None:
        if self._closed:
            return
        self._unread += len(text)
        if self._daphne is None or not frames.write(self._daphne, text):
            await self.base_send({"type": "websocket.send", "text": text})

    async def _move(self, message: MoveMessage, seat: Seat) -> None:
        await self._process.in_thread(door.make_move, self.session, seat, message, self._source)
        await self._tell({"type": "ok", "id": message.id})

    async def _offer(self, message: OfferMessage, seat: Seat) -> None:
        if not self._offers.take(asyncio.get_running_loop().time()):
            raise Refused(Code.TOO_MANY)
        offer = partial(door.offer, self.session)
        answer = await self._process.connect(seat, media.new_peer(), message.sdp, source=self._source, offer=offer)
        self.sfu = answer.sfu
        await self._tell({"type": "media.answer", "id": message.id, "peer": answer.peer, "sdp": answer.sdp})

    async def _look(self, message: SnapshotMessage, seat: Seat) -> None:
        event = await self._process.in_thread(door.look, self.session, seat)
        self._process.hub.pace.set(seat.room, event["snapshot"]["seq"], event["snapshot"]["room"]["slow"])
        await self._tell({**event, "id": message.id})

    async def _pong(self, _message: PongMessage, _seat: Seat) -> None:
        self._pinged, self._unread = None, 0

    async def _react(self, message: ReactMessage, seat: Seat) -> None:
        """Count it; more than allowed are dropped without a word. Whoever has a seat here may, but to observe: no
        database is asked. Raises `Refused(FORBIDDEN)`.
        """
        if self._observes:
            raise Refused(Code.FORBIDDEN)
        now, hub = asyncio.get_running_loop().time(), self._process.hub
        if self._reactions.take(now) and hub.pace.take(seat.room, seat.uid, now):
            hub.reactions.react(seat.room, message.reaction)

    async def _leave(self, message: LeaveMessage, seat: Seat) -> None:
        await self._process.in_thread(presence.leave, seat, "left", source=self._source, now=timezone.now())
        await self._tell({"type": "ok", "id": message.id})
        await self.cut(1000)


_ANSWERS: Mapping[type[Message], Callable[[RoomSocket, Any, Seat], Awaitable[None]]] = MappingProxyType({
    MoveMessage: RoomSocket._move,  # noqa: SLF001  # the table is part of the class
    OfferMessage: RoomSocket._offer,  # noqa: SLF001
    SnapshotMessage: RoomSocket._look,  # noqa: SLF001
    PongMessage: RoomSocket._pong,  # noqa: SLF001
    LeaveMessage: RoomSocket._leave,  # noqa: SLF001
    ReactMessage: RoomSocket._react,  # noqa: SLF001
})  # fmt: skip


def _code(error: Refused | DatabaseError) -> Code:
    return error.code if isinstance(error, Refused) else Code.UNAVAILABLE


websocket_urlpatterns = [path("ws/rooms/<str:room_id>/", RoomSocket.as_asgi())]
