"""Deciding: a measure with its policy, facts, ground and length, in force at once or once a second person confirms it.

What it does to people and rooms happens in the same transaction (`moderation.enforce`), so that there is no restriction
without its reasons, and none that the log does not tell of.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, override

from accounts.models import User
from moderation import enforce, news, outcomes
from moderation.actions.base import Code, Refused
from moderation.actions.cases import advance, drawn_up, locked, note, tell_opened
from moderation.actions.staff import independent
from moderation.audit.source import Source
from moderation.cases import APPEAL_FOR, Act, State
from moderation.measures import RESTRICTIONS, Measure, fits, two_people
from moderation.models import About, Case, Decision, Ground, Stand, Step
from moderation.policies import Policy
from moderation.reasons import language_of
from moderation.rules import rule_of
from rooms.models import Room, known
from rooms.models import State as RoomState

_SHARED = (
    *("case", "room", "policy", "policy_version", "ground", "law"),
    *("lasts", "automated", "made_by", "made_at", "second"),
)
"""What the decision on a pruned branch and those on its people have in common."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody decides, and why: all that the member will read."""

    measure: Measure
    policy: Policy
    facts: str
    lasts: timedelta | None = None
    ground: Ground = Ground.TERMS
    law: str = ""
    report: int | None = None  # whose maker it restricts, for `RESTRICT_REPORTING`


@transaction.atomic
def decide(pk: int, verdict: Verdict, *, by: User, now: datetime, source: Source) -> Decision:
    """The decision on a case that they hold: in force, or proposed where it takes two people.

    Raises `Refused`: GONE, UNCLAIMED, SUBJECT, REPORTER, STATE; MEASURE, FACTS, LAW for what no statement of reasons
    could be made of; UNDOABLE, AWAY where it cannot be done now. Nothing changed then.
    """
    case = locked(pk)
    subject = enforce.subject_of(case, verdict.measure, verdict.report)
    if subject == by:  # of a case about somebody else: they host the room that ends
        raise Refused(Code.SUBJECT)
    _check(verdict, case, subject)
    if two_people(verdict.measure, verdict.lasts):
        decision = draft(case, subject, verdict, by, now)
        decision.save()
        advance(pk, Act.PROPOSE, by=by, now=now, source=source, reason=verdict.measure)
        return decision
    case = advance(pk, Act.DECIDE, by=by, now=now, source=source, reason=verdict.measure, decided_at=now)
    decision = draft(case, subject, verdict, by, now)
    decision.save()
    return _enforce(decision, case, by, now, source)


@transaction.atomic
def decide_at_once(room_id: str, verdict: Verdict, *, by: User, now: datetime, source: Source) -> Decision:
    """What cannot wait for a case, decided on a room by one person: its case is made with it, and decided already.

    Another case about the room that somebody works on stays as it is. Raises `Refused`: GONE for a room that is not
    there or over, SUBJECT for its host, and MEASURE, FACTS, LAW, UNDOABLE, AWAY as `decide` does.
    """
    room = Room.objects.filter(pk=known(room_id)).exclude(state=RoomState.ENDED).first()
    if room is None:
        raise Refused(Code.GONE)
    made: dict[str, Any] = {"state": State.DECIDED, "step": Step.DONE, "decided_at": now}
    case = drawn_up(About.ROOM, None, room.pk, verdict.policy, now, **made)
    case.save(force_insert=True)
    tell_opened(case, source, at_once=True)
    subject = enforce.subject_of(case, verdict.measure)
    if subject == by:
        raise Refused(Code.SUBJECT)
    _check(verdict, case, subject)
    note(case, f"case.{Act.DECIDE}", source, by=by, reason=verdict.measure)
    decision = draft(case, subject, verdict, by, now)
    decision.save()
    return _enforce(decision, case, by, now, source)


def draft(case: Case, subject: User | None, verdict: Verdict, by: User | None, now: datetime) -> Decision:
    """The decision as it would be, not stored: what a statement of reasons can be made of beforehand."""
    return Decision(
        case=case,
        subject=subject,
        room=case.room,
        measure=verdict.measure,
        policy=verdict.policy,
        policy_version=rule_of(verdict.policy).version,
        ground=verdict.ground,
        law=verdict.law.strip(),
        facts=verdict.facts.strip(),
        lasts=verdict.lasts,
        until=now + verdict.lasts if verdict.lasts else None,
        automated=by is None,
        state=Stand.PROPOSED,
        made_by=by,
        made_at=now,
        appeal_until=now + APPEAL_FOR,
    )


@transaction.atomic
def decide_by_reflex(case: Case, verdict: Verdict, reflex: str, *, now: datetime, source: Source) -> Decision:
    """What a reflex of the server decides until a person does: the case, which is held, stays where it is.

    Whoever finds later that nothing was broken undoes it. Raises `Refused` as `decide` does.
    """
    subject = enforce.subject_of(case, verdict.measure)
    _check(verdict, case, subject)
    decision = draft(case, subject, verdict, None, now)
    decision.reflex = reflex
    decision.save()
    return _enforce(decision, case, None, now, source)


@transaction.atomic
def confirm(pk: int, *, by: User, now: datetime, source: Source, way_in: bool = False) -> Decision:
    """The decision that somebody else proposed, in force; with `way_in` the code that they came by lets in nobody more.

    Raises `Refused`: GONE, DECIDED, and what `decide` does; MEASURE for `way_in` where it keeps nobody out.
    """
    decision = _proposed(pk)
    if way_in and decision.measure not in enforce.SHUT_OUT:
        raise Refused(Code.MEASURE)
    case = advance(
        decision.case_id, Act.CONFIRM, by=by, now=now, source=source, reason=decision.measure, decided_at=now
    )
    independent(decision.made_by, by, now)
    decision.second = by
    made = _enforce(decision, case, by, now, source)
    if way_in:
        enforce.revoke_way_in(made, by=by, source=source, now=now)
    return made


