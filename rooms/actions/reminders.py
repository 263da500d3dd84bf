"""Who is told that a room starts: those who asked for it, and those who want to hear of people they know."""

import math
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override

from accounts import push
from accounts.models import User
from moderation.audit.record import record
from moderation.audit.source import Source
from rooms.acquaintances import known_to
from rooms.actions.base import live, refusals, seen
from rooms.admission import visible_room
from rooms.models import Reminder, Room, State
from rooms.roles import Code, Rank, Refused


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
        deleted, _ = Reminder.objects.filter(room=room, user=user, asked=True).delete()
        if deleted:
            _note("reminder.unset", user, room.pk, source)


def send(pk: int, *, source: Source, now: datetime) -> bool:
    """Whether the reminder is sent, by this call alone: it is marked together with the row that carries its words.

    Nothing is sent to somebody who is there already, wants no notifications, or for whom the room is gone.
    """
    with transaction.atomic():
        # No join in here: a database that has to look again after waiting looks again at this row only.
        if Reminder.objects.filter(pk=pk, sent_at=None).update(sent_at=now) != 1:
            return False
        reminder = Reminder.objects.select_related("user").get(pk=pk)
        user, room = reminder.user, visible_room(reminder.user, reminder.room_id)
        if room is None:
            return False
        host = None if reminder.asked else User.objects.get(memberships__room=room, memberships__rank=Rank.HOST)
        if not _wanted(user, room, host):
            return False
        with override(user.language or settings.LANGUAGE_CODE):
            push.send(user, room.title, _words(room, host, now), reverse("room", args=[room.pk]))
        _note("reminder.send", user, room.pk, source)
    return True


def _wanted(user: User, room: Room, host: User | None) -> bool:
    """Whether there is still something to tell this person: they may come in, are not there yet, and want to hear.

    `host` is whom they know, where they did not ask to be reminded.
    """
    mine = room.mine
    if room.state == State.ENDED or (mine is not None and (mine.present or mine.barred)):
        return False
    return user.notify_reminders if host is None else user.notify_openings and host.pk in known_to(user)


def _words(room: Room, host: User | None, now: datetime) -> str:
    """What is going on, in the language that is active."""
    if host is not None:
        return gettext("%(name)s is hosting this room now. Come in and listen.") % {"name": host.display_name}
    if room.state == State.LIVE or room.scheduled_for is None:
        return gettext("It has started. Come in and listen.")
    minutes = math.ceil((room.scheduled_for - now).total_seconds() / 60)
    if minutes < 1:
        return gettext("It is about to start.")
    return ngettext("It starts in %(minutes)d minute.", "It starts in %(minutes)d minutes.", minutes) % {
        "minutes": minutes
    }


def _note(action: str, user: User, room_id: str, source: Source) -> None:
    record(action, source=source, actor=user.uid, object_type="room", object_id=room_id, room=room_id)
