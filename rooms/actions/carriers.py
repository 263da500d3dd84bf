"""Which media processes carry a room, what holds them together, and what each of them missed.

The set changes only here, with the room's row held, and each change has a number, from when there was a second one on.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from rooms import bus, media, placement
from rooms.actions.base import wanted
from rooms.models import Carrier, Room
from rooms.placement import Taker
from rooms.roles import Code, Refused
from rooms.sfu import envelope
from rooms.sfu.messages import Alive, Order, Spread, Wanted

IDLE = timedelta(minutes=2)
"""How long a media process that holds nobody of a room still carries it: it may be asked for the last minute."""
LABEL = b"stoa room key\0"

# Asked at every offer.
_CARRIERS = "SELECT sfu, epoch FROM rooms_carrier WHERE room_id = %s AND idle_since IS NULL"


def place(room: Room, own: str, taking: Sequence[Taker]) -> tuple[Taker, list[bus.Parcel]]:
    """The media process that takes the next connection into the room, which it carries from now on.

    `own` is where the member's last connection is. With it comes what the carriers must be told afterwards, if the set
    is another now. Raises `Refused(UNAVAILABLE)` when none takes connections.
    """
    if not taking:
        raise Refused(Code.UNAVAILABLE)
    with connection.cursor() as cursor:
        cursor.execute(_CARRIERS, [room.pk])
        known = set(cursor.fetchall())
    chosen = _choose(taking, known, own)
    if (chosen.sfu, chosen.epoch) in known:
        return chosen, []
    with transaction.atomic():
        held = Room.objects.select_for_update().get(pk=room.pk)
        before = {carrier.sfu: carrier for carrier in held.carriers.all()}
        chosen = _choose(taking, {(one.sfu, one.epoch) for one in before.values()}, own)  # one more may carry it by now
        was = before.get(chosen.sfu)
        Carrier.objects.update_or_create(
            room=held, sfu=chosen.sfu, defaults={"epoch": chosen.epoch, "key": chosen.key, "idle_since": None}
        )
        if was is not None and was.epoch == chosen.epoch:
            return chosen, []
        return chosen, _changed(held, len(before))


def _choose(taking: Sequence[Taker], carriers: Collection[tuple[str, str]], own: str) -> Taker:
    running = {taker.sfu for taker in taking if (taker.sfu, taker.epoch) in carriers}
    return placement.place(taking, running, own, settings.STOA_SFU_PEERS)


def _changed(room: Room, before: int, left: Sequence[str] = ()) -> list[bus.Parcel]:
    """What the carriers of the room, which is held, and those who `left`, must be told of the set.

    There were so many of them before.
    """
    now = list(room.carriers.order_by("sfu"))
    if max(before, len(now)) < 2:
        return []
    room.spread += 1
    room.save(update_fields=["spread"])
    without = Spread(room.pk, room.spread, tuple(carrier.sfu for carrier in now), "")  # who left needs no key
    told = [media.parcel(carrier.sfu, _spread(room, now, carrier)) for carrier in now]
    return told + [media.parcel(sfu, without) for sfu in left]


def _spread(room: Room, carriers: Sequence[Carrier], to: Carrier) -> Spread:
    order = Spread(room.pk, room.spread, tuple(carrier.sfu for carrier in carriers), "")
    return envelope.close(order, key(room), to.key, X25519PrivateKey.generate())


def key(room: Room) -> bytes:
    """The room's key for what travels between its carriers: the same for as long as it is open, and stored nowhere."""
    opening = f"{room.pk} {room.started_at and room.started_at.timestamp()}"
    return HKDF(SHA256(), envelope.SIZE, None, LABEL + opening.encode()).derive(settings.SECRET_KEY.encode())


def reconcile(alive: Alive, now: datetime) -> list[Order]:
    """What the media process missed: newer states of its rooms, who else carries them, and which are not its own.

    Noted is which of the rooms it carries it holds nobody of, and since when.
    """
    carried = Carrier.objects.filter(sfu=alive.sfu, epoch=alive.epoch).select_related("room")
    mine = {carrier.room_id: carrier for carrier in carried}
    held = {pk: carrier for pk, carrier in mine.items() if pk in alive.rooms}
    _mark([carrier.pk for pk, carrier in mine.items() if pk not in held and carrier.idle_since is None], now)
    _mark([carrier.pk for carrier in held.values() if carrier.idle_since is not None], None)
    rooms = [carrier.room for carrier in held.values()]
    behind: list[Order] = [wanted(room) for room in rooms if room.seq > alive.rooms[room.pk]]
    apart = [held[room.pk] for room in rooms if room.spread > alive.spreads.get(room.pk, 0)]
    together = [_spread(one.room, list(one.room.carriers.order_by("sfu")), one) for one in apart]
    strays = [Wanted(room, version, False, (), ()) for room, version in alive.rooms.items() if room not in held]
    return [*behind, *together, *strays]


def _mark(carriers: list[int], idle_since: datetime | None) -> None:
    if carriers:
        Carrier.objects.filter(pk__in=carriers).update(idle_since=idle_since)


def lose(sfu: str, epoch: str) -> int:
    """How many rooms this media process, which is gone, does not carry any more: others do, and are told so.

    A room that it carried alone waits for it, or for whoever takes the next connection.
    """
    gone = Carrier.objects.filter(sfu=sfu, epoch=epoch)
    return sum(_leave(room, Q(sfu=sfu, epoch=epoch), alone=False) for room in list(gone.values_list("room", flat=True)))


def retire(living: Callable[[Collection[str]], Collection[str]], *, now: datetime) -> int:
    """How many carriers leave their rooms: they have held nobody for a while, or were not heard of.

    `living` tells which leases are held; every media process that is heard of has one.
    """
    busy = Carrier.objects.filter(idle_since=None)
    leases = {f"{sfu}.{epoch}" for sfu, epoch in busy.values_list("sfu", "epoch").distinct()}
    for lease in leases.difference(living(sorted(leases)) if leases else ()):
        sfu, _, epoch = lease.rpartition(".")
        busy.filter(sfu=sfu, epoch=epoch).update(idle_since=now)
    idle = Carrier.objects.filter(idle_since__lte=now - IDLE)
    found = list(idle.values_list("room", "pk"))
    return sum(_leave(room, Q(pk=pk, idle_since__lte=now - IDLE), alone=True) for room, pk in found)


def _leave(room_id: str, who: Q, *, alone: bool) -> bool:
    """Whether this carrier left the room; one that is alone there stays, unless `alone` says so."""
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room_id)
        before = room.carriers.count()
        left = list(room.carriers.filter(who)) if alone or before > 1 else []
        for carrier in left:
            carrier.delete()
        parcels = _changed(room, before, [carrier.sfu for carrier in left]) if left else []
        if parcels:
            transaction.on_commit(lambda: bus.publish(parcels), robust=True)
    return bool(left)
