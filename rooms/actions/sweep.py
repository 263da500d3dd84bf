"""What happens by rule: the lost are let go, hosting passes on, empty rooms end. Any process may sweep, at any time."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from accounts import standing
from accounts.models import Lever
from accounts.switches import pulled
from moderation.audit.source import Source
from rooms.actions import carriers, observe
from rooms.actions.base import turn
from rooms.actions.presence import let_go, pass_by_rule
from rooms.actions.rooms import end
from rooms.models import Member, Room, State
from rooms.roles import Rank


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited: for a lost member, a host when nobody can take over, anybody in an empty room, a start."""

    lost: timedelta = timedelta(seconds=30)
    host: timedelta = timedelta(minutes=10)
    empty: timedelta = timedelta(minutes=5)
    start: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did."""

    lost: int
    left: int
    passed: int
    ended: int


def sweep(
    living: Callable[[Collection[str]], Collection[str]],
    *,
    source: Source,
    now: datetime,
    patience: Patience = Patience(),
) -> Swept:
    """What was done by rule. `living` tells which of the given processes still hold their lease."""
    lost = mark_lost(living, now=now)
    overdue, barred = Q(lost_at__lte=now - patience.lost), ~standing.good(now, "user__")
    left = _let_go(overdue, "lost", source, now) + _let_go(barred, "signed_out", source, now)
    observe.forget(now - patience.empty)
    passed = sum(_pass_on(pk, source, now) for pk in _hostless())
    over = dict.fromkeys([*_forsaken(now, patience), *_unstarted(now, patience), *_closing(now)])
    carriers.retire(living, now=now)
    ended = sum(_end(pk, patience, source, now) for pk in over)
    return Swept(lost, left, passed, ended)


def mark_lost(living: Callable[[Collection[str]], Collection[str]], *, now: datetime) -> int:
    """How many members were found whose process is gone; those whose process is back are waited for no longer."""
    held = Member.objects.filter(present=True).exclude(process="")
    processes = list(held.values_list("process", flat=True).distinct())
    alive = living(processes) if processes else ()
    held.filter(process__in=alive, lost_at__isnull=False).update(lost_at=None)
    return held.exclude(process__in=alive).filter(lost_at=None).update(lost_at=now)


def _hostless() -> Iterable[str]:
    hosts = Member.objects.filter(room__state=State.LIVE, rank=Rank.HOST, present=False)
    return list(hosts.values_list("room", flat=True))


def _forsaken(now: datetime, patience: Patience) -> Iterable[str]:
    rooms = Room.objects.filter(state=State.LIVE, started_at__lte=now - min(patience.empty, patience.host))
    return list(rooms.filter(members__rank=Rank.HOST, members__present=False).values_list("pk", flat=True))


def _unstarted(now: datetime, patience: Patience) -> Iterable[str]:
    rooms = Room.objects.filter(state=State.SCHEDULED, scheduled_for__lte=now - patience.start)
    return list(rooms.values_list("pk", flat=True))


def _closing(now: datetime) -> Iterable[str]:
    """The live rooms, once the server is suspended and they had their minute."""
    return list(Room.objects.filter(state=State.LIVE).values_list("pk", flat=True)) if _server_ends(now) else ()


def _server_ends(now: datetime) -> bool:
    switch = pulled(Lever.SERVER)
    return switch is not None and switch.ends_at is not None and switch.ends_at <= now


def _let_go(whom: Q, reason: str, source: Source, now: datetime) -> int:
    """How many of these members were still there."""
    present = list(Member.objects.filter(whom, present=True).values_list("pk", "room"))
    return sum(let_go(room, whom & Q(pk=pk), reason, source=source, now=now) for pk, room in present)


def _pass_on(room_id: str, source: Source, now: datetime) -> bool:
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room_id)
        host = Member.objects.filter(room=room_id, rank=Rank.HOST, present=False).first()
        if host is None or room.state != State.LIVE:
            return False
        with turn(room, source, now) as one:
            return pass_by_rule(one, host)


def _end(room_id: str, patience: Patience, source: Source, now: datetime) -> bool:
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room_id)
        reason = _why_over(room, now, patience)
        if not reason:
            return False
        with turn(room, source, now) as one:
            end(one, reason)
            one.note("room.end", None, object_type="room", object_id=room.pk, reason=reason)
    return True


def _why_over(room: Room, now: datetime, patience: Patience) -> str:
    """`not_started`, `suspended` with the server, `empty`, `host_lost`, or nothing while the room may go on."""
    if room.state == State.SCHEDULED:
        return "not_started" if room.scheduled_for and room.scheduled_for <= now - patience.start else ""
    if room.state == State.ENDED:
        return ""
    if _server_ends(now):
        return "suspended"
    members = Member.objects.filter(room=room)
    last = members.aggregate(any=Max("left_at"), host=Max("left_at", filter=Q(rank=Rank.HOST)))
    since = {who: max(filter(None, (left, room.started_at))) for who, left in last.items()}
    if not members.filter(present=True).exists():
        return "empty" if since["any"] <= now - patience.empty else ""
    hosted = members.filter(rank=Rank.HOST, present=True).exists()
    return "host_lost" if not hosted and since["host"] <= now - patience.host else ""
