"""Who is told of a room: those who asked for it, also of another time or none, and those who know its host."""

import math
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, override

from accounts import push
from accounts.models import User
from moderation.audit.record import record
from moderation.audit.source import Source
from rooms.acquaintances import known_to
from rooms.actions.base import live, refusals, seen
from rooms.admission import visible_room
from rooms.models import Reminder, Room, State
from rooms.reminders import LEAD, News, until
from rooms.roles import Code, Rank, Refused


def remind(user: User, room_id: str, *, source: Source, now: datetime) -> None:
    """`user` is told when the scheduled room starts; asked for again, nothing changes.

    Raises `Refused`: NOT_FOUND, BANNED, ALREADY for a live room, ENDED.
    """
    with refusals("reminder.set", user, room_id, source), transaction.atomic():
        room = seen(user, room_id, lock=True)  # its time, and whether it comes, are those that they are told of
        if room.mine is not None and room.mine.barred:
            raise Refused(Code.BANNED)
        if room.state != State.SCHEDULED:
            live(room)
            raise Refused(Code.ALREADY)
        first = {"created_at": now, "asked_for": room.scheduled_for}
        _, new = Reminder.objects.get_or_create(room=room, user=user, defaults=first)
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

    Nothing is sent to somebody who is there already, wants no notifications, or for whom the room is gone; of one that
    was moved since it was found to be due, nothing yet.
    """
    with transaction.atomic():
        # No join in here: a database that has to look again after waiting looks again at this row only.
        if Reminder.objects.filter(pk=pk, sent_at=None).update(sent_at=now) != 1:
            return False
        reminder = Reminder.objects.select_related("user").get(pk=pk)
        user, room = reminder.user, visible_room(reminder.user, reminder.room_id)
        if room is None or room.state == State.ENDED:  # whoever hosted it may have left, for good
            return False
        if _ahead(room, now):
            Reminder.objects.filter(pk=pk).update(sent_at=None)
            return False
        host = None if reminder.asked else User.objects.get(memberships__room=room, memberships__rank=Rank.HOST)
        if not _wanted(user, room, host):
            return False
        with override(user.language or settings.LANGUAGE_CODE):
            news = News.STARTS if host is None else News.OPENED
            push.send(user, room.title, _words(room, host, now), _page(room), until(news, room, now))
        _note("reminder.send", user, room.pk, source)
    return True


def tell(pk: int, *, source: Source, now: datetime) -> bool:
    """Whether it is told, by this call alone, that the room was called off or is at another time.

    Of one that starts within `LEAD`, or has started, the reminder itself is all that is sent.
    """
    with transaction.atomic():
        if Reminder.objects.filter(pk=pk, changed=True).update(changed=False) != 1:
            return False
        user = Reminder.objects.select_related("user").get(pk=pk).user
        room = visible_room(user, Reminder.objects.values_list("room", flat=True).get(pk=pk))
        if room is None or not user.notify_reminders or (room.mine is not None and room.mine.barred):
            return False
        with override(user.language or settings.LANGUAGE_CODE):
            if not (words := _change(room, now)):
                return False
            push.send(user, room.title, words, _page(room), until(News.CHANGED, room, now))
        _note("reminder.tell", user, room.pk, source)
    return True


def end(pk: int, *, source: Source) -> None:
    """Nothing: the reminder of a room that did not take place is gone."""
    with transaction.atomic():
        reminder = Reminder.objects.select_related("user").select_for_update(of=("self",)).filter(pk=pk).first()
        if reminder is not None:
            reminder.delete()
            _note("reminder.end", reminder.user, reminder.room_id, source)


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


def _change(room: Room, now: datetime) -> str:
    """What became of the plan, in the language that is active; empty where all there is to say is that it starts."""
    if room.state == State.ENDED and room.started_at is None:
        if room.end_reason == "host":
            return gettext("The host called this room off.")
        return gettext("The moderators of this server called this room off.")
    if room.scheduled_for is None or not _ahead(room, now):
        return ""
    time = date_format(room.scheduled_for, "DATETIME_FORMAT")
    return gettext("The host changed the time. It is to start on %(time)s UTC.") % {"time": time}


def _page(room: Room) -> str:
    return reverse("room", args=[room.pk])


def _ahead(room: Room, now: datetime) -> bool:
    """Whether it starts so much later that it is too soon for the reminder."""
    return room.state == State.SCHEDULED and room.scheduled_for is not None and room.scheduled_for > now + LEAD


def _note(action: str, user: User, room_id: str, source: Source) -> None:
    record(action, source=source, actor=user.uid, object_type="room", object_id=room_id, room=room_id)
