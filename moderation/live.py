"""What is live now, for the staff: who speaks where, how many listen, and what was reported and noticed of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from moderation.cases import OPEN
from moderation.models import Case, Hint, Kind
from moderation.queue import visible
from rooms import process
from rooms.models import Member, Room, State
from rooms.roles import Rank, Stage

SHOWN = 60


@dataclass(frozen=True, slots=True)
class Live:
    """A live room: those on its stage and which of them talk now (by number), how many listen, its open cases and the
    gravest of them, and what models saw.
    """

    room: Room
    host: Member | None
    speaking: Sequence[Member]
    talking: frozenset[int]
    listening: int
    cases: Sequence[Case]
    worst: int | None
    flags: Sequence[Hint]


def rooms(reader: User, words: str = "", shown: int = SHOWN) -> tuple[Sequence[Live], int]:
    """The live rooms, those with most open cases first and then the fullest, and how many more there are.

    With `words` only those that have them in their title. Cases in which the reader has a part are not in it.
    """
    live = Room.objects.filter(state=State.LIVE, title__icontains=words)
    cases = visible(reader).filter(room=OuterRef("pk"), state__in=OPEN).order_by()
    here = Member.objects.filter(room=OuterRef("pk"), present=True).order_by()
    worst = cases.values("room").annotate(worst=Max("severity")).values("worst")
    ranked = live.annotate(reported=_count(cases), worst=Subquery(worst), size=_count(here))
    found = list(ranked.order_by("-reported", "-worst", "-size", "pk")[:shown])
    return _seen(found, reader), max(0, live.count() - len(found))


def _seen(found: Sequence[Room], reader: User) -> list[Live]:
    """As many statements for one room as for sixty."""
    stage: dict[str, list[Member]] = defaultdict(list)
    hosts: dict[str, Member] = {}
    seen = Q(present=True, stage=Stage.SPEAKING) | Q(rank=Rank.HOST)
    for member in Member.objects.filter(seen, room__in=found).select_related("user").order_by("-rank", "number"):
        if member.rank == Rank.HOST:
            hosts[member.room_id] = member
        if member.present and member.stage == Stage.SPEAKING:
            stage[member.room_id].append(member)
    cases: dict[str, list[Case]] = defaultdict(list)
    about = visible(reader).filter(room__in=[room.pk for room in found], state__in=OPEN)
    for case in about.select_related("subject").defer("secret").order_by("-severity", "-risk", "opened_at"):
        cases[case.room].append(case)
    flags: dict[str, list[Hint]] = defaultdict(list)
    noticed = Hint.objects.filter(case__in=about, kind__in=(Kind.SOUND, Kind.PATTERN)).select_related("case")
    for hint in noticed.defer("box").order_by("-score"):
        flags[hint.case.room].append(hint)
    talking = process.talking()
    return [
        Live(
            room,
            hosts.get(room.pk),
            stage[room.pk],
            talking.get(room.pk, frozenset()),
            room.size - len(stage[room.pk]),  # type: ignore[attr-defined]  # annotated
            cases[room.pk],
            room.worst,  # type: ignore[attr-defined]
            flags[room.pk],
        )
        for room in found
    ]


def _count(rows: QuerySet[Case] | QuerySet[Member]) -> Coalesce:
    """How many there are, as a column of their room."""
    return Coalesce(Subquery(rows.values("room").annotate(n=Count("pk")).values("n")), 0)
