"""The last minute of a room, frozen for a case: as it is reported, or as the staff ends the room at once."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings

from moderation.models import Case, Freeze, Report
from rooms.actions import evidence
from rooms.models import Room, State

ENDED_FOR = timedelta(minutes=1)
"""The ring outlives its room by as much."""


def has_ring(room: Room, now: datetime) -> bool:
    """Whether a media process may hold something that was said in the room."""
    if settings.STOA_PROFILE == "private":
        return False
    just_over = room.state == State.ENDED and room.ended_at is not None and room.ended_at > now - ENDED_FOR
    return room.state == State.LIVE or just_over


def freeze(case: Case, room: Room, now: datetime, report: Report | None = None) -> Freeze:
    """The freeze of the room's ring, asked for after the commit; the caller's entry tells of it.

    What is ordered of the room after this call reaches the media processes after it.
    """
    frozen = Freeze.objects.create(id=secrets.token_hex(8), case=case, report=report, room=room.pk, asked_at=now)
    asked = evidence.freeze(room.pk, frozen.pk, case.key, now)
    if len(asked) > 1:
        frozen.waiting = asked
        frozen.save(update_fields=["waiting"])
    return frozen
