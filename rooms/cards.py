"""What is shown of rooms to those for whom they exist: cards for the hallway, pages of the audience."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from rooms.actions.base import room_view, seen, view
from rooms.admission import visible_rooms
from rooms.models import Member, Room, State
from rooms.protocol import Event
from rooms.roles import Code, Rank, Refused, Stage

MOST_CARDS = 100
FACES = 6  # of the stage, on a card
PAGE = 50  # of the audience
FORGOTTEN = timedelta(hours=12)  # a scheduled room that nobody started

Card = Mapping[str, Any]


def hallway(user: User, now: datetime) -> Sequence[Card]:
    """The cards of the rooms this person may enter: live ones, newest first, then scheduled ones, next first."""
    mine = visible_rooms(user).exclude(mine__barred=True)  # type: ignore[misc]  # the plugin knows no FilteredRelation
    live = mine.filter(state=State.LIVE).order_by("-started_at")[:MOST_CARDS]
    later = mine.filter(state=State.SCHEDULED, scheduled_for__gt=now - FORGOTTEN).order_by("scheduled_for")
    return cards([*live, *later[:MOST_CARDS]])


def card(user: User, room_id: str) -> Card:
    """One room's card. Raises `Refused(NOT_FOUND)`."""
    return cards([seen(user, room_id)])[0]


def cards(rooms: Sequence[Room]) -> Sequence[Card]:
    """The rooms' cards, in the same order; two queries for all of them."""
    here = Q(present=True, stage=Stage.SPEAKING) | Q(rank=Rank.HOST)
    faces: dict[str, list[Member]] = defaultdict(list)
    for member in Member.objects.filter(here, room__in=rooms).select_related("user").order_by("-rank", "joined_at"):
        faces[member.room_id].append(member)
    present = Member.objects.filter(room__in=rooms, present=True).order_by().values("room")
    listening = present.exclude(stage=Stage.SPEAKING).annotate(count=Count("pk"))
    counts = {row["room"]: row["count"] for row in listening}
    return [_card(room, faces[room.pk], counts.get(room.pk, 0)) for room in rooms]


def _card(room: Room, faces: Iterable[Member], listening: int) -> Card:
    host = next(member.user for member in faces if member.rank == Rank.HOST)
    stage = [member for member in faces if member.present and member.stage == Stage.SPEAKING]
    return {
        **room_view(room),
        "scheduled_for": room.scheduled_for,
        "started_at": room.started_at,
        "host": {"uid": host.uid, "name": host.display_name},
        "stage": [{"number": m.number, "uid": m.user.uid, "name": m.user.display_name} for m in stage[:FACES]],
        "speaking": len(stage),
        "listening": listening,
    }


def members(user: User, room_id: str, *, stage: str, q: str, after: int) -> tuple[Sequence[Event], int | None]:
    """A page of the present members behind number `after`, and the `after` of the next page, if there is one.

    `stage` and `q` (part of a display name) narrow it where not empty. Raises `Refused`: NOT_FOUND, and NOT_PRESENT for
    whoever is neither in the room nor holds a rank in it.
    """
    mine = seen(user, room_id).mine
    if mine is None or not (mine.present or mine.rank > Rank.MEMBER):
        raise Refused(Code.NOT_PRESENT)
    rows = Member.objects.filter(room=room_id, present=True, number__gt=after).select_related("user").order_by("number")
    rows = rows.filter(stage=stage) if stage else rows
    rows = rows.filter(user__display_name__icontains=q) if q else rows  # sign-in names are nobody else's business
    page = list(rows[: PAGE + 1])
    return [view(member) for member in page[:PAGE]], page[PAGE - 1].number if len(page) > PAGE else None
