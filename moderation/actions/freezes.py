"""What a report has sealed: the ring of its room, as often as its measure allows."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import User
from moderation.measures import Measure
from moderation.models import Decision, Freeze, Report, Stand
from rooms.actions import evidence
from rooms.models import Room, State

PER_DAY = 6  # of one reporter: false reports cannot make the server keep speech
WRONG_FOR = timedelta(days=30)  # each report of these days in which nothing was found takes one away, but for the last
PER_HOUR = 12  # of one room, whichever members report
OF_ONE = 3  # of these, by one of them: two accounts cannot use up what others' reports need
AT_WORK = 6  # of one room in an hour, by all of the staff: nobody keeps a room by reporting it at work
ENDED_FOR = timedelta(minutes=1)  # the ring outlives its room by as much


def freeze(report: Report, room: Room | None, now: datetime) -> Freeze | None:
    """The freeze of the room's ring, asked for after the commit; None where there is nothing to freeze any more."""
    if room is None or not _has_ring(room, now) or not _affords(report, room, now):
        return None
    made = Freeze.objects.create(id=secrets.token_hex(8), case=report.case, report=report, room=room.pk, asked_at=now)
    asked = evidence.freeze(room.pk, made.pk, report.case.key, now)
    if len(asked) > 1:
        made.waiting = asked
        made.save(update_fields=["waiting"])
    return made


def _has_ring(room: Room, now: datetime) -> bool:
    just_over = room.state == State.ENDED and room.ended_at is not None and room.ended_at > now - ENDED_FOR
    return settings.STOA_PROFILE != "private" and (room.state == State.LIVE or just_over)


def _affords(report: Report, room: Room, now: datetime) -> bool:
    """Whether the ring may be frozen for the report once more."""
    of_room = Freeze.objects.filter(room=room.pk, asked_at__gt=now - timedelta(hours=1))
    if report.staff is not None:
        return of_room.exclude(report__staff=None).count() < AT_WORK
    if report.reporter is None:
        return True
    own = Freeze.objects.filter(report__reporter=report.reporter, asked_at__gt=now - timedelta(days=1)).count()
    here, theirs = of_room.filter(report__reporter=report.reporter), of_room.filter(report__staff=None)
    room_left = here.count() < OF_ONE and theirs.count() < PER_HOUR
    return room_left and own < _budget(report.reporter, now, own)


def _budget(reporter: User, now: datetime, own: int) -> int:
    """How many freezes a day they have, of which they had `own`: fewer where their reports were found wrong lately."""
    if not own:
        return PER_DAY  # the first is everybody's, and costs no question
    lately = Report.objects.filter(reporter=reporter, made_at__gt=now - WRONG_FOR)
    found = Decision.objects.filter(measure=Measure.NONE, state=Stand.IN_FORCE)
    return max(1, PER_DAY - lately.filter(case__in=found.values("case")).count())
