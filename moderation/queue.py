"""The queue: which cases somebody of the staff sees, in which order, a page at a time.

As many statements for ten cases as for 10,000. Cases about oneself, and those one reported, are not in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from django.db.models import Count, F, Max, Q, QuerySet

from accounts.models import User
from moderation.cases import OPEN, State
from moderation.models import About, Case, Evidence, Grant, Report, Staff
from moderation.staff import Role
from rooms.models import Member, Room
from rooms.roles import Rank

PAGE = 50


class Shelf(StrEnum):
    """A part of the queue."""

    OPEN = "open"
    MINE = "mine"
    ESCALATED = "escalated"
    ASKED = "asked"
    APPEALS = "appeals"
    DECIDED = "decided"


def asked_for(but: Sequence[int] = ()) -> Q:
    """The cases whose evidence somebody waits to open who could; not those who are `but` (numbers of users)."""
    seniors = Staff.objects.filter(role=Role.SENIOR).values("user")
    holds = Q(case__state=State.CLAIMED, case__holder=F("asked_by"))
    holds |= Q(case__state__in=(State.ESCALATED, State.APPEALED), asked_by__in=seniors)
    return Q(pk__in=Grant.objects.filter(holds, decided_at=None).exclude(asked_by__in=but).values("case"))


_BY_RISK = ("-severity", "-risk", "opened_at", "pk")
_SHELVES: Mapping[Shelf, tuple[Q, tuple[str, ...]]] = MappingProxyType({
    Shelf.OPEN: (Q(state__in=OPEN), _BY_RISK),
    Shelf.MINE: (Q(state=State.CLAIMED), _BY_RISK),
    Shelf.ESCALATED: (Q(state=State.ESCALATED), _BY_RISK),
    Shelf.ASKED: (asked_for(), _BY_RISK),
    Shelf.APPEALS: (Q(state=State.APPEALED), ("due_at", "pk")),
    Shelf.DECIDED: (Q(state__in=(State.DECIDED, State.CLOSED)), ("-decided_at", "-pk")),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A case as the queue shows it: how many reported it, how many speakers are sealed, and the title of its room."""

    case: Case
    reports: int
    tracks: int
    title: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases in order; `after` is the last of them where more follow."""

    rows: Sequence[Row]
    after: int | None


def page(reader: User, shelf: Shelf, after: int | None = None, size: int = PAGE) -> Page:
    """The first cases on the shelf, or those that follow the case `after`."""
    _, order = _SHELVES[shelf]
    cases = on_shelf(reader, shelf).select_related("subject", "host", "holder").defer("secret").order_by(*order)
    last = Case.objects.filter(pk=after).first() if after else None
    if last is not None:
        cases = cases.filter(_beyond(order, last))
    found = list(cases[: size + 1])
    return Page(_rows(found[:size]), found[size - 1].pk if len(found) > size else None)


def on_shelf(reader: User, shelf: Shelf) -> QuerySet[Case]:
    """Every case on the shelf that this person may work on."""
    where, _ = _SHELVES[shelf]
    cases = visible(reader).filter(where)
    return cases.filter(holder=reader) if shelf is Shelf.MINE else cases


def visible(reader: User) -> QuerySet[Case]:
    """The cases in which this person has no part."""
    reported, hosted = (
        Report.objects.filter(Q(reporter=reader) | Q(staff=reader)),
        Member.objects.filter(user=reader, rank=Rank.HOST),
    )
    cases = Case.objects.exclude(subject=reader).exclude(host=reader).exclude(pk__in=reported.values("case"))
    rooms = Q(room__in=hosted.values("room")) | Q(room__in=reported.filter(case__about=About.ROOM).values("case__room"))
    return cases.exclude(rooms, about=About.ROOM)


def counts(reader: User) -> Mapping[Shelf, int]:
    """How many cases wait on each shelf; what is decided waits for nobody."""
    shelves = {shelf: where for shelf, (where, _) in _SHELVES.items() if shelf is not Shelf.DECIDED}
    shelves[Shelf.MINE] &= Q(holder=reader)
    waiting = visible(reader).filter(state__in=(*OPEN, State.APPEALED))
    found = waiting.aggregate(**{shelf: Count("pk", filter=where) for shelf, where in shelves.items()})
    return {shelf: found[shelf] for shelf in shelves}


def newest(reader: User) -> int:
    """The number of the last case that was opened and that this person may see; 0 for none."""
    number: int = visible(reader).aggregate(last=Max("pk", default=0))["last"]
    return number


def last_decided() -> datetime | None:
    """When a case was decided last."""
    at: datetime | None = Case.objects.aggregate(at=Max("decided_at"))["at"]
    return at


def titles(cases: Sequence[Case]) -> Mapping[str, str]:
    """The titles of the cases' rooms, by their ids."""
    return dict(Room.objects.filter(pk__in={case.room for case in cases}).values_list("pk", "title"))


def _rows(cases: Sequence[Case]) -> list[Row]:
    named = titles(cases)
    reports, tracks = _number(Report.objects.filter(case__in=cases)), _number(Evidence.objects.filter(case__in=cases))
    return [
        Row(case, reports.get(case.pk, 0), tracks.get(case.pk, 0), named.get(case.room, case.room)) for case in cases
    ]


def _number(rows: QuerySet[Report] | QuerySet[Evidence]) -> dict[int, int]:
    """How many of the rows each case has."""
    return {row["case"]: row["n"] for row in rows.order_by().values("case").annotate(n=Count("pk"))}


def _beyond(order: Sequence[str], last: Case) -> Q:
    """What comes after `last` in this order."""
    beyond, same = Q(pk__in=[]), Q()
    for name in order:
        field, way = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        value = getattr(last, field)
        beyond |= same & Q(**{f"{field}__{way}": value})
        same &= Q(**{field: value})
    return beyond