@transaction.atomic
def decline(pk: int, *, by: User, now: datetime, source: Source) -> Decision:
    """The proposal, declined: the case goes back to whoever made it. Raises as `confirm` does."""
    decision = _proposed(pk)
    advance(decision.case_id, Act.DECLINE, by=by, now=now, source=source, reason=decision.measure, held_at=now)
    decision.state, decision.second = Stand.DECLINED, by
    decision.save(update_fields=["state", "second"])
    return decision


@transaction.atomic
def undo(decision: Decision, *, by: User, now: datetime, source: Source) -> None:
    """Nothing: the decision counts no more, and what it did is undone as far as it can be.

    With a pruning end the decisions on its branch, and with a dismissal the restriction of a false reporter: they have
    no other ground. Each of them can also end alone. Called with the case held. Raises `Refused(DECIDED)` where it is
    not in force.
    """
    if not Decision.objects.filter(pk=decision.pk, state=Stand.IN_FORCE).update(
        state=Stand.UNDONE, undone_at=now, undone_by=by
    ):
        raise Refused(Code.DECIDED)
    enforce.undo(decision, by=by, source=source, now=now)
    note(
        decision.case,
        "decision.undo",
        source,
        by=by,
        on=decision.subject,
        policy=decision.policy,
        reason=decision.measure,
        detail={"decision": decision.pk},
    )
    branches = decision.branch.filter(state=Stand.IN_FORCE).select_related("case__subject", "case__host", "subject")
    for branch in branches.order_by("subject_id"):  # whoever let somebody in was there before them: one order for all
        undo(branch, by=by, now=now, source=source)


def _check(verdict: Verdict, case: Case, subject: User | None) -> None:
    in_room = bool(case.room)
    if not fits(verdict.measure, verdict.lasts, in_room=in_room):
        raise Refused(Code.MEASURE)
    if verdict.measure in RESTRICTIONS and subject is None:
        raise Refused(Code.MEASURE)
    if not verdict.facts.strip():
        raise Refused(Code.FACTS)
    if verdict.ground == Ground.LAW and not verdict.law.strip():
        raise Refused(Code.LAW)


def _proposed(pk: int) -> Decision:
    decision = Decision.objects.select_for_update(of=("self",)).select_related("case", "subject").filter(pk=pk).first()
    if decision is None:
        raise Refused(Code.GONE)
    if decision.state != Stand.PROPOSED:
        raise Refused(Code.DECIDED)
    return decision


def _enforce(decision: Decision, case: Case, by: User | None, now: datetime, source: Source) -> Decision:
    """The decision in force: its row, its entry, and then what it does, whose entries name the case."""
    interim = case.decisions.filter(automated=True, state=Stand.IN_FORCE)
    if decision.measure == Measure.NONE and by is not None:
        for one in interim:
            undo(one, by=by, now=now, source=source)
    elif by is not None:  # until now nobody could appeal it
        interim.update(appeal_until=now + APPEAL_FOR)
    if decision.measure == Measure.RESTRICT_REPORTING:
        decision.root = _enforce(_dismissal(decision, case), case, by, now, source)
    decision.state, decision.in_force_at, decision.appeal_until = Stand.IN_FORCE, now, now + APPEAL_FOR
    decision.until = now + decision.lasts if decision.lasts else None
    decision.entry = note(
        case,
        "decision.make",
        source,
        by=by,
        second=decision.made_by if decision.second else None,
        on=decision.subject,
        policy=decision.policy,
        reason=decision.measure,
        automated=decision.automated,
        model=decision.reflex,
        after={"facts": decision.facts, "law": decision.law},  # a hash: what they were told is not written anew later
        detail=_told(decision),
    )
    decision.save()
    below = enforce.prune(decision, by=by, source=source, now=now) if decision.measure == Measure.PRUNE else ()
    enforce.apply(decision, by=by, source=source, now=now)
    news.decided(decision)
    for person in below:
        _enforce(_branch(decision, person), case, by, now, source)
    return decision


def _dismissal(decision: Decision, case: Case) -> Decision:
    """The dismissal of what was reported, where a report was false: all who reported may appeal against that."""
    nothing = Verdict(Measure.NONE, Policy(case.policy), outcomes.NO_RULE_BROKEN)
    made = draft(case, enforce.subject_of(case, Measure.NONE), nothing, decision.made_by, decision.made_at)
    made.second = decision.second
    return made


def _branch(root: Decision, person: User) -> Decision:
    """The decision on one person of the branch that `root` prunes: their own, with reasons that tell of nobody else."""
    with override(language_of(person)):
        facts = gettext(
            "You came in by an invitation from a branch that was withdrawn as a whole: whoever let you in, or somebody "
            "who let them in, broke this rule. Nobody says that you did: if you appeal, we look at you alone."
        )
    return Decision(
        **{name: getattr(root, name) for name in _SHARED},
        root=root,
        subject=person,
        measure=Measure.SUSPEND,
        facts=facts,
    )


def _told(decision: Decision) -> dict[str, Any]:
    """What the log says of the decision; its facts are for the member alone."""
    return {
        "decision": decision.pk,
        "ground": decision.ground,
        "policy_version": decision.policy_version,
        "until": decision.until.isoformat() if decision.until else "",
        "appeal_until": decision.appeal_until.isoformat() if decision.appeal_until else "",
    }
