"""Who is to be told now that a room starts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from rooms.models import Reminder, State

LEAD = timedelta(minutes=10)  # before the time it is scheduled for


def due(now: datetime) -> Sequence[int]:
    """The primary keys of the reminders to be sent: of rooms that start within `LEAD`, or have started.

    Those that somebody asked for come first.
    """
    soon = Q(room__state=State.SCHEDULED, room__scheduled_for__lte=now + LEAD)
    waiting = Reminder.objects.filter(soon | Q(room__state=State.LIVE), sent_at=None)
    return list(waiting.order_by("-asked", "room__scheduled_for", "pk").values_list("pk", flat=True))
