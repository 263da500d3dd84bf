"""The rooms a person was in that are over: for them alone."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext, ngettext

from accounts.models import User
from rooms.admission import visible_rooms
from rooms.cards import Card, cards
from rooms.models import State

PAGE = 30


def past(user: User, page: int) -> tuple[Sequence[Card], bool]:
    """A page (from 1) of the rooms this person was in that have ended, the latest first; and whether more follow."""
    rooms = visible_rooms(user).filter(state=State.ENDED, mine__joined_at__isnull=False)  # type: ignore[misc]  # the plugin knows no FilteredRelation
    first = (page - 1) * PAGE
    found = list(rooms.order_by("-ended_at", "pk")[first : first + PAGE + 1])
    return cards(found[:PAGE]), len(found) > PAGE


def duration(time: timedelta) -> str:
    """The time in words, to the minute: "2 h 5 min"."""
    hours, minutes = divmod(max(1, round(time.total_seconds() / 60)), 60)
    if not hours:
        return ngettext("%(minutes)d minute", "%(minutes)d minutes", minutes) % {"minutes": minutes}
    return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
