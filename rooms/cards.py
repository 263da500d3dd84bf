"""What is shown of rooms to those for whom they exist: cards."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Q

from accounts.models import User
from accounts.templatetags.people import person
from rooms import rows as sql
from rooms.actions.base import room_view, seen
from rooms.models import Access, Member, Room, State, known
from rooms.roles import Rank, Stage

FACES = 6  # of the stage, on a card

Card = Mapping[str, Any]

# Asked for every look at the hallway: Django would need longer to compose them than the database to answer.
_FACES = """
SELECT member.room_id, member.number, member.rank, member.stage, member.present,
    person.id, person.uid, person.display_name, person.avatar
FROM rooms_member AS member JOIN accounts_user AS person ON person.id = member.user_id AND person.ended_at IS NULL
WHERE member.room_id IN ({rooms}) AND (
    member.rank > 0 OR (member.present AND (member.stage = 'speaking' OR member.user_id IN ({familiar})))
)
ORDER BY member.rank DESC, member.joined_at
"""
_LISTENING = """
SELECT room_id, COUNT(*) FROM rooms_member
WHERE room_id IN ({rooms}) AND present AND stage <> 'speaking' GROUP BY room_id
"""


class _Face(NamedTuple):
    """Somebody on a card."""

    room: str
    number: int
    rank: int
    stage: str
    present: bool
    pk: int
    uid: str
    display_name: str
    avatar: str


def card(user: User, room_id: str) -> Card:
    """One room's card. Raises `Refused(NOT_FOUND)`."""
    return cards([seen(user, room_id)])[0]


def open_card(room_id: str) -> Card | None:
    """The card of an open room that is to come or live: all that somebody who has not signed in may know of any.

    One that is hidden, one that is over and one that never was take the same statement, and no other.
    """
    rooms = Room.objects.filter(pk=known(room_id), access=Access.OPEN).exclude(state=State.ENDED)
    return cards(list(rooms))[0] if rooms else None


def heard_here(people: Collection[int], room_id: str) -> Sequence[Card]:
    """Those of the people, by primary key, who are heard in the room: on its stage, or hosting it."""
    heard = Q(present=True, stage=Stage.SPEAKING) | Q(rank=Rank.HOST)
    members = Member.objects.filter(heard, room=room_id, user__in=people).select_related("user")
    return [person(member.user) for member in members.order_by("-rank", "number")]


def cards(rooms: Sequence[Room], familiar: Collection[int] = ()) -> Sequence[Card]:
    """The rooms' cards, in the same order; two statements for all of them. The `familiar` are named where present."""
    keys = [room.pk for room in rooms]
    marks = {"rooms": sql.marks(keys), "familiar": sql.marks(familiar)}
    faces: dict[str, list[_Face]] = defaultdict(list)
    for cells in sql.cells(_FACES.format(**marks), [*keys, *familiar]):
        faces[cells[0]].append(_Face(*cells))
    counts = dict(sql.cells(_LISTENING.format(**marks), keys))
    return [_card(room, faces[room.pk], counts.get(room.pk, 0), familiar) for room in rooms]


def _card(room: Room, faces: Iterable[_Face], listening: int, familiar: Collection[int]) -> Card:
    host = next((face for face in faces if face.rank == Rank.HOST), None)
    stage = [face for face in faces if face.present and face.stage == Stage.SPEAKING]
    return {
        **room_view(room),
        "seq": room.seq,
        "scheduled_for": room.scheduled_for,
        "started_at": room.started_at,
        "ended_at": room.ended_at,
        "end_reason": room.end_reason,
        "host": person(host),
        "moderators": [person(face) for face in faces if face.rank == Rank.MODERATOR],
        "stage": [{"number": face.number, **person(face)} for face in stage[:FACES]],
        "speaking": len(stage),
        "listening": listening,
        "known": [person(face) for face in faces if face.present and face.pk in familiar],
    }
