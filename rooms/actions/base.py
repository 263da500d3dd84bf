"""What every action on a room is made of: one transaction that holds the room and numbers what it says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts import avatars
from accounts.models import User
from moderation.audit.record import record, record_refusal
from moderation.audit.source import Source
from rooms import bus, media, protocol, rows
from rooms.admission import visible_room
from rooms.models import Carrier, Member, Room, State, known
from rooms.protocol import Event
from rooms.roles import Code, Rank, Refused, Stage
from rooms.sfu.messages import Order, Wanted

# Asked at every offer and every event: who may be heard, and who must be gone.
_WANTED = """
SELECT number, present FROM rooms_member
WHERE room_id = %s AND present = TRUE AND stage = 'speaking' AND NOT muted
UNION ALL
SELECT number, present FROM rooms_member
WHERE room_id = %s AND present = FALSE AND (barred OR removed_at IS NOT NULL)
"""


@dataclass(slots=True)
class Turn:
    """One change of one room, whose row is held. What is said in it goes out after the commit, in order."""

    room: Room
    source: Source
    now: datetime
    events: list[Event] = field(default_factory=list)
    letters: list[bus.Letter] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    stirred: bool = False

    def say(self, event: Event, close: int = 0) -> None:
        """Number the event and tell everybody in the room; with `close`, then close every socket with that code."""
        number = self.room.seq + len(self.events) + 1
        self.events.append({**event, "seq": number})
        self.letters.append(bus.Letter(protocol.dump(self.events[-1]), close=close))

    def say_member(self, member: Member) -> None:
        """Tell everybody where this member stands now."""
        self.say(protocol.member(view(member)))

    def tell(self, connection: str, event: Event, close: int = 0) -> None:
        """Tell one connection; with `close`, then close it with that code."""
        self.letters.append(bus.Letter(protocol.dump(event), connection, close))

    def tell_all(self, event: Event) -> None:
        """Tell everybody in the room something that is no event: it is not numbered, and changes nothing."""
        self.letters.append(bus.Letter(protocol.dump(event)))

    def stir(self) -> None:
        """The audience has changed: its number goes out within a second."""
        self.stirred = True

    def note(self, action: str, actor: User | None, **act: Any) -> None:
        """Write the entry of this change."""
        record(action, source=self.source, actor=actor.uid if actor else "", room=self.room.pk, **act)

    def update(self, row: Room | Member, **values: Any) -> None:
        """Change the row, which must still be as it was read (a `RuntimeError` says that it was not), or insert it."""
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        if row.pk is None:
            rows.insert(row)
        elif not rows.change(row, before, values):
            raise RuntimeError("the row is not as it was when the room was locked")

    def close(self) -> None:
        """Count the events, and send everything after the commit."""
        if self.events:
            self.update(self.room, seq=self.room.seq + len(self.events))
            self.orders.insert(0, wanted(self.room))
        carriers = carrying(self.room.pk) if self.orders else []
        parcels = [media.parcel(sfu, order) for order in self.orders for sfu in carriers]
        parcels += [(bus.room_channel(self.room.pk), letter.dump()) for letter in self.letters]
        if parcels:
            transaction.on_commit(lambda: bus.publish(parcels), robust=True)
        if self.stirred:
            transaction.on_commit(lambda: bus.stir(self.room.pk), robust=True)


@contextmanager
def turn(room: Room, source: Source, now: datetime) -> Iterator[Turn]:
    """A turn in a room whose row this transaction has locked."""
    one = Turn(room, source, now)
    yield one
    one.close()


@contextmanager
def own_turn(user: User, room_id: str, source: Source, now: datetime) -> Iterator[tuple[Turn, Room]]:
    """A turn in a live room that exists for `user`, in a transaction of its own. Raises `Refused` as `held_turn`."""
    with transaction.atomic(), held_turn(user, room_id, source, now) as held:
        yield held


@contextmanager
def held_turn(user: User, room_id: str, source: Source, now: datetime) -> Iterator[tuple[Turn, Room]]:
    """A turn in a live room that exists for `user`, in the caller's transaction.

    Raises `Refused`: NOT_FOUND, NOT_STARTED, ENDED.
    """
    room = seen(user, room_id, lock=True)
    live(room)
    with turn(room, source, now) as one:
        yield one, room


def seen(user: User, room_id: str, *, lock: bool = False) -> Room:
    """The room, if it exists for `user`; raises `Refused(NOT_FOUND)`."""
    room = visible_room(user, room_id, lock=lock)
    if room is None:
        raise Refused(Code.NOT_FOUND)
    return room


def live(room: Room) -> None:
    """Nothing for a live room; raises `Refused`: NOT_STARTED, ENDED."""
    if room.state != State.LIVE:
        raise Refused(Code.ENDED if room.state == State.ENDED else Code.NOT_STARTED)


def ranked(room: Room, at_least: Rank = Rank.MODERATOR) -> Member:
    """One's own row in a room where one holds a rank; raises `Refused(FORBIDDEN)`."""
    if room.mine is None or room.mine.barred or room.mine.rank < at_least:
        raise Refused(Code.FORBIDDEN)
    return room.mine


@contextmanager
def refusals(action: str, user: User | None, room_id: str, source: Source) -> Iterator[None]:
    """Writes an entry for a refusal; the refusal goes on."""
    try:
        yield
    except Refused as refused:
        actor = user.uid if user else ""
        record_refusal(action, source=source, actor=actor, room=known(room_id), reason=refused.code.value)
        raise


def view(member: Member) -> Event:
    """The member as the wire shows them."""
    user = member.user
    who = (member.number, user.uid, user.display_name, avatars.address(user), user.ai_voice)
    hand = member.hand if member.stage == Stage.HAND_UP else None
    return protocol.member_view(*who, member.rank, member.stage, member.muted, hand)


def room_view(room: Room) -> Event:
    """The room as the wire shows it."""
    names = ("id", "title", "topic", "language", "link", "access", "state", "locked", "slow", "observed")
    return {name: getattr(room, name) for name in names}


def snapshot(room: Room) -> Event:
    """All a client must know now. Read after the room's row, so it is never older than its number says."""
    return protocol.snapshot(room.seq, room_view(room), listed(room.pk), listening(room.pk))


def listed(room_id: str) -> list[Event]:
    """The present members that others see by name."""
    rows = Member.objects.filter(room=room_id, present=True).exclude(stage=Stage.AUDIENCE, rank=Rank.MEMBER)
    return [view(member) for member in rows.select_related("user").order_by("number")]


def listening(room_id: str) -> int:
    """How many are present and not speaking."""
    return Member.objects.filter(room=room_id, present=True).exclude(stage=Stage.SPEAKING).count()


def carrying(room_id: str) -> list[str]:
    """The media processes that carry the room, or did a moment ago: what is ordered of it, each of them must hear."""
    return list(Carrier.objects.filter(room=room_id).order_by("sfu").values_list("sfu", flat=True))


def wanted(room: Room) -> Wanted:
    """What the media side should make of the room."""
    with connection.cursor() as cursor:
        cursor.execute(_WANTED, [room.pk, room.pk])
        rows = cursor.fetchall()
    return Wanted(
        room.pk,
        room.seq,
        room.state == State.LIVE,
        tuple(number for number, present in rows if present),
        tuple(number for number, present in rows if not present),
    )
