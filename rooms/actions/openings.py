"""That somebody one knows opens a room: whom `rooms.actions.reminders` is to tell of it."""

from django.db import connection

from accounts.models import User
from rooms.acquaintances import KNOWING
from rooms.models import Room

_OPENED = f"""
INSERT INTO rooms_reminder (room_id, user_id, asked, changed, created_at)
SELECT room.id, person.id, FALSE, FALSE, room.started_at
FROM rooms_room AS room JOIN accounts_user AS person ON person.id IN ({KNOWING})
LEFT JOIN rooms_member AS mine ON mine.room_id = room.id AND mine.user_id = person.id
WHERE room.id = %s AND person.id <> %s AND person.is_active AND person.notify_openings
AND (room.access = 'open' OR mine.admitted) AND mine.barred IS NOT TRUE
AND EXISTS (SELECT 1 FROM accounts_pushsubscription AS browser WHERE browser.user_id = person.id)
ORDER BY person.last_login DESC NULLS LAST, person.id LIMIT %s
ON CONFLICT DO NOTHING
"""  # noqa: S608  # our own words
MOST = 1000  # people told of one opening: those who signed in last


def tell_of(room: Room, host: User) -> None:
    """Nothing: those who know the host, may come in and want to hear of it are told that the room is live, once each.

    It is called in the transaction that makes it live. Whoever asked to be reminded of the room is told by that alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OPENED, [*([host.pk] * 5), room.pk, host.pk, MOST])
