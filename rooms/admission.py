"""Who may know that a room exists: one query for page, API, socket, WHIP and WHEP alike."""

from django.db.models import FilteredRelation, Q, QuerySet

from accounts.models import User
from rooms.models import Access, Room


def visible_rooms(user: User) -> QuerySet[Room]:
    """The rooms that exist for this person: open ones, and those they are admitted to. Each has `mine`."""
    mine = FilteredRelation("members", condition=Q(members__user=user))
    admitted = Q(access=Access.OPEN) | Q(mine__admitted=True, mine__barred=False)
    rooms = Room.objects.annotate(mine=mine)  # type: ignore[no-redef]  # declared on Room, put there by this alone
    return rooms.select_related("mine").filter(admitted)  # type: ignore[misc]  # the plugin knows no FilteredRelation


def visible_room(user: User, room_id: str, *, lock: bool = False) -> Room | None:
    """The room, or None: the same answer by the same query for one that is hidden and one that does not exist.

    `lock` holds the room's row until the transaction ends: every change in a room begins so.
    """
    rooms = visible_rooms(user).filter(pk=room_id)
    return (rooms.select_for_update(of=("self",)) if lock else rooms).first()
