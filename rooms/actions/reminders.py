"""Reminders of scheduled rooms: asked for, taken back."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from moderation.audit.record import record
from moderation.audit.source import Source
from rooms.actions.base import live, refusals, seen
from rooms.models import Reminder, State
from rooms.roles import Code, Refused


def remind(user: User, room_id: str, *, source: Source, now: datetime) -> None:
    """`user` is told when the scheduled room starts; asked for again, nothing changes.

    Raises `Refused`: NOT_FOUND, BANNED, ALREADY for a live room, ENDED.
    """
    with refusals("reminder.set", user, room_id, source), transaction.atomic():
        room = seen(user, room_id)
        if room.mine is not None and room.mine.barred:
            raise Refused(Code.BANNED)
        if room.state != State.SCHEDULED:
            live(room)
            raise Refused(Code.ALREADY)
        _, new = Reminder.objects.get_or_create(room=room, user=user, defaults={"created_at": now})
        if new:
            _note("reminder.set", user, room.pk, source)


def forget(user: User, room_id: str, *, source: Source) -> None:
    """`user` is not told; without a reminder, nothing changes. Raises `Refused(NOT_FOUND)`."""
    with refusals("reminder.unset", user, room_id, source), transaction.atomic():
        room = seen(user, room_id)
        deleted, _ = Reminder.objects.filter(room=room, user=user).delete()
        if deleted:
            _note("reminder.unset", user, room.pk, source)


def _note(action: str, user: User, room_id: str, source: Source) -> None:
    record(action, source=source, actor=user.uid, object_type="room", object_id=room_id, room=room_id)
