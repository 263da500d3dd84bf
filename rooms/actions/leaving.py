"""Somebody leaves for good: what becomes of the rooms they are in, and of those they host."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from moderation.audit.source import Source
from rooms import bus
from rooms.actions.base import turn
from rooms.actions.presence import depart, pass_by_rule
from rooms.actions.rooms import end
from rooms.models import Member, Room, State
from rooms.roles import Rank


def leave_all(user: User, *, by: User | None, source: Source, now: datetime) -> int:
    """How many rooms the person was in, or hosted, and does not any more.

    A live room they host passes on by rule, or ends; one that is to come is called off. Entries: `member.leave`,
    `member.pass_host`, `room.end`. That they do not come in again is for whoever closes their account, with their row
    held before this. Raises `Refused(UNAVAILABLE)` while the road to the media side is closed.
    """
    bus.check()
    with transaction.atomic():
        theirs = Member.objects.filter(Q(present=True) | Q(rank=Rank.HOST), user=user)
        # In one order for all, so that none wait in a ring.
        rooms = list(theirs.exclude(room__state=State.ENDED).order_by("room").values_list("room", flat=True))
        return sum(_leave(room, user, by, source, now) for room in rooms)


def hold(user: User) -> None:
    """Nothing: the rooms that go on and have a row of the person change no more until this transaction ends."""
    theirs = Member.objects.filter(user=user).values("room")
    list(Room.objects.select_for_update().filter(pk__in=theirs).exclude(state=State.ENDED).order_by("pk"))


def _leave(room_id: str, user: User, by: User | None, source: Source, now: datetime) -> bool:
    room = Room.objects.select_for_update().get(pk=room_id)
    member = Member.objects.filter(room=room_id, user=user).select_related("user").first()
    if member is None or room.state == State.ENDED:
        return False
    with turn(room, source, now) as one:
        passes = member.rank == Rank.HOST and room.state == State.LIVE and pass_by_rule(one, member)
        if member.present:
            depart(one, member, "left")
            one.note("member.leave", by, object_type="member", object_id=user.uid, reason="ended")
        if member.rank == Rank.HOST and not passes:
            reason = "host_lost" if room.state == State.LIVE else "host"
            end(one, reason)
            one.note("room.end", by, object_type="room", object_id=room.pk, reason=reason)
    return True
