"""What waits for whom of the staff: dana moderates, femi and ines are seniors, bob is reported and carol reports."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from moderation import waiting
from moderation.actions import appeals, decisions, grants, holds, lawful, rights, staff, unmasking
from moderation.actions import cases as acts
from moderation.actions.lawful import Wish as LawfulWish
from moderation.cases import HEARD_WITHIN, State
from moderation.measures import Measure
from moderation.models import Authority, Case, Held, Staff, Wish
from moderation.policies import Policy
from moderation.staff import Role
from moderation.waiting import NEAR, Wait
from rooms.models import Room
from tests.moderation.desk import DAY, HOUR, claimed, decided, moderator, verdict
from tests.moderation.filed import a_case, a_report, a_track
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db
HERE: Any = {"now": NOON, "source": SOURCE}


@pytest.fixture
def ines(db: None) -> User:
    return moderator("Ines", Role.SENIOR)


def waits(user: User, after: timedelta = timedelta()) -> dict[Wait, int]:
    return waiting.counts(Staff.objects.select_related("user").get(user=user), NOON + after)


def on_pages(user: User, after: timedelta = timedelta()) -> dict[str, int]:
    return waiting.pages(Staff.objects.select_related("user").get(user=user), NOON + after)


def _triaged(subject: User | None, policy: Policy = Policy.HARASSMENT) -> Case:
    return a_case(subject, policy, state=State.TRIAGED)


def test_a_case_waits_as_late_once_its_deadline_is_over(dana: User, femi: User, bob: User) -> None:
    case = _triaged(bob)
    within = case.due_at - NOON
    assert waits(dana, within - HOUR / 60) == {}
    assert waits(dana, within) == waits(femi, within) == {Wait.LATE: 1}


def test_a_late_case_that_somebody_has_waits_for_them_alone(dana: User, femi: User, bob: User) -> None:
    case = claimed(_triaged(bob), dana)
    late = case.due_at - NOON
    assert waits(dana, late) == {Wait.LATE: 1}
    assert waits(femi, late) == {}


def test_what_was_escalated_waits_for_seniors(dana: User, femi: User, bob: User) -> None:
    case = claimed(_triaged(bob), dana)
    acts.escalate(case.pk, by=dana, **HERE)
    assert waits(dana) == {}
    assert waits(femi) == {Wait.ESCALATED: 1}
    late = case.due_at - NOON
    assert waits(femi, late) == {Wait.LATE: 1, Wait.ESCALATED: 1}
    assert on_pages(femi, late) == {"console_cases": 1}


def test_a_proposal_waits_for_another_senior(femi: User, ines: User, bob: User) -> None:
    case = claimed(_triaged(bob), femi)
    decisions.decide(case.pk, verdict(Measure.BAN), by=femi, **HERE)
    assert waits(femi) == {}
    assert waits(ines) == {Wait.PROPOSED: 1}


def test_a_wish_to_hear_of_whoever_left_the_case_to_seniors_waits_for_nobody(dana: User, ines: User, bob: User) -> None:
    case = _triaged(bob)
    a_track(case, [(0, b"\x78abc")])
    claimed(case, dana)
    grants.ask(case.pk, "To hear it.", by=dana, **HERE)
    assert waits(ines) == {Wait.EVIDENCE: 1}
    acts.escalate(case.pk, by=dana, **HERE)
    assert waits(ines) == {Wait.ESCALATED: 1}


def test_a_wish_to_hear_waits_for_a_senior_who_did_not_ask_while_it_could_be_used(
    femi: User, ines: User, bob: User
) -> None:
    case = _triaged(bob)
    a_track(case, [(0, b"\x78abc")])
    claimed(case, femi)
    grants.ask(case.pk, "To hear it.", by=femi, **HERE)
    assert waits(femi) == {}
    assert waits(ines) == {Wait.EVIDENCE: 1}
    acts.release(case.pk, by=femi, **HERE)
    assert waits(ines) == {}


def test_an_appeal_waits_for_who_did_not_decide(femi: User, ines: User, bob: User) -> None:
    appeals.appeal(decided(claimed(_triaged(bob), femi), femi).pk, "It was not me.", by=bob, **HERE)
    assert waits(femi) == {}
    assert waits(ines) == {Wait.APPEAL: 1}
    assert waits(ines, HEARD_WITHIN) == {Wait.LATE: 1, Wait.APPEAL: 1}


def test_what_each_senior_decided_on_waits_for_one_who_is_still_to_be_put_on_the_staff(
    dana: User, femi: User, bob: User
) -> None:
    made = decided(claimed(_triaged(bob), dana), dana, Measure.BAN)
    assert waits(femi) == {Wait.PROPOSED: 1}
    decisions.confirm(made.pk, by=femi, **HERE)
    appeals.appeal(made.pk, "It was not me.", by=bob, **HERE)
    assert (waits(dana), waits(femi), on_pages(femi)) == ({}, {Wait.NOBODY: 1}, {"console_staff": 1})
    gus = moderator("Gus", Role.SENIOR)
    assert (waits(femi), waits(gus)) == ({}, {Wait.APPEAL: 1})


@pytest.mark.parametrize("part", ["reports", "is reported", "is gone"])
def test_nor_is_a_senior_enough_who_has_a_part_in_it_or_is_here_no_more(part: str, femi: User, ines: User) -> None:
    bob = User.objects.create_user("robert", display_name="Robert")
    case = _triaged(ines if part == "is reported" else bob)
    if part == "reports":
        a_report(case, ines)
    elif part == "is gone":
        Staff.objects.filter(user=ines).update(expires_at=NOON)
    decisions.decide(claimed(case, femi).pk, verdict(Measure.BAN), by=femi, **HERE)
    assert waits(femi) == {Wait.NOBODY: 1}
    assert waits(ines) == {}


def test_nothing_waits_for_who_has_a_part_in_it(femi: User, ines: User) -> None:
    case = _triaged(ines)
    a_report(case, femi)
    assert waits(femi, 9 * DAY) == waits(ines, 9 * DAY) == {}


def test_a_request_about_data_waits_near_its_limit_and_not_for_who_made_it(femi: User, ines: User) -> None:
    request = rights.ask(femi, Wish.ERASURE, "Please.", **HERE)
    near = request.due_at - NOON - NEAR
    assert waits(ines, near - DAY) == {}
    assert waits(ines, near) == {Wait.DATA: 1}
    assert on_pages(ines, near) == {"console_data": 1}
    assert waits(femi, near) == {}


def _name(by: User, bob: User) -> None:
    unmasking.ask(bob.uid, "A court asks.", by=by, **HERE)


def _law(by: User, bob: User) -> None:
    wish = LawfulWish(Authority.COURT, "A court", "An order", bob.uid, "", NOON - DAY, NOON)
    lawful.ask(wish, by=by, **HERE)


def _hold(by: User, bob: User) -> None:
    holds.ask(Held.PERSON, bob.uid, "A suit", NOON + DAY, by=by, **HERE)


@pytest.mark.parametrize(
    ("ask", "kind", "page"),
    [
        (_name, Wait.NAME, "console_names"),
        (_law, Wait.LAWFUL, "console_lawful"),
        (_hold, Wait.HOLD, "console_retention"),
    ],
)
def test_what_takes_two_people_waits_for_the_second_and_not_for_whom_it_is_about(
    ask: Callable[[User, User], None], kind: Wait, page: str, femi: User, ines: User, bob: User
) -> None:
    staff.grant(bob, Role.SENIOR, None, **HERE)
    ask(femi, bob)
    assert waits(femi) == waits(bob) == {}
    assert waits(ines) == {kind: 1}
    assert on_pages(ines) == {page: 1}


def test_a_hold_on_a_case_waits_for_nobody_who_has_a_part_in_it(femi: User, ines: User, bob: User) -> None:
    case = _triaged(bob)
    a_report(case, ines)
    holds.ask(Held.CASE, str(case.pk), "A suit", NOON + DAY, by=femi, **HERE)
    assert waits(ines) == {}
    assert waits(moderator("Gus", Role.SENIOR)) == {Wait.HOLD: 1}


def test_a_request_about_a_room_waits_for_nobody_who_runs_it(femi: User, ines: User, room: Room, alice: User) -> None:
    staff.grant(alice, Role.SENIOR, None, **HERE)
    wish = LawfulWish(Authority.COURT, "A court", "An order", "", room.pk, NOON - DAY, NOON)
    lawful.ask(wish, by=femi, **HERE)
    assert waits(alice) == {}
    assert waits(ines) == {Wait.LAWFUL: 1}


def test_whom_one_has_just_let_in_is_no_second_person(dana: User, femi: User, ines: User, bob: User) -> None:
    staff.grant(ines, Role.SENIOR, None, by=femi.uid, **HERE)
    _name(femi, bob)
    assert waits(ines) == {}
    assert waits(ines, 2 * DAY) == {Wait.NAME: 1}


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.INSPECTOR])
def test_nothing_waits_for_who_only_reads_or_has_left(role: Role, dana: User, femi: User, bob: User) -> None:
    late = _triaged(bob).due_at - NOON
    staff.grant(dana, role, 7, **HERE)
    staff.grant(femi, Role.SENIOR, 1, now=NOON - 2 * DAY, source=SOURCE)
    assert waits(dana, late) == waits(femi, late) == {}
    assert on_pages(dana, late) == {}
