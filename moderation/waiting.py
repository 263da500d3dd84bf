"""What waits for somebody of the staff: one table of kinds, each with the act that ends the waiting, and where.

Numbers alone. What one may not act on is not counted: one's own wish, one's own decision, what one has a part in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from moderation.actions import holds, lawful
from moderation.actions.staff import bound
from moderation.cases import OPEN, State
from moderation.models import Case, DataRequest, Decision, HoldRequest, LawfulRequest, Report, Staff, Stand, Unmasking
from moderation.queue import asked_for, visible
from moderation.staff import Act, Role, refusal

NEAR = timedelta(days=7)
"""So long before the law's limit the staff is told of what somebody asked of their own data."""


class Wait(StrEnum):
    """A kind of what waits."""

    LATE = "late"
    ESCALATED = "escalated"
    PROPOSED = "proposed"
    EVIDENCE = "evidence"
    APPEAL = "appeal"
    DATA = "data"
    NAME = "name"
    LAWFUL = "lawful"
    HOLD = "hold"
    NOBODY = "nobody"  # of the staff may act on it


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whose waiting work it is, when; `firsts` are those whose second person they are not, themselves among them."""

    staff: Staff
    user: User
    firsts: list[int]
    now: datetime

    def may(self, act: Act) -> bool:
        return refusal(self.staff.standing, act, self.now) is None


@dataclass(frozen=True, slots=True)
class _Kind:
    """Who of the staff may end the waiting, on which page (`shelf` is a part of the queue), and which rows wait."""

    act: Act
    page: str
    rows: Callable[[_Reader], Any]
    shelf: str = ""


def counts(staff: Staff, now: datetime) -> dict[Wait, int]:
    """How much of each kind waits for this person; kinds of which nothing does are not in it."""
    reader = _reader(staff, now)
    cases, others = _open_to(reader)
    found = _cases(reader).aggregate(**{wait: Count("pk", filter=where) for wait, where in cases.items()})
    found |= {wait: rows.count() for wait, rows in others.items()}
    return {wait: found[wait] for wait in Wait if found.get(wait)}


def pages(staff: Staff, now: datetime) -> dict[str, int]:
    """How many things wait on each page of the console; a case that waits for two reasons is one."""
    reader = _reader(staff, now)
    cases, others = _open_to(reader)
    found = {KINDS[wait].page: rows.count() for wait, rows in others.items()}
    if cases:
        found["console_cases"] = _cases(reader).filter(reduce(or_, cases.values())).count()
    return {page: number for page, number in found.items() if number}


def _reader(staff: Staff, now: datetime) -> _Reader:
    firsts = User.objects.filter(uid__in=bound(staff.user, now)).values_list("pk", flat=True)
    return _Reader(staff, staff.user, list(firsts), now)


def _open_to(reader: _Reader) -> tuple[dict[Wait, Q], dict[Wait, QuerySet[Any]]]:
    """What this person may act on: which cases wait, and what else does."""
    rows = {wait: kind.rows(reader) for wait, kind in KINDS.items() if reader.may(kind.act)}
    cases = {wait: found for wait, found in rows.items() if isinstance(found, Q)}
    return cases, {wait: found for wait, found in rows.items() if wait not in cases}


def _cases(reader: _Reader) -> QuerySet[Case]:
    """The cases that go on and in which they have no part."""
    restricted = _decisions().filter(subject=reader.user)
    return visible(reader.user).filter(~Exists(restricted), state__in=(*OPEN, State.APPEALED))


def _decisions() -> QuerySet[Decision]:
    """The decisions on a case, asked case by case: this is counted on every page, and most decisions are on others."""
    return Decision.objects.filter(case=OuterRef("pk")).exclude(state=Stand.DECLINED)


def _fit(reader: _Reader) -> Q:
    """Cases on which neither they nor anybody whose second person they are not has decided or proposed something."""
    made = _decisions().filter(Q(made_by__in=reader.firsts) | Q(second__in=reader.firsts))
    return Q(~Exists(made))


def _late(reader: _Reader) -> Q:
    """Cases that nobody has claimed, or they have; for a senior also those that wait for one."""
    theirs = Q(state__in=(State.NEW, State.TRIAGED)) | Q(state=State.CLAIMED, holder=reader.user)
    if reader.may(Act.CONFIRM):
        theirs |= Q(state__in=(State.ESCALATED, State.APPEALED))
    return theirs & Q(due_at__lte=reader.now) & _fit(reader)


def _escalated(reader: _Reader, *, proposed: bool) -> Q:
    waits = Q(Exists(_decisions().filter(state=Stand.PROPOSED)))
    return Q(state=State.ESCALATED) & (waits if proposed else ~waits) & _fit(reader)


def stranded(user: User, now: datetime) -> QuerySet[Case]:
    """The cases that wait for a senior moderator, while all there are have a part in them or decided on them.

    Not those in which this person has a part themselves.
    """
    case, one = OuterRef(OuterRef("pk")), OuterRef("user")
    made = Decision.objects.filter(Q(made_by=one) | Q(second=one) | Q(subject=one), case=case)
    reported = Report.objects.filter(Q(reporter=one) | Q(staff=one), case=case)
    about = Case.objects.filter(Q(subject=one) | Q(host=one), pk=case)
    seniors = Staff.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), role=Role.SENIOR, user__is_active=True)
    fit = seniors.filter(~Exists(made.exclude(state=Stand.DECLINED)), ~Exists(reported), ~Exists(about))
    return visible(user).filter(~Exists(fit), state__in=(State.ESCALATED, State.APPEALED))


def _asked(kind: type[Unmasking] | type[LawfulRequest] | type[HoldRequest], about: str) -> Callable[[_Reader], Any]:
    """What others asked for, unless it is about the reader; `about` is the field that says about whom it is."""

    def rows(reader: _Reader) -> QuerySet[Any]:
        waits: QuerySet[Any] = kind.objects.filter(decided_at=None)
        return waits.exclude(asked_by__in=reader.firsts).exclude(**{about: reader.user.uid})

    return rows


def _lawful(reader: _Reader) -> QuerySet[LawfulRequest]:
    """As `_holds`."""
    waits: QuerySet[LawfulRequest] = _asked(LawfulRequest, "person")(reader)
    own = [one.pk for one in waits if lawful.part(one, reader.user)]
    return waits.exclude(pk__in=own)


def _holds(reader: _Reader) -> QuerySet[HoldRequest]:
    """Few wait at a time, so each is asked for by itself."""
    waits: QuerySet[HoldRequest] = _asked(HoldRequest, "object_id")(reader)
    own = [one.pk for one in waits if holds.part(one.object_type, one.object_id, reader.user)]
    return waits.exclude(pk__in=own)


def _data(reader: _Reader) -> QuerySet[DataRequest]:
    near = DataRequest.objects.filter(answered_at=None, due_at__lte=reader.now + NEAR)
    return near.exclude(user=reader.user)


KINDS: Mapping[Wait, _Kind] = MappingProxyType({
    Wait.LATE: _Kind(Act.WORK, "console_cases", _late, "open"),
    Wait.ESCALATED: _Kind(Act.CONFIRM, "console_cases", lambda one: _escalated(one, proposed=False), "escalated"),
    Wait.PROPOSED: _Kind(Act.CONFIRM, "console_cases", lambda one: _escalated(one, proposed=True), "escalated"),
    Wait.EVIDENCE: _Kind(Act.APPROVE_EVIDENCE, "console_cases", lambda one: asked_for(but=one.firsts), "asked"),
    Wait.APPEAL: _Kind(Act.HEAR, "console_cases", lambda one: Q(state=State.APPEALED) & _fit(one), "appeals"),
    Wait.DATA: _Kind(Act.ANSWER_DATA, "console_data", _data),
    Wait.NAME: _Kind(Act.GRANT_NAME, "console_names", _asked(Unmasking, "person")),
    Wait.LAWFUL: _Kind(Act.DECIDE_LAWFUL, "console_lawful", _lawful),
    Wait.HOLD: _Kind(Act.HOLD, "console_retention", _holds),
    Wait.NOBODY: _Kind(Act.CHANGE_STAFF, "console_staff", lambda one: stranded(one.user, one.now)),
})  # fmt: skip
"""Every kind, in the order in which the staff is told of them."""
