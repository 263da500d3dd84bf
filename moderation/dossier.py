"""All that the console shows of one case: what was reported and sealed, who is in it, what was decided and done.

Who reported is never in it: only how many people did, and what became of their earlier reports.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, Sum

from accounts import tree
from accounts.models import Purpose, Redemption, User
from moderation.audit.models import Entry, Result
from moderation.audit.opened import Opened, opened
from moderation.cases import Act, Actor, State, step
from moderation.enforce import SHUT_OUT
from moderation.measures import Measure
from moderation.models import Case, Decision, Evidence, Freeze, Grant, Hint, Kind, Report, Stand
from moderation.models.cases import makers

SHOWN = 60  # acts of a case, and decisions on a person
STAFF_ACTS = (
    *(Act.CLAIM, Act.RELEASE, Act.HAND_OVER, Act.ESCALATE),
    *(Act.DECIDE, Act.CONFIRM, Act.DECLINE, Act.HEAR),
)
_TOLD = Q(action__startswith="case.") | Q(action__startswith="decision.") | Q(action__startswith="appeal.")
_TOLD |= Q(action__startswith="evidence.")


@dataclass(frozen=True, slots=True)
class Track:
    """What one speaker said, sealed: `offset` is the seconds after the freeze's first track begins."""

    evidence: Evidence
    offset: float
    seconds: float
    hints: Sequence[Hint]


@dataclass(frozen=True, slots=True)
class Minute:
    """The minute before one report: its freeze, and a track for each speaker, on the room's clock."""

    freeze: Freeze
    tracks: Sequence[Track]


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of whoever a case is about. `inviter` is empty where the profile does not show the invites."""

    decisions: Sequence[Decision]
    cases: int
    joined_at: datetime
    inviter: User | None
    branch: bool


@dataclass(frozen=True, slots=True)
class Reporters:
    """How many people reported, and what became of what they reported before."""

    people: int
    outside: int
    founded: int
    dismissed: int


@dataclass(frozen=True, slots=True)
class Done:
    """An act on the case, as the log tells it; `by` is the uid of whoever of the staff did it."""

    entry: int
    action: str
    reason: str
    at: datetime
    by: str
    refused: bool


def possible(case: Case, actor: Actor) -> frozenset[Act]:
    """What this person can do with the case now, by the table of its life."""
    parties, state = case.parties, State(case.state)
    acts = {act for act in STAFF_ACTS if step(state, act, actor, parties)[1] is None}
    proposed = case.decisions.filter(state=Stand.PROPOSED).exists()
    return frozenset(acts - ({Act.CLAIM} if proposed else {Act.CONFIRM, Act.DECLINE}))


def minutes(case: Case) -> list[Minute]:
    """What was frozen for the case, the newest first."""
    hints: dict[int | None, list[Hint]] = {}
    for hint in case.hints.exclude(evidence=None).order_by("pk"):
        hints.setdefault(hint.evidence_id, []).append(hint)
    tracks: dict[str, list[Evidence]] = {}
    for one in case.evidence.select_related("user").order_by("start_at", "member"):
        tracks.setdefault(one.freeze_id, []).append(one)
    return [
        Minute(freeze, _tracks(tracks.get(freeze.pk, []), hints)) for freeze in case.freezes.order_by("-asked_at", "pk")
    ]


def _tracks(found: Sequence[Evidence], hints: Mapping[int | None, Sequence[Hint]]) -> list[Track]:
    second = timedelta(seconds=1)
    return [
        Track(
            one,
            (one.start_at - found[0].start_at) / second,
            (one.end_at - one.start_at) / second,
            hints.get(one.pk, ()),
        )
        for one in found
    ]


def patterns(case: Case) -> list[Hint]:
    """What models say of the whole case."""
    return list(case.hints.filter(evidence=None).exclude(kind=Kind.TRANSCRIPT).order_by("pk"))


def past(case: Case) -> Past | None:
    """What is known of whoever the case is about, as far as the profile allows; None where it is about nobody."""
    person = case.whom
    if person is None:
        return None
    made = Decision.objects.filter(subject=person).exclude(case=case).exclude(measure=Measure.NONE)
    shows = settings.STOA_PROFILE != "private"
    came = Redemption.objects.filter(user=person).exclude(code__purpose=Purpose.RESET).select_related("code__issuer")
    first = came.order_by("redeemed_at").first() if shows else None
    return Past(
        list(made.filter(state__in=(Stand.IN_FORCE, Stand.UNDONE)).order_by("-made_at")[:SHOWN]),
        Case.objects.filter(Q(subject=person) | Q(host=person)).exclude(pk=case.pk).count(),
        person.date_joined,
        first.code.issuer if first else None,
        shows,
    )


def way_in(proposal: Decision | None, now: datetime) -> int:
    """How many more come in by the code by which whoever the proposal shuts out came; 0 where nobody does."""
    if proposal is None or proposal.subject is None or proposal.measure not in SHUT_OUT:
        return 0
    opens = tree.still_open(tree.way_in(proposal.subject), now)
    left: int = opens.aggregate(left=Sum("uses_left", default=0))["left"]
    return left


def reporters(case: Case) -> Reporters:
    """Who reported, without saying who."""
    people = set(case.reports.exclude(reporter=None).values_list("reporter", flat=True))
    made = Decision.objects.filter(state=Stand.IN_FORCE, root=None)
    before = made.filter(case__reports__reporter__in=people).exclude(case=case)
    found = before.aggregate(
        founded=Count("pk", filter=~Q(measure=Measure.NONE), distinct=True),
        dismissed=Count("pk", filter=Q(measure=Measure.NONE), distinct=True),
    )
    return Reporters(len(people), case.reports.exclude(email="").count(), found["founded"], found["dismissed"])


def reports(case: Case) -> Sequence[Report]:
    """What was reported, the newest first."""
    return list(case.reports.order_by("-made_at"))


def leave(case: Case, reader: User, now: datetime) -> Grant | None:
    """The newest leave that this person asked for on the case, and that was not used up."""
    own = Grant.objects.filter(case=case, asked_by=reader).order_by("-pk").first()
    over = own is not None and own.expires_at is not None and own.expires_at <= now
    return None if over else own


def asked(case: Case, reader: User) -> Sequence[Grant]:
    """What others asked for on the case, and nobody has answered."""
    waiting = Grant.objects.filter(case=case, decided_at=None).exclude(asked_by=reader)
    return list(waiting.select_related("asked_by").order_by("pk"))


def done(case: Case) -> list[Done]:
    """What was done with the case, the newest first. Members have a part in some acts: only the staff is named."""
    rows = Entry.objects.filter(_TOLD, case=str(case.pk)).order_by("-pk")[:SHOWN]
    reporters = makers(case.reports.all())  # staff report as well
    return [
        Done(
            one.entry.pk,
            one.entry.action,
            one.entry.reason,
            one.entry.occurred_at,
            _by(one, reporters),
            one.entry.result != Result.OK,
        )
        for one in opened(rows)
    ]


def _by(one: Opened, reporters: Collection[str]) -> str:
    actor = str(one.fields["actor"] or "")
    return actor if one.entry.role and actor not in reporters else ""


def names(uids: Collection[str]) -> Mapping[str, str]:
    """The names people show, by their ids."""
    named = User.objects.filter(uid__in=uids, erased_at=None)
    return dict(named.values_list("uid", "display_name"))
