"""Who may know that a room exists: one query for page, API, socket, WHIP and WHEP alike."""

from django.db import connection
from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet

from accounts.models import User
from rooms import rows
from rooms.models import Access, Member, Room, State, known
from rooms.roles import Rank, Stage

VISIBLE = """
FROM rooms_room AS room
LEFT JOIN rooms_member AS mine ON mine.room_id = room.id AND mine.user_id = %s
WHERE (room.access = 'open' OR mine.observer OR (mine.admitted AND NOT mine.barred))
AND (mine.present OR mine.observer OR mine.rank > 0
OR (room.state = 'ended' AND mine.joined_at IS NOT NULL) OR NOT EXISTS (
    SELECT 1 FROM accounts_block AS block
    JOIN rooms_member AS blocker ON blocker.room_id = room.id AND blocker.user_id = block.blocker_id
    WHERE block.blocked_id = %s AND (blocker.rank = 2 OR blocker.stage = 'speaking')
))
"""
"""`visible_rooms` as SQL, for a person given twice. Django would need a millisecond or two to compose it each time."""

_VISIBLE = rows.select(Room, "room", f"{VISIBLE} AND room.id = %s")
_MINE = rows.select(Member, "mine", "FROM rooms_member AS mine WHERE room_id = %s AND user_id = %s")


def visible_rooms(user: User) -> QuerySet[Room]:
    """The rooms that exist for this person: open ones, and those they are admitted to. `mine` joins their row.

    A room whose host, or somebody speaking in it, has blocked them does not, unless they are in it already, hold a rank
    in it, or it is over and they were there. None is hidden from whoever observes it for the server's moderation.
    """
    mine = FilteredRelation("members", condition=Q(members__user=user))
    observes = Q(mine__observer=True)
    admitted = Q(access=Access.OPEN) | observes | Q(mine__admitted=True, mine__barred=False)
    rooms = Room.objects.annotate(mine=mine)  # type: ignore[no-redef]  # declared on Room as what a room may carry
    there = (
        observes
        | Q(mine__present=True)
        | Q(mine__rank__gt=Rank.MEMBER)
        | Q(state=State.ENDED, mine__joined_at__isnull=False)
    )
    return rooms.filter(admitted, there | ~Exists(blockers(user).filter(room=OuterRef("pk"))))


def blockers(user: User) -> QuerySet[Member]:
    """The rows of those who host or speak somewhere and have blocked this person; never to be shown to anybody."""
    heard = Q(rank=Rank.HOST) | Q(stage=Stage.SPEAKING)
    return Member.objects.filter(heard, user__blocks__blocked=user)


def visible_room(user: User, room_id: str, *, lock: bool = False) -> Room | None:
    """The room with `mine`, or None: by the same query for one that is hidden and one that does not exist.

    `lock` holds the room's row until the transaction ends, and `mine` is read after that: every change in a room
    begins so.
    """
    hold = " FOR UPDATE OF room" if lock and connection.features.has_select_for_update else ""
    room = rows.read(Room, _VISIBLE + hold, [user.pk, user.pk, known(room_id)])
    if room is not None:
        room.mine = rows.read(Member, _MINE, [room.pk, user.pk])
        if room.mine is not None:
            room.mine.user, room.mine.room = user, room
    return room
