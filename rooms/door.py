"""Who is at a room's socket, asked of the database each time. Everything here is one call from a thread."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.http import parse_cookie
from django.utils import timezone

from accounts import standing, strangers
from accounts.models import User
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from rooms import protocol, sessions
from rooms.actions import moves, peers, presence
from rooms.actions.base import listed, listening, snapshot, view
from rooms.actions.presence import Joined, Seat, Session
from rooms.bucket import Bucket
from rooms.models import Room, known
from rooms.placement import Taker
from rooms.protocol import Event, MoveMessage
from rooms.roles import Code, Move, Refused


def session_key(scope: Mapping[str, Any]) -> str:
    """The key of the browser's session, from a socket's ASGI scope; empty if it sent none."""
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    return parse_cookie(cookies.decode("latin-1")).get(settings.SESSION_COOKIE_NAME, "")


def tab(scope: Mapping[str, Any]) -> str:
    """What the browser calls its tab: letters and digits, 40 at most; else an empty text."""
    (name,) = parse_qs(scope["query_string"].decode("latin-1")).get("tab", [""])[:1]
    return name if name.isascii() and name.replace("-", "").isalnum() and len(name) <= 40 else ""


@dataclass(frozen=True, slots=True)
class Seated:
    """What a socket is told once its person has a seat: the room's snapshot too, and the person's language.

    `source` is where the socket comes from, with how its session has shown who it is.
    """

    joined: Joined
    snapshot: Event
    language: str
    source: Source


def signed_in(key: str) -> User:
    """The person whose session this is. Raises `Refused`: SIGNED_OUT, SUSPENDED."""
    return _shown(key)[0]


def _shown(key: str) -> tuple[User, str]:
    """As `signed_in`, and by which factors they have shown it."""
    user, factors = sessions.shown(key)
    if user is None:
        raise Refused(Code.SIGNED_OUT)
    if standing.suspended(user, timezone.now()):
        raise Refused(Code.SUSPENDED)
    return user, factors


def sit_down(key: str, room_id: str, session: Session, source: Source) -> Seated:
    """The seat, taken. Raises `Refused` as `signed_in` and `presence.join` do."""
    try:
        user, factors = _shown(key)
    except Refused as refused:
        strangers.note("socket.connect", source, refused.code.value, known(room_id))
        raise
    source = replace(source, factors=factors)
    count(user, room_id, source)
    now = timezone.now()
    joined = presence.join(user, room_id, session, source=source, now=now)
    members, audience = _members(room_id, joined.seq), _listening(room_id, int(now.timestamp()))
    return Seated(joined, protocol.snapshot(joined.seq, joined.room, members, audience), user.language, source)


def look_about(key: str, seated: Seated) -> Seated:
    """The same seat with all of the room as it is now. Raises `Refused` as `look` does."""
    event = look(key, seated.joined.seat)
    told = event["snapshot"]
    joined = replace(seated.joined, you=event["you"], room=told["room"], seq=told["seq"])
    return replace(seated, joined=joined, snapshot=told)


def make_move(key: str, seat: Seat, message: MoveMessage, source: Source) -> None:
    """Make the move. Raises `Refused`: as `signed_in`, `count_move` and `moves.move` do, REPLACED."""
    user, asked = signed_in(key), (seat.room, message.move, message.member, seat.connection)
    count_move(user, seat.room, message.move, source)
    moves.move(user, *asked, source=source, now=timezone.now())


def offer(key: str, seat: Seat, asked: peers.Connection, taking: Sequence[Taker]) -> peers.Placed:
    """Ask the media side for the connection. Raises `Refused` as `signed_in` and `peers.offer` do."""
    signed_in(key)
    return peers.offer(seat, asked, taking)


def stand_up(key: str, seat: Seat, source: Source) -> Code:
    """Why the session does not sign its person in any more; they have left the room, media and all."""
    presence.leave(seat, "signed_out", source=source, now=timezone.now())
    try:
        signed_in(key)
    except Refused as refused:
        return refused.code
    return Code.SIGNED_OUT


def look(key: str, seat: Seat) -> Event:
    """A fresh snapshot, and the asker's own member. Raises `Refused` as `signed_in` does, and REPLACED."""
    signed_in(key)
    room = Room.objects.get(pk=seat.room)
    member = presence.still_here(seat)
    if member is None:
        raise Refused(Code.REPLACED)
    return {"type": "snapshot", "snapshot": snapshot(room), "you": view(member)}


def count(user: User, room_id: str, source: Source) -> None:
    """Count one more arrival, by socket, WHIP or WHEP. Raises `Refused(TOO_MANY)`; the first is written to the log."""
    _take(_arrivals(user.uid), "member.join", user, room_id, source)


def count_ice(user: User, room_id: str, source: Source) -> None:
    """Count one more question about a session's ICE, which asks the media side. Raises as `count` does."""
    _take(_questions(user.uid), "room_token.use", user, room_id, source)


def count_move(user: User, room_id: str, what: Move, source: Source) -> None:
    """Count one more move, by socket or API. Raises `Refused(TOO_MANY)`; the first is written to the log.

    Only hands are counted, which anybody may raise and everybody in the room is told of. Lowering one is left free: it
    takes a raised hand, so there are no more of those than of these, and nobody is held to a hand they regret.
    """
    if what is Move.RAISE_HAND:
        _take(_hands(user.uid), f"member.{what}", user, room_id, source)


def _take(bucket: Bucket, action: str, user: User, room_id: str, source: Source) -> None:
    if bucket.take(time.monotonic()):
        return
    if bucket.first_refusal():
        why = Code.TOO_MANY.value
        record_refusal(action, source=source, actor=user.uid, room=known(room_id), reason=why)
    raise Refused(Code.TOO_MANY)


@lru_cache(maxsize=4096)
def _arrivals(_uid: str) -> Bucket:
    """How often one person has come in, by this process: nobody needs more than one a second."""
    return Bucket(rate=1, burst=30, at=time.monotonic())


@lru_cache(maxsize=4096)
def _questions(_uid: str) -> Bucket:
    """How often one person's encoders and players have told or asked about ICE, by this process."""
    return Bucket(rate=1, burst=30, at=time.monotonic())


@lru_cache(maxsize=4096)
def _hands(_uid: str) -> Bucket:
    """How often one person has raised a hand, by this process: each, and its end, is told to thousands."""
    return Bucket(rate=0.25, burst=5, at=time.monotonic())


@lru_cache(maxsize=256)
def _members(room_id: str, _seq: int) -> list[Event]:
    """The listed members: they change only with the room's number, so a thousand joins read them once."""
    return listed(room_id)


@lru_cache(maxsize=256)
def _listening(room_id: str, _second: int) -> int:
    """The audience, read once a second. Who joins meanwhile is counted by the `audience` message that follows."""
    return listening(room_id)
