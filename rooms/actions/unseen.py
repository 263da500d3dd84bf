"""Whoever has a connection in a media process and stands in no list of the room: cut, and told as a refusal.

A `Drop` is sent after the commit, and is lost where Redis is away or the process dies between the two: the one who left
would go on hearing a room in which nobody sees them. So media processes say every ten seconds of whom they have
connections. A place that is kept for whoever lost their socket counts as present, as it does for everybody else.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts import throttle
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from rooms import bus, media
from rooms.models import Member, State
from rooms.sfu.messages import Drop, Present

GRACE = timedelta(seconds=30)  # since they left, in which a `Drop` is on its way
LAST = 2**31 - 1  # visit, of somebody who has no row any more
ONCE = 3600  # s in which one who is cut by several web processes is told of once


def cut(report: Present, *, source: Source, now: datetime) -> int:
    """How many members were cut whom their room has not listed for a while.

    Told first: whoever dies in between is told of no less, and the next report has them cut. Raises `redis.RedisError`
    and `throttle.Unavailable`.
    """
    here = {(room, number) for room, numbers in report.rooms.items() for number in numbers}
    rows = Member.objects.filter(room__in=report.rooms)
    others = here.difference(rows.filter(present=True).values_list("room", "number"))
    found = [_drop(rows, room, number, now) for room, number in sorted(others)]
    drops = [drop for drop in found if drop is not None]
    for drop in drops:
        _tell(drop, source)
    bus.publish(media.parcel(report.sfu, drop) for drop in drops)
    return len(drops)


def _drop(rows: QuerySet[Member], room: str, number: int, now: datetime) -> Drop | None:
    """The order again that was lost; None for whoever came back, or left a moment ago.

    None also where the room is over: nobody left it, and `carriers.reconcile` tells the media process so.
    """
    member = rows.filter(room=room, number=number).select_related("room").first()
    if member is None:
        return Drop(room, number, LAST)
    recent = member.left_at is not None and member.left_at > now - GRACE
    if member.present or recent or member.room.state == State.ENDED:
        return None
    return Drop(room, number, member.visit - 1)


def _tell(drop: Drop, source: Source) -> None:
    if not throttle.hit("media.unseen", f"{drop.room}/{drop.member}/{drop.visit}", limit=1, per=ONCE):
        return
    who = Member.objects.filter(room=drop.room, number=drop.member).values_list("user__uid", flat=True).first()
    record_refusal("media.connect", source=source, actor=who or "", room=drop.room, reason="unseen")
