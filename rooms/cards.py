"""What is shown of rooms to those for whom they exist: cards."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q

from accounts.blocks import blocked_by
from accounts.models import User
from accounts.templatetags.people import person
from rooms.actions.base import room_view, seen
from rooms.models import Access, Member, Room, State, known
from rooms.roles import Rank, Stage

FACES = 6  # of the stage, on a card

Card = Mapping[str, Any]


def card(user: User, room_id: str) -> Card:
    """One room's card. Raises `Refused(NOT_FOUND)`."""
    return cards([seen(user, room_id)])[0]


def open_card(room_id: str) -> Card | None:
    """The card of an open room that is to come or live: all that somebody who has not signed in may know of any.

    One that is hidden, one that is over and one that never was take the same statement, and no other.
    """
    rooms = Room.objects.filter(pk=known(room_id), access=Access.OPEN).exclude(state=State.ENDED)
    return cards(list(rooms))[0] if rooms else None


def blocked_here(user: User, room_id: str) -> Sequence[Card]:
    """Those whom this person blocked, and would hear in the room: on its stage, or hosting it."""
    heard = Q(present=True, stage=Stage.SPEAKING) | Q(rank=Rank.HOST)
    members = Member.objects.filter(heard, room=room_id, user__in=blocked_by(user)).select_related("user")
    return [person(member.user) for member in members.order_by("-rank", "number")]


def cards(rooms: Sequence[Room], familiar: Collection[int] = ()) -> Sequence[Card]:
    """The rooms' cards, in the same order; three statements for all of them. The `familiar` are named where present."""
    here = Q(present=True, stage=Stage.SPEAKING) | Q(rank__gte=Rank.MODERATOR)
    here |= Q(present=True, user__in=familiar)
    faces: dict[str, list[Member]] = defaultdict(list)
    for member in Member.objects.filter(here, room__in=rooms).select_related("user").order_by("-rank", "joined_at"):
        faces[member.room_id].append(member)
    present = Member.objects.filter(room__in=rooms, present=True).order_by().values("room")
    listening = present.exclude(stage=Stage.SPEAKING).annotate(count=Count("pk"))
    counts = {row["room"]: row["count"] for row in listening}
    return [_card(room, faces[room.pk], counts.get(room.pk, 0), familiar) for room in rooms]


def _card(room: Room, faces: Iterable[Member], listening: int, familiar: Collection[int]) -> Card:
    host = next(member for member in faces if member.rank == Rank.HOST)
    stage = [member for member in faces if member.present and member.stage == Stage.SPEAKING]
    return {
        **room_view(room),
        "seq": room.seq,
        "scheduled_for": room.scheduled_for,
        "started_at": room.started_at,
        "ended_at": room.ended_at,
        "end_reason": room.end_reason,
        "host": person(host.user),
        "moderators": [person(member.user) for member in faces if member.rank == Rank.MODERATOR],
        "stage": [{"number": member.number, **person(member.user)} for member in stage[:FACES]],
        "speaking": len(stage),
        "listening": listening,
        "known": [person(member.user) for member in faces if member.present and member.user_id in familiar],
    }
