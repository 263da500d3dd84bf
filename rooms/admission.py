"""Who may know that a room exists: one query for page, API, socket, WHIP and WHEP alike."""

from django.db import connection
from django.db.models import FilteredRelation, Q, QuerySet

from accounts.models import User
from rooms.models import Access, Member, Room, known

# Asked at every join and every move; Django would need a millisecond to compose them each time.
_VISIBLE = """
SELECT room.* FROM rooms_room AS room
LEFT JOIN rooms_member AS mine ON mine.room_id = room.id AND mine.user_id = %s
WHERE room.id = %s AND (room.access = 'open' OR (mine.admitted AND NOT mine.barred))
"""
_MINE = "SELECT * FROM rooms_member WHERE room_id = %s AND user_id = %s"


def visible_rooms(user: User) -> QuerySet[Room]:
    """The rooms that exist for this person: open ones, and those they are admitted to. `mine` joins their row."""
    mine = FilteredRelation("members", condition=Q(members__user=user))
    admitted = Q(access=Access.OPEN) | Q(mine__admitted=True, mine__barred=False)
    rooms = Room.objects.annotate(mine=mine)  # type: ignore[no-redef]  # declared on Room as what a room may carry
    return rooms.filter(admitted)


def visible_room(user: User, room_id: str, *, lock: bool = False) -> Room | None:
    """The room with `mine`, or None: by the same query for one that is hidden and one that does not exist.

    `lock` holds the room's row until the transaction ends, and `mine` is read after that: every change in a room
    begins so.
    """
    hold = " FOR UPDATE OF room" if lock and connection.features.has_select_for_update else ""
    room = next(iter(Room.objects.raw(_VISIBLE + hold, [user.pk, known(room_id)])), None)
    if room is not None:
        room.mine = next(iter(Member.objects.raw(_MINE, [room.pk, user.pk])), None)
        if room.mine is not None:
            room.mine.user, room.mine.room = user, room
    return room
