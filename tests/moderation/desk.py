"""The moderation at work: who sits at the desk, what lies on it, and how a refusal is held to have changed nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from moderation import cases
from moderation.actions import cases as acts
from moderation.actions import decisions, reports, staff
from moderation.actions.base import Code, Refused
from moderation.actions.decisions import Verdict
from moderation.actions.reports import Complaint
from moderation.audit.models import Entry
from moderation.measures import Measure
from moderation.models import Appeal, Case, Channel, Decision, Evidence, Freeze, Grant, Report
from moderation.policies import Policy
from moderation.staff import Role
from rooms.models import Member, Room
from tests.rooms.scenes import NOON, SOURCE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def moderator(name: str, role: Role = Role.MODERATOR) -> User:
    """Somebody at the desk."""
    user = User.objects.create_user(name.lower(), password="seven grey herons wade", display_name=name)
    staff.grant(user, role, None, now=NOON, source=SOURCE)
    return user


def complaint(policy: Policy = Policy.HARASSMENT, words: str = "", channel: Channel = Channel.ROOM) -> Complaint:
    """What somebody reports."""
    return Complaint(policy, channel, words, "en")


def reported(by: User, whom: User, room: Room, policy: Policy = Policy.HARASSMENT) -> Report:
    """One person's report of another in a room."""
    number = Member.objects.get(room=room, user=whom).number
    return reports.report_member(by, room.pk, number, complaint(policy), source=SOURCE, now=NOON)


def claimed(case: Case, by: User) -> Case:
    """The case, claimed."""
    return acts.claim(case.pk, by=by, now=NOON, source=SOURCE)


def verdict(measure: Measure = Measure.WARN, lasts: timedelta | None = None, facts: str = "He shouted.") -> Verdict:
    """What somebody decides."""
    return Verdict(measure, Policy.HARASSMENT, facts, lasts)


def decided(case: Case, by: User, measure: Measure = Measure.WARN, lasts: timedelta | None = None) -> Decision:
    """The decision on a claimed case."""
    return decisions.decide(case.pk, verdict(measure, lasts), by=by, now=NOON, source=SOURCE)


def unchanged(code: Code | cases.Code, act: Callable[[], object]) -> None:
    """Holds that the act is refused with this code, and that no row and no entry is other than before."""
    before = rows()
    with pytest.raises(Refused) as refused:
        act()
    assert refused.value.code is code
    assert rows() == before


def rows() -> list[Any]:
    """What a refusal leaves as it is: rows of people, rooms and cases, and how many entries there are."""
    tables = (Case, Report, Freeze, Evidence, Grant, Decision, Appeal, Member, User)
    return [list(table.objects.order_by("pk").values()) for table in tables] + [Entry.objects.count()]
