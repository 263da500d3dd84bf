"""What was just said in a room, asked of every media process that carries it."""

from datetime import datetime

from django.db import transaction

from rooms import bus, media
from rooms.actions.base import carrying
from rooms.sfu.messages import Freeze


def freeze(room_id: str, freeze: str, key: str, at: datetime) -> list[str]:
    """The media processes that are told, after the commit, to seal the minute before `at`; none where nobody carries
    the room.

    `freeze` is 16 hexadecimal digits and `key` the public half of the case's key, in hexadecimal too. Each answers for
    its own, as `rooms.evidence.sealed`. To ask again does no harm.
    """
    order = Freeze(room_id, freeze, key, int(at.timestamp() * 1000))
    carriers = carrying(room_id)
    parcels = [media.parcel(sfu, order) for sfu in carriers]
    if parcels:
        transaction.on_commit(lambda: bus.publish(parcels), robust=True)
    return carriers
