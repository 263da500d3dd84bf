"""Who is to be told now: that a room starts, that it is at another time, or that it was called off."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q

from rooms.models import Reminder, Room, State

LEAD = timedelta(minutes=10)  # before the time it is scheduled for
KEPT = timedelta(days=7)  # a room that is called off stands in the hallway of those who asked no longer
CALLED_OFF = ("host", "moderator")  # why a room that never started is over, where somebody ended it


class News(StrEnum):
    """What somebody is notified of."""

    STARTS = "starts"  # the room that they asked to be reminded of
    OPENED = "opened"  # a room whose host they know
    CHANGED = "changed"  # it moved, or was called off


AFTER = {News.STARTS: timedelta(minutes=30), News.OPENED: timedelta(hours=1), News.CHANGED: timedelta(minutes=30)}
"""How long after the time of the room, or after now where that has passed or the room has begun, it is news still."""


def until(news: News, room: Room, now: datetime) -> datetime:
    """When it is too late to say so: of what changed, not before the room would have begun, however far off it is."""
    ahead = room.state != State.LIVE and room.scheduled_for  # a host may begin weeks before the time
    return max(ahead or now, now) + AFTER[news]


def due(now: datetime) -> Sequence[int]:
    """The primary keys of the reminders to be sent: of rooms that start within `LEAD`, or have started.

    Those that somebody asked for come first.
    """
    soon = Q(room__state=State.SCHEDULED, room__scheduled_for__lte=now + LEAD)
    waiting = Reminder.objects.filter(soon | Q(room__state=State.LIVE), sent_at=None)
    return list(waiting.order_by("-asked", "room__scheduled_for", "pk").values_list("pk", flat=True))


def changed() -> Sequence[int]:
    """The primary keys of the reminders whose people do not know yet that the room moved or was called off."""
    return list(
        Reminder.objects.filter(changed=True).order_by("room__scheduled_for", "pk").values_list("pk", flat=True)
    )


def over(now: datetime) -> Sequence[int]:
    """The primary keys of the reminders of rooms that never started, once their time has passed or it is long known."""
    never = Reminder.objects.filter(room__state=State.ENDED, room__started_at=None, changed=False)
    past = Q(room__scheduled_for__lte=now) | Q(room__ended_at__lte=now - KEPT)
    return list(never.filter(past).values_list("pk", flat=True))
