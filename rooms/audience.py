"""Pages of those who are in a room: whom one knows first, then by number. Their cost does not grow with the room."""

import re
from collections.abc import Sequence

from accounts.models import User
from rooms.acquaintances import known_to
from rooms.actions.base import seen, view
from rooms.models import Member
from rooms.protocol import Event
from rooms.roles import Code, Rank, Refused

PAGE = 100
_KNOWN, _OTHERS = "known", "others"
CURSOR = rf"^({_KNOWN}|{_OTHERS})-[0-9]{{1,9}}$"  # what `page` gives as the `after` of the next page


def page(user: User, room_id: str, *, stage: str, q: str, after: str) -> tuple[Sequence[Event], str | None]:
    """A page of the present members behind the cursor `after`, and the cursor of the next page, if there is one.

    `stage` and `q` (part of a display name) narrow it where not empty. Raises `Refused`: NOT_FOUND, and NOT_PRESENT for
    whoever is neither in the room nor holds a rank in it.
    """
    mine = seen(user, room_id).mine
    if mine is None or not (mine.present or mine.rank > Rank.MEMBER):
        raise Refused(Code.NOT_PRESENT)
    rows = Member.objects.filter(room=room_id, present=True).select_related("user").order_by("number")
    rows = rows.filter(stage=stage) if stage else rows
    if q:  # in display names, as sign-in names are nobody else's business; SQLite's LIKE folds the case of ASCII alone
        rows = rows.filter(user__display_name__iregex=re.escape(q))
    known = known_to(user)
    group, number = after.split("-") if after else (_KNOWN, "0")
    found: list[Member] = []
    if group == _KNOWN:
        found += rows.filter(user__in=known, number__gt=int(number))[: PAGE + 1]
        number = "0"
    if len(found) <= PAGE:
        found += rows.exclude(user__in=known).filter(number__gt=int(number))[: PAGE + 1 - len(found)]
    shown = [{**view(member), "known": member.user_id in known} for member in found[:PAGE]]
    return shown, _cursor(shown[-1]) if len(found) > PAGE else None


def _cursor(last: Event) -> str:
    return f"{_KNOWN if last['known'] else _OTHERS}-{last['number']}"
