"""The hallway: the rooms one may enter, those with people one knows first. As many statements for five as for 500."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from rooms.acquaintances import known_to
from rooms.admission import visible_rooms
from rooms.cards import Card, cards
from rooms.models import Member, Room, State
from rooms.roles import Rank, Stage

PAGE = 24  # rooms of a kind on a page


@dataclass(frozen=True, slots=True)
class Hallway:
    """What stands in the hallway: cards of the rooms one hosts, of live and of scheduled ones.

    `more` tells that another page has more; `found` how many rooms a search has found on all pages.
    """

    hosted: Sequence[Card]
    live: Sequence[Card]
    scheduled: Sequence[Card]
    more: bool
    found: int | None


def hallway(user: User, *, q: str = "", pages: int = 1) -> Hallway:
    """The first `pages` pages of the rooms this person may enter; with `q`, of those in whose words or names it stands.

    Live rooms come by how many people are in them that one knows, then by how many people; scheduled ones by time.
    """
    known = known_to(user)
    rooms = _found(visible_rooms(user).exclude(mine__barred=True), q)  # type: ignore[misc]  # a FilteredRelation
    rooms = rooms.exclude(state=State.ENDED)
    hosted, others = rooms.filter(mine__rank=Rank.HOST), rooms.exclude(mine__rank=Rank.HOST)  # type: ignore[misc]
    most = pages * PAGE
    mine = list(hosted.order_by("state", "scheduled_for", "pk"))
    live = list(_ranked(others.filter(state=State.LIVE), known)[: most + 1])
    later = list(others.filter(state=State.SCHEDULED).order_by("scheduled_for", "pk")[: most + 1])
    shown = cards([*mine, *live[:most], *later[:most]], known)
    first, second = len(mine), len(mine) + min(len(live), most)
    return Hallway(
        shown[:first],
        shown[first:second],
        shown[second:],
        more=len(live) > most or len(later) > most,
        found=rooms.count() if q else None,
    )


def _found(rooms: QuerySet[Room], q: str) -> QuerySet[Room]:
    """The rooms with `q` in their title, their topic, or the name of their host or of somebody on stage."""
    if not q:
        return rooms
    named = Member.objects.filter(room=OuterRef("pk"), user__display_name__icontains=q)
    heard = named.filter(Q(rank=Rank.HOST) | Q(present=True, stage=Stage.SPEAKING))
    return rooms.filter(Q(title__icontains=q) | Q(topic__icontains=q) | Exists(heard))


def _ranked(rooms: QuerySet[Room], known: Collection[int]) -> QuerySet[Room]:
    here = Member.objects.filter(room=OuterRef("pk"), present=True)
    ranked = rooms.annotate(familiar=_count(here.filter(user__in=known)), size=_count(here))
    return ranked.order_by("-familiar", "-size", "-started_at", "pk")


def _count(members: QuerySet[Member]) -> Coalesce:
    """How many members there are, as a column of their room."""
    return Coalesce(Subquery(members.order_by().values("room").annotate(n=Count("*")).values("n")), 0)
