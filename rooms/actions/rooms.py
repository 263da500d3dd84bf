"""A room's own life: opened, started, locked, ended."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction

from accounts import words
from accounts.models import User
from moderation.audit.record import record
from moderation.audit.source import Source
from rooms import arrivals, links, protocol
from rooms.actions import moderators, openings
from rooms.actions.base import Turn, ranked, refusals, room_view, seen, turn
from rooms.models import Access, Member, Room, State
from rooms.reminders import CALLED_OFF
from rooms.roles import Code, Move, Rank, Refused, Stage

CLOSE_ENDED = 4410
MOST_PLANNED = 20  # rooms of one host that have not started


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody who opens a room says of it; `scheduled_for` None means now."""

    title: str
    access: Access
    topic: str = ""
    language: str = ""
    scheduled_for: datetime | None = None
    moderators: tuple[str, ...] = ()  # user names


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody changes of a room; None leaves it as it is."""

    title: str | None = None
    topic: str | None = None
    language: str | None = None
    link: str | None = None
    scheduled_for: datetime | None = None

    def fit(self) -> dict[str, Any]:
        """The columns that are to change, as they may be shown. Raises `Refused`: BAD_WORDS, BAD_LINK."""
        given = {name: value for name, value in asdict(self).items() if value is not None}
        return {name: _FITTING[name](value) if name in _FITTING else value for name, value in given.items()}


def open_room(host: User, plan: Plan, *, source: Source, now: datetime) -> Room:
    """The new room, live or scheduled.

    Raises `Refused`: BAD_WORDS for a title or topic that may not be shown, CLOSED while the whole server is suspended,
    PLANNED where they have as many rooms to come as one may, and what `moderators.appoint` says.
    """
    title, topic = _fit(plan.title), _fit_topic(plan.topic)
    later = plan.scheduled_for is not None
    with refusals("room.open", host, "", source), transaction.atomic():
        arrivals.open_still()
        if later:
            _may_plan(host)
        room = Room.objects.create(
            title=title,
            topic=topic,
            language=plan.language,
            access=plan.access,
            state=State.SCHEDULED if later else State.LIVE,
            numbers=1,
            created_at=now,
            scheduled_for=plan.scheduled_for,
            started_at=None if later else now,
        )
        Member.objects.create(room=room, user=host, number=1, rank=Rank.HOST, admitted=True)
        detail = {"access": plan.access.value, "state": room.state}
        record(
            "room.open",
            source=source,
            actor=host.uid,
            object_type="room",
            object_id=room.pk,
            room=room.pk,
            detail=detail,
        )
        with turn(room, source, now) as one:
            for username in plan.moderators:
                moderators.appoint(one, host, username)
        if not later:
            openings.tell_of(room, host)
    return room


def _may_plan(host: User) -> None:
    """Raises `Refused(PLANNED)`. Their row is held meanwhile: no two of their rooms are counted side by side."""
    list(User.objects.select_for_update(no_key=True).filter(pk=host.pk))
    planned = Member.objects.filter(user=host, rank=Rank.HOST, room__state=State.SCHEDULED)
    if planned.count() >= MOST_PLANNED:
        raise Refused(Code.PLANNED)


def start(user: User, room_id: str, *, source: Source, now: datetime) -> Room:
    """The room, live from now on.

    Raises `Refused`: NOT_FOUND, FORBIDDEN to all but the host, ALREADY, ENDED, CLOSED while the server is suspended.
    """
    with refusals("room.start", user, room_id, source), transaction.atomic():
        arrivals.open_still()
        room = seen(user, room_id, lock=True)
        ranked(room, Rank.HOST)
        if room.state != State.SCHEDULED:
            raise Refused(Code.ALREADY if room.state == State.LIVE else Code.ENDED)
        with turn(room, source, now) as one:
            one.update(room, state=State.LIVE, started_at=now)
            one.say(protocol.room(room_view(room)))
            one.note("room.start", user, object_type="room", object_id=room.pk)
        openings.tell_of(room, user)
    return room


def cancel(user: User, room_id: str, *, source: Source, now: datetime) -> None:
    """End a room that has not started. Raises `Refused`: NOT_FOUND, FORBIDDEN to all but the host, ALREADY."""
    with refusals("room.end", user, room_id, source), transaction.atomic():
        room = seen(user, room_id, lock=True)
        ranked(room, Rank.HOST)
        if room.state != State.SCHEDULED:
            raise Refused(Code.ALREADY)
        with turn(room, source, now) as one:
            end(one, "host")
            one.note("room.end", user, object_type="room", object_id=room.pk, reason="host")


def edit(user: User, room_id: str, wish: Edit, *, source: Source, now: datetime) -> Room:
    """The room as its host or a moderator wants it; what stays as it was is told to nobody.

    Raises `Refused`: BAD_WORDS, BAD_LINK, NOT_FOUND, FORBIDDEN, ENDED; for another time, what `_may_reschedule` says.
    """
    wanted = wish.fit()
    with refusals("room.edit", user, room_id, source), transaction.atomic():
        room = seen(user, room_id, lock=True)
        rank = Rank(ranked(room).rank)
        if room.state == State.ENDED:
            raise Refused(Code.ENDED)
        changed = {name: value for name, value in wanted.items() if getattr(room, name) != value}
        if not changed:
            return room
        if "scheduled_for" in changed:
            _may_reschedule(room, rank, changed["scheduled_for"], now)
            room.reminders.update(sent_at=None, changed=True)  # who knows of the old time is told of the new one
        with turn(room, source, now) as one:
            before = {name: getattr(room, name) for name in changed}
            one.update(room, **changed)
            one.say(protocol.room(room_view(room)))
            change = {"before": before, "after": changed, "detail": {"fields": sorted(changed)}}
            act = {"object_type": "room", "object_id": room.pk, **change}  # which, never what: titles are words
            one.note("room.edit", user, role=rank.name.lower(), **act)
    return room


def _may_reschedule(room: Room, rank: Rank, time: datetime, now: datetime) -> None:
    """Raises `Refused`: FORBIDDEN to all but the host, WRONG_STAGE once it started, BAD_MESSAGE for a time gone by."""
    if rank < Rank.HOST:
        raise Refused(Code.FORBIDDEN)
    if room.state != State.SCHEDULED:
        raise Refused(Code.WRONG_STAGE)
    if time <= now:
        raise Refused(Code.BAD_MESSAGE)


def set_lock(one: Turn, move: Move, *, staff: bool = False) -> None:
    """The room is locked or open again; `staff` is the server's moderation. Raises `Refused(ALREADY)`."""
    locked = move is Move.LOCK
    if one.room.locked == locked:
        raise Refused(Code.ALREADY)
    one.update(one.room, locked=locked, locked_by_staff=locked and staff)
    one.say(protocol.room(room_view(one.room)))


def end(one: Turn, reason: str) -> None:
    """The room is over, and everybody is out of it."""
    if one.room.state == State.SCHEDULED and reason in CALLED_OFF:
        one.room.reminders.update(changed=True)
    one.update(one.room, state=State.ENDED, ended_at=one.now, end_reason=reason)
    out = {"present": False, "stage": Stage.AUDIENCE, "muted": False, "hand": None, "lost_at": None, "left_at": one.now}
    one.room.members.filter(present=True).update(**out, connection="", process="", sfu="")
    one.room.members.filter(observer=True).update(observer=False, lost_at=None)
    one.say(protocol.ended(reason), close=CLOSE_ENDED)


def _fit(text: str) -> str:
    tidy = words.tidy(text)
    try:
        words.check(tidy)
    except words.Refused as refused:
        raise Refused(Code.BAD_WORDS) from refused
    return tidy


def _fit_topic(text: str) -> str:
    return _fit(text) if text else ""


_FITTING: Mapping[str, Callable[[str], str]] = MappingProxyType({
    "title": _fit,
    "topic": _fit_topic,
    "link": links.fit,
})  # fmt: skip
