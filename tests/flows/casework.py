"""What the staff does, and those whom a case concerns: acts that `actor` mixes into what goes on in rooms."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from accounts.models import Lever, Switch, User
from moderation.actions import appeals, cases, decisions, evidence, grants, powers, receipts, reports, rights
from moderation.actions.decisions import Verdict
from moderation.actions.reports import Complaint
from moderation.cases import OPEN, State
from moderation.enforce import SHUT_OUT
from moderation.measures import Measure
from moderation.models import (
    About,
    Appeal,
    Case,
    Channel,
    DataRequest,
    Decision,
    Freeze,
    Grant,
    Report,
    Result,
    Staff,
    Stand,
    Wish,
)
from moderation.outcomes import of_report
from moderation.policies import REPORTED
from moderation.powers import PACES, Power, Reason
from moderation.staff import Role
from rooms.models import Member, Room
from tests.moderation import tape

MEASURES = (
    (Measure.NONE, None),
    (Measure.WARN, None),
    (Measure.MUTE, None),
    (Measure.TO_AUDIENCE, None),
    (Measure.REMOVE, None),
    (Measure.BAN_ROOM, None),
    (Measure.BAN, None),  # takes two people
    (Measure.BAN, None),
    (Measure.PRUNE, timedelta(days=7)),  # as does this
    (Measure.RESTRICT_REPORTING, timedelta(days=1)),
    (Measure.SUSPEND, timedelta(days=1)),
    (Measure.SUSPEND, timedelta(days=40)),  # and this
    (Measure.END_ROOM, None),
)


_HELD = Case.objects.filter(state=State.CLAIMED, holder__isnull=False).select_related("holder")


class Anybody(Protocol):
    """Who acts: see `actor.Actor`."""

    chance: Any
    who: User
    now: datetime
    terms: dict[str, Any]

    def pick(self, rows: Any) -> Any:
        """A random row of the newest."""

    def room(self) -> Room | None:
        """A random room that has not ended."""


def report_member(one: Anybody) -> None:
    if (room := one.room()) and (member := one.pick(Member.objects.filter(room=room).exclude(joined_at=None))):
        reports.report_member(one.who, room.pk, member.number, _complaint(one, Channel.ROOM), **one.terms)


def report_room(one: Anybody) -> None:
    if room := one.room():
        reports.report_room(one.who, room.pk, _complaint(one, Channel.ROOM), **one.terms)


def report_person(one: Anybody) -> None:
    person = one.pick(User.objects.all())
    reports.report_person(one.who, person.uid, _complaint(one, Channel.PROFILE), **one.terms)


def notice(one: Anybody) -> None:
    """Somebody outside writes, and mostly leaves an address."""
    email = one.chance.choice(["", "owl@example.org", "owl@example.org"])
    complaint = Complaint(
        one.chance.choice(list(REPORTED)), Channel.NOTICE, "They are loud in the owls' room.", "en", email
    )
    reports.notice(complaint, source=one.terms["source"], now=one.now)


def open_case(one: Anybody) -> None:
    """One of the staff hears it themselves: a member, or the whole room."""
    if room := one.room():
        member = one.pick(Member.objects.filter(room=room).exclude(joined_at=None))
        number = one.chance.choice([member.number if member else None, None])
        reports.open_case(_staff(one), room.pk, number, one.chance.choice(list(REPORTED)), **one.terms)


def end_at_once(one: Anybody) -> None:
    if (room := one.room()) and one.chance.random() < 0.2:
        verdict = Verdict(Measure.END_ROOM, one.chance.choice(list(REPORTED)), "They were loud at night.")
        decisions.decide_at_once(room.pk, verdict, by=_staff(one), **one.terms)


def name(one: Anybody) -> None:
    """Whoever holds a notice says whom or which room it means; now and then a case about that is open already."""
    if case := one.pick(_HELD.filter(about=About.NOTICE)):
        room, person = one.room(), one.pick(User.objects.filter(username__startswith="g1_"))
        meant = one.chance.choice([(room.pk if room else "", ""), ("", person.username)])
        cases.name(case.pk, *meant, by=case.holder, **one.terms)


def claim(one: Anybody) -> None:
    if case := one.pick(Case.objects.filter(state__in=OPEN)):
        cases.claim(case.pk, by=_staff(one), **one.terms)


def pass_on(one: Anybody) -> None:
    if case := one.pick(_HELD):
        act = one.chance.choice([cases.release, cases.escalate])
        act(case.pk, by=case.holder, **one.terms)


def hand_over(one: Anybody) -> None:
    if case := one.pick(_HELD):
        cases.hand_over(case.pk, _staff(one), by=case.holder, **one.terms)


def decide(one: Anybody) -> None:
    if case := one.pick(_HELD):
        measure, lasts = one.chance.choice(MEASURES if case.subject or case.room else MEASURES[:1])
        report = one.pick(case.reports.filter(reporter__isnull=False))
        policy, made = one.chance.choice(list(REPORTED)), report.pk if report else None
        verdict = Verdict(measure, policy, "He was loud at night.", lasts, report=made)
        decisions.decide(case.pk, verdict, by=case.holder, **one.terms)


def answer(one: Anybody) -> None:
    if proposal := one.pick(Decision.objects.filter(state=Stand.PROPOSED)):
        act = one.chance.choice([decisions.confirm, decisions.decline])
        act(proposal.pk, by=_senior(one, proposal.made_by), **one.terms)


def seal(one: Anybody) -> None:
    """A media process answers with what somebody said; the one that runs knows of nobody who spoke."""
    if (freeze := one.pick(Freeze.objects.filter(evidence=None))) and (
        member := one.pick(Member.objects.filter(room=freeze.room).exclude(joined_at=None))
    ):
        tape.sealed(freeze, member.number)
        evidence.attach(freeze.pk, one.now)


def listen(one: Anybody) -> None:
    """Whoever holds a case asks for its evidence, a senior agrees, and they hear it: three acts in a row."""
    if case := one.pick(Case.objects.filter(state=State.CLAIMED, holder__isnull=False, evidence__isnull=False)):
        track, shown = one.pick(case.evidence), {"factor": timedelta(0), **one.terms}
        wish = grants.ask(case.pk, "Only the sound tells.", by=case.holder, **one.terms)
        grants.approve(wish.pk, by=_senior(one, case.holder), **shown)
        grants.open_track(wish.pk, track.pk, by=case.holder, **shown)


def refuse_wish(one: Anybody) -> None:
    if wish := one.pick(Grant.objects.filter(decided_at=None)):
        grants.refuse(wish.pk, by=_senior(one, wish.asked_by), factor=timedelta(0), **one.terms)


def appeal(one: Anybody) -> None:
    standing = Decision.objects.filter(state=Stand.IN_FORCE, appeals=None, subject__isnull=False)
    if decision := one.pick(standing.filter(measure__in=SHUT_OUT)) or one.pick(standing):
        appeals.appeal(decision.pk, "It was an owl.", by=decision.subject, **one.terms)


def appeal_notice(one: Anybody) -> None:
    """Somebody outside does not agree that nothing was found in what they wrote of."""
    dismissed = Report.objects.filter(channel=Channel.NOTICE, case__decisions__measure=Measure.NONE)
    if made := one.pick(dismissed):
        appeals.appeal_notice(made.number, "It was an owl.", **one.terms)


def write(one: Anybody) -> None:
    """Whoever decided writes to somebody outside, whose address is deleted with that."""
    left = Report.objects.exclude(email="").filter(case__decisions__made_by__isnull=False)
    if made := one.pick(left):
        by = made.case.decisions.exclude(made_by=None).latest("pk").made_by
        receipts.written(made.case_id, made.pk, by=by, **one.terms)


def look_outside(one: Anybody) -> None:
    """Somebody outside comes back with their number, and reads what became of it."""
    made = one.pick(Report.objects.filter(channel=Channel.NOTICE).select_related("case"))
    if made and of_report(made).over:
        receipts.told(made, by=None, **one.terms)


def add_words(one: Anybody) -> None:
    if made := one.pick(Report.objects.filter(reporter__isnull=False)):
        receipts.add_words(made.number, "It was three in the morning.", by=made.reporter, source=one.terms["source"])


def hear(one: Anybody) -> None:
    if made := one.pick(Appeal.objects.filter(result="")):
        lifts = made.decision.measure in SHUT_OUT or one.chance.random() < 0.5  # somebody must go on acting
        result = Result.OVERTURNED if lifts else Result.UPHELD
        appeals.hear(made.pk, result, "We listened again.", by=_staff(one), **one.terms)


def read(one: Anybody) -> None:
    if decision := one.pick(Decision.objects.filter(state=Stand.IN_FORCE, subject__isnull=False)):
        receipts.read(decision, by=decision.subject, **one.terms)


def ask_for_data(one: Anybody) -> None:
    wish = one.chance.choice([Wish.CORRECTION, Wish.ERASURE, Wish.OBJECTION])
    rights.ask(one.who, wish, "Forget the owl.", **one.terms)


def answer_on_data(one: Anybody) -> None:
    if asked := one.pick(DataRequest.objects.filter(answered_at=None)):
        rights.answer(asked.pk, "It is forgotten.", granted=one.chance.random() < 0.5, by=_staff(one), **one.terms)


def read_answers(one: Anybody) -> None:
    if asked := one.pick(DataRequest.objects.filter(read_at=None).exclude(answered_by="")):
        rights.read(asked.user, **one.terms)


def power(one: Anybody) -> None:
    if room := one.room():
        powers.in_room(room.pk, one.chance.choice(list(Power)), _pull(one), seconds=one.chance.choice(PACES))


def lever(one: Anybody) -> None:
    """The codes of the server frozen, or its doors braked, and mostly neither."""
    which = one.chance.choice([Lever.INVITES, Lever.JOINS])
    if Switch.objects.filter(pk=which).exists():
        powers.release_lever(which, _pull(one))
    elif one.chance.random() < 0.3:
        powers.pull_lever(which, _pull(one), most=60 if which is Lever.JOINS else None)


ACTS = (
    *(report_member, report_room, report_person, notice, open_case, claim, claim, pass_on, hand_over, name),
    *(decide, decide, decide, answer, answer, end_at_once, appeal, appeal_notice, hear, hear, read),
    *(write, write, look_outside, add_words),
    *(seal, seal, listen, listen, refuse_wish),
    *(ask_for_data, answer_on_data, read_answers, power, lever),
)


def _complaint(one: Anybody, channel: Channel) -> Complaint:
    return Complaint(one.chance.choice(list(REPORTED)), channel, "He is loud.", "en")


def _staff(one: Anybody) -> User:
    user: User = one.pick(Staff.objects.select_related("user")).user
    return user


def _senior(one: Anybody, first: User) -> User:
    """Somebody else who may be the second person for what `first` wishes."""
    user: User = one.pick(Staff.objects.filter(role=Role.SENIOR).exclude(user=first).select_related("user")).user
    return user


def _pull(one: Anybody) -> powers.Pull:
    return powers.Pull(_staff(one), Role.SENIOR, Reason.RAID, words="A moment, please.", **one.terms)
