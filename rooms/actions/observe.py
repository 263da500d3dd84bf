"""The server's moderation listens: in any live room, as a member everybody is told of, and only for that one visit.

Who observes does nothing else there (`roles.TAKING_PART`), unless they hold a rank in the room.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from moderation.audit.source import Source
from rooms.actions.base import live, refusals, turn
from rooms.actions.presence import new_member, say_observed, sit_apart
from rooms.models import Member, Room, known
from rooms.roles import Code, Refused


def observe(user: User, room_id: str, *, source: Source, now: datetime) -> None:
    """Nothing: this person of the staff may come in for one visit, whatever the room's door says.

    While they are there the room is `observed`, and says so. Raises `Refused`: NOT_FOUND, NOT_STARTED, ENDED.
    """
    with refusals("room.observe", user, room_id, source), transaction.atomic():
        room = Room.objects.select_for_update().filter(pk=known(room_id)).first()
        if room is None:
            raise Refused(Code.NOT_FOUND)
        live(room)
        with turn(room, source, now) as one:
            member = Member.objects.filter(room=room, user=user).first() or new_member(one, user)
            one.update(member, observer=True, lost_at=member.lost_at if member.present else now)
            if member.present:
                sit_apart(one, member)
                say_observed(one)
            one.note("room.observe", user, object_type="room", object_id=room.pk)


def forget(before: datetime) -> int:
    """How many could have come in to observe since before then, and did not: they may no more."""
    waiting = Member.objects.filter(observer=True, present=False, lost_at__lte=before)
    return waiting.update(observer=False, lost_at=None)
