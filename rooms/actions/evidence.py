"""What was just said in a room, asked of the media process that carries it."""

from datetime import datetime

from django.db import transaction

from rooms import bus, media
from rooms.models import Room
from rooms.sfu.messages import Freeze


def freeze(room_id: str, freeze: str, key: str, at: datetime) -> bool:
    """Whether there is a media process to ask: after the commit it is told to seal the minute before `at`.

    `freeze` is 16 hexadecimal digits and `key` the public half of the case's key, in hexadecimal too. The answer comes
    as `rooms.evidence.sealed`. To ask again does no harm.
    """
    sfu = Room.objects.filter(pk=room_id).values_list("sfu", flat=True).first()
    if not sfu:
        return False
    order = Freeze(room_id, freeze, key, int(at.timestamp() * 1000))
    transaction.on_commit(lambda: bus.publish([media.parcel(sfu, order)]), robust=True)
    return True
