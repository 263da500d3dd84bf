"""The hallway: the rooms one may enter, those with people one knows first. As many statements for five as for 500."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.models import User
from rooms import rows
from rooms.acquaintances import known_to
from rooms.admission import VISIBLE
from rooms.cards import Card, cards
from rooms.models import Room, State

PAGE = 24  # rooms of a kind on a page

# Many pages ask every few seconds; Django would need ten times as long to compose this as the database to answer it.
_ROOMS = f"{VISIBLE} AND mine.barred IS NOT TRUE AND room.state <> 'ended'"
_HOSTED = "AND mine.rank = 2 ORDER BY room.state, room.scheduled_for, room.id"
_LATER = "AND COALESCE(mine.rank, 0) <> 2 AND room.state = 'scheduled' ORDER BY room.scheduled_for, room.id LIMIT %s"
_HERE = "(SELECT COUNT(*) FROM rooms_member AS here WHERE here.room_id = room.id AND here.present{also})"
_LIVE = f"""AND COALESCE(mine.rank, 0) <> 2 AND room.state = 'live'
ORDER BY {_HERE.format(also=" AND here.user_id IN ({known})")} DESC, {_HERE.format(also="")} DESC,
room.started_at DESC, room.id LIMIT %s"""
_CHANGED = f"""{VISIBLE} AND mine.barred IS NOT TRUE AND room.started_at IS NULL AND room.end_reason <> 'not_started'
AND room.id IN (SELECT room_id FROM rooms_reminder WHERE user_id = %s AND asked) AND (room.state = 'ended' OR EXISTS (
    SELECT 1 FROM rooms_reminder AS mind WHERE mind.room_id = room.id AND mind.user_id = %s
    AND mind.asked_for <> room.scheduled_for
)) ORDER BY room.scheduled_for, room.id"""  # noqa: S608  # our own words
"""Begins with their own few reminders, so that it takes no longer the more rooms there ever were."""
_FOUND = r"""AND (
    UPPER(room.title) LIKE UPPER(%s) ESCAPE '\' OR UPPER(room.topic) LIKE UPPER(%s) ESCAPE '\' OR EXISTS (
        SELECT 1 FROM rooms_member AS heard JOIN accounts_user AS person ON person.id = heard.user_id
        WHERE heard.room_id = room.id AND (heard.rank = 2 OR (heard.present AND heard.stage = 'speaking'))
        AND UPPER(person.display_name) LIKE UPPER(%s) ESCAPE '\'
    )
)"""


@dataclass(frozen=True, slots=True)
class Hallway:
    """What stands in the hallway: cards of the rooms one hosts, of live and of scheduled ones.

    Of the rooms of which they want to be reminded, `off` are those called off, and `moved` the ids of those whose time
    changed since. `more` tells that another page has more, `more_live` that it has more live ones; `found` how many
    rooms a search has found on all pages.
    """

    hosted: Sequence[Card]
    live: Sequence[Card]
    scheduled: Sequence[Card]
    off: Sequence[Card]
    moved: Sequence[str]
    more_live: bool
    more: bool
    found: int | None


def hallway(user: User, *, q: str = "", pages: int = 1) -> Hallway:
    """The first `pages` pages of the rooms this person may enter; with `q`, of those in whose words or names it stands.

    Live rooms come by how many people are in them that one knows, then by how many people; scheduled ones by time.
    """
    known, asked, most = known_to(user), _Asked(user, q), pages * PAGE
    mine = asked.rooms(_HOSTED)
    live = asked.rooms(_LIVE.format(known=rows.marks(known)), *known, most + 1)
    later = asked.rooms(_LATER, most + 1)
    changed = rows.every(Room, rows.select(Room, "room", _CHANGED), [user.pk] * 4)
    off = [room for room in changed if room.state == State.ENDED and not q]
    shown = cards([*mine, *live[:most], *later[:most], *off], known)
    first, second = len(mine), len(mine) + min(len(live), most)
    third = second + min(len(later), most)
    return Hallway(
        shown[:first],
        shown[first:second],
        shown[second:third],
        shown[third:],
        [room.pk for room in changed if room.state == State.SCHEDULED],
        more_live=len(live) > most,
        more=len(live) > most or len(later) > most,
        found=asked.count() if q else None,
    )


class _Asked:
    """The rooms that are not over, for this person; with `q`, those that a search for it finds."""

    def __init__(self, user: User, q: str) -> None:
        like = f"%{connection.ops.prep_for_like_query(q)}%"
        self._which = f"{_ROOMS} {_FOUND}" if q else _ROOMS
        self._values: list[Any] = [user.pk, user.pk, *([like] * 3 if q else ())]

    def rooms(self, order: str, *values: int) -> list[Room]:
        """Those that `order`, the rest of the statement, asks for."""
        return rows.every(Room, rows.select(Room, "room", f"{self._which} {order}"), [*self._values, *values])

    def count(self) -> int:
        """How many there are in all."""
        ((count,),) = rows.cells(f"SELECT COUNT(*) {self._which}", self._values)
        return int(count)
