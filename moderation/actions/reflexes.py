"""The reflexes that act by themselves: turned on and off by a senior moderator, carried out, judged by what lasted."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext, override

from accounts.models import Purpose, Redemption, User
from moderation import cases, published, reflexes, transparency
from moderation.actions.base import Code, Refused
from moderation.actions.cases import locked
from moderation.actions.decisions import Verdict, decide_by_reflex
from moderation.audit.models import Checkpoint
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Case, Decision, Reflex
from moderation.policies import Policy
from moderation.reasons import language_of
from moderation.reflexes import Name, Witness
from rooms.models import Member

FRESH = timedelta(minutes=10)
SETTLED = timedelta(days=30)
"""An inviter who was let in longer ago stands for themselves, and not for whoever let them in."""
GENERATIONS = 5
"""So far up the invites are followed."""
REVERSED = "reversed_too_often"


@transaction.atomic
def switch(name: Name, *, on: bool, limit: int, by: User, now: datetime, source: Source) -> Reflex:
    """The reflex, on or off, judged from now on.

    Raises `Refused`: MEASURE for a limit that is no share, ALREADY where nothing would change but when that began.
    """
    if not 0 <= limit <= 100:
        raise Refused(Code.MEASURE)
    if Reflex.objects.select_for_update().filter(name=name, on=on, limit=limit).exists():
        raise Refused(Code.ALREADY)
    reflex, _ = Reflex.objects.update_or_create(
        name=name, defaults={"on": on, "limit": limit, "since": now, "reason": ""}
    )
    _note("reflex.on" if on else "reflex.off", reflex, source, by)
    return reflex


@transaction.atomic
def act(pk: int, *, now: datetime, source: Source) -> Decision | None:
    """What a reflex decided on the case until a person does; None where no reflex that is on has anything to say."""
    case = locked(pk)
    reflex = Reflex.objects.filter(name=Name.CROWD, on=True).first()
    if reflex is None or case.state not in cases.OPEN or not case.room or case.subject is None:
        return None
    others = Member.objects.filter(room=case.room, present=True).exclude(user=case.subject).count()
    if Decision.objects.filter(case=case).exists() or not reflexes.crowd(_witnesses(case, now), others):
        return None
    verdict = Verdict(reflexes.MEASURES[Name.CROWD], Policy(case.policy), _facts(case.subject))
    try:
        with transaction.atomic():
            return decide_by_reflex(case, verdict, Name.CROWD, now=now, source=source)
    except Refused:  # the speaker is not on stage any more, which is as good
        return None


@transaction.atomic
def judge(*, now: datetime, source: Source) -> list[Reflex]:
    """The reflexes that turned themselves off just now, since too much of what they decided did not last."""
    off, running = [], list(Reflex.objects.select_for_update().filter(on=True))
    newest = Checkpoint.objects.order_by("-size").first() if running else None
    lines = list(published.lines(newest.size)) if newest else []
    for reflex in running:
        since = [line for line in lines if (line.model == reflex.name and line.at >= reflex.since) or not line.model]
        found = {told["name"]: told for told in transparency.quality(since) if told["kind"] == "reflex"}
        told = found.get(reflex.name)
        if told and reflexes.fails(told["decisions"], told["reversed"], reflex.limit):
            reflex.on, reflex.since, reflex.reason = False, now, REVERSED
            reflex.save(update_fields=["on", "since", "reason"])
            _note("reflex.off", reflex, source, None, reason=REVERSED)
            off.append(reflex)
    return off


def _facts(person: User) -> str:
    """What happened, in the words of the server itself and in the language of whom it concerns."""
    with override(language_of(person)):
        return gettext(
            "Several people who do not belong together reported it within ten minutes. A person will look at it."
        )


def _witnesses(case: Case, now: datetime) -> list[Witness]:
    reported = case.reports.filter(made_at__gt=now - FRESH).exclude(reporter=None)
    uids = sorted(set(reported.values_list("reporter__uid", flat=True)))
    came = _came(uids)
    return [Witness(uid, _above(uid, came, now - SETTLED)) for uid in uids]


def _came(uids: Iterable[str]) -> Mapping[str, tuple[str, datetime]]:
    """Who let these people in and those above them, each when; one query for each generation."""
    came: dict[str, tuple[str, datetime]] = {}
    asked = set(uids)
    for _ in range(GENERATIONS):
        codes = Redemption.objects.filter(user__uid__in=asked, code__purpose=Purpose.JOIN).exclude(code__issuer=None)
        found = {uid: (by, at) for uid, by, at in codes.values_list("user__uid", "code__issuer__uid", "redeemed_at")}
        came |= found
        asked = {by for by, _ in found.values()} - came.keys()
    return came


def _above(uid: str, came: Mapping[str, tuple[str, datetime]], settled: datetime) -> tuple[str, ...]:
    """Whoever let them in, and so on while that one is new; an old community has one root, too."""
    above: list[str] = []
    while uid in came and (not above or came[uid][1] > settled):
        uid = came[uid][0]
        above.append(uid)
    return tuple(above)


def _note(action: str, reflex: Reflex, source: Source, by: User | None, reason: str = "") -> None:
    record(
        action,
        source=source,
        actor=by.uid if by else "",
        object_type="reflex",
        object_id=reflex.name,
        automated=by is None,
        reason=reason,
        detail={"limit": reflex.limit},
    )
