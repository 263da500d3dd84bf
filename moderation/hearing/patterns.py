"""Raids: many people who were let in by the same few come into a room at once."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Purpose, Redemption
from moderation.models import Case
from rooms.models import Member

NAME, VERSION = "raid", "1"
AROUND = timedelta(minutes=5)
"""Before and after the case was opened: who came into the room then counts."""
NEW = timedelta(days=7)
"""Whoever was let in longer ago is no raider: an old community has one root, too."""
FEWEST, MANY = 5, 20


@dataclass(frozen=True, slots=True)
class Raid:
    """How many came, how many of the reporters are among them, and whether the person reported is."""

    joined: int
    reporters: int
    subject: bool

    @property
    def score(self) -> float:
        """How much it looks like a raid, from 0 to 1."""
        return min(1.0, self.joined / MANY)

    @property
    def facts(self) -> dict[str, object]:
        """What a hint says: nobody's id."""
        return {"joined": self.joined, "reporters": self.reporters, "subject": self.subject}


def raid(case: Case) -> Raid | None:
    """The raid on the case's room about when it was opened, if there was one."""
    if not case.room:
        return None
    around = (case.opened_at - AROUND, case.opened_at + AROUND)
    joined = Member.objects.filter(room=case.room, joined_at__range=around).values_list("user", flat=True)
    new = case.opened_at - NEW
    came = _let_in(joined, new)
    before = _let_in(came.values(), new)
    branch = largest({user: {by, before.get(by, by)} for user, by in came.items()})
    if len(branch) < FEWEST:
        return None
    reporters = set(case.reports.exclude(reporter=None).values_list("reporter", flat=True))
    return Raid(len(branch), len(reporters & branch), case.subject_id in branch)


def _let_in(people: Iterable[int], since: datetime) -> dict[int, int]:
    """By whose code each of these people came; those who came by the operator's, or before `since`, are left out."""
    came = Redemption.objects.filter(user__in=list(people), redeemed_at__gte=since)
    codes = came.exclude(code__purpose=Purpose.RESET)
    return dict(codes.exclude(code__issuer=None).values_list("user", "code__issuer"))


def largest(ancestors: Mapping[int, Collection[int]]) -> frozenset[int]:
    """Those of one branch, where it is the largest: everybody with the ancestor that most have, and that one too."""
    counted = Counter(ancestor for theirs in ancestors.values() for ancestor in theirs)
    if not counted:
        return frozenset()
    top = min(counted, key=lambda ancestor: (-counted[ancestor], ancestor))
    return frozenset(user for user, theirs in ancestors.items() if top in theirs or user == top)
