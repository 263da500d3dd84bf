"""The rules that act by themselves: turned on and off by a senior moderator, carried out, and judged by what lasted."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Redemption, User
from moderation import cases, published, rules, transparency
from moderation.actions.base import Code, Refused
from moderation.actions.cases import locked
from moderation.actions.decisions import Verdict, decide_by_rule
from moderation.audit.models import Checkpoint
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Case, Decision, Rule
from moderation.policies import Policy
from moderation.rules import Name, Witness

FRESH = timedelta(minutes=10)
FACTS = "Several people who do not belong together reported it within ten minutes. A person will look at it."
REVERSED = "reversed_too_often"


@transaction.atomic
def switch(name: Name, *, on: bool, limit: int, by: User, now: datetime, source: Source) -> Rule:
    """The rule, on or off. Raises `Refused(MEASURE)` for a limit that is no share."""
    if not 0 <= limit <= 100:
        raise Refused(Code.MEASURE)
    rule, _ = Rule.objects.update_or_create(name=name, defaults={"on": on, "limit": limit, "since": now, "reason": ""})
    _note("rule.on" if on else "rule.off", rule, source, by)
    return rule


@transaction.atomic
def act(pk: int, *, now: datetime, source: Source) -> Decision | None:
    """What a rule decided on the case until a person does; None where no rule that is on has anything to say."""
    case = locked(pk)
    rule = Rule.objects.filter(name=Name.CROWD, on=True).first()
    if rule is None or case.state not in cases.OPEN or not case.room or case.subject is None:
        return None
    if Decision.objects.filter(case=case).exists() or not rules.crowd(_witnesses(case, now)):
        return None
    verdict = Verdict(rules.MEASURES[Name.CROWD], Policy(case.policy), FACTS)
    try:
        with transaction.atomic():
            return decide_by_rule(case, verdict, Name.CROWD, now=now, source=source)
    except Refused:  # the speaker is not on stage any more, which is as good
        return None


@transaction.atomic
def judge(*, now: datetime, source: Source) -> list[Rule]:
    """The rules that turned themselves off just now, since too much of what they decided did not last."""
    newest = Checkpoint.objects.order_by("-size").first()
    lines = list(published.lines(newest.size if newest else 0))
    off = []
    for rule in Rule.objects.select_for_update().filter(on=True):
        since = [line for line in lines if (line.rule == rule.name and line.at >= rule.since) or not line.rule]
        found = {told["name"]: told for told in transparency.quality(since) if told["kind"] == "rule"}
        told = found.get(rule.name)
        if told and rules.fails(told["decisions"], told["reversed"], rule.limit):
            rule.on, rule.since, rule.reason = False, now, REVERSED
            rule.save(update_fields=["on", "since", "reason"])
            _note("rule.off", rule, source, None, reason=REVERSED)
            off.append(rule)
    return off


def _witnesses(case: Case, now: datetime) -> list[Witness]:
    reported = case.reports.filter(made_at__gt=now - FRESH).exclude(reporter=None)
    people = set(reported.values_list("reporter", "reporter__uid"))
    inviters = dict(
        Redemption.objects.filter(user__in=[pk for pk, _ in people])
        .exclude(code__issuer=None)
        .values_list("user", "code__issuer__uid")
    )
    return [Witness(uid, inviters.get(pk, "")) for pk, uid in sorted(people)]


def _note(action: str, rule: Rule, source: Source, by: User | None, reason: str = "") -> None:
    record(
        action,
        source=source,
        actor=by.uid if by else "",
        object_type="rule",
        object_id=rule.name,
        automated=by is None,
        reason=reason,
        detail={"limit": rule.limit},
    )
