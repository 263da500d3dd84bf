"""Working on cases: dana and eli sit at the desk, femi is a senior moderator, bob is whom it is about."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.actions import endings
from accounts.models import User
from moderation import queue
from moderation.actions import cases as acts
from moderation.actions import reports, staff
from moderation.actions.base import Code
from moderation.audit.models import Entry
from moderation.cases import Code as CaseCode
from moderation.cases import State
from moderation.measures import Measure
from moderation.models import About, Case, Channel, Decision, Stand
from moderation.policies import Policy
from moderation.staff import Role
from rooms.models import Room
from tests.log import entry
from tests.moderation.desk import claimed, complaint, decided, moderator, reported, unchanged
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def eli(db: None) -> User:
    return moderator("Eli")


def test_a_claim_is_one_persons_and_is_written_down(case: Case, dana: User, eli: User, bob: User) -> None:
    assert claimed(case, dana).holder == dana
    unchanged(CaseCode.CLAIMED, lambda: claimed(case, eli))
    noted = entry(action="case.claim")
    assert (noted.actor, noted.object, noted.case, noted.role) == (dana.uid, bob.uid, str(case.pk), "moderator")


def test_a_case_that_is_not_there_is_refused(dana: User) -> None:
    unchanged(Code.GONE, lambda: acts.claim(99, by=dana, now=NOON, source=SOURCE))


def test_nobody_works_on_a_case_about_themselves_or_on_their_own_report(room: Room, bob: User, carol: User) -> None:
    case = reported(carol, bob, room).case
    for person, code in ((bob, CaseCode.SUBJECT), (carol, CaseCode.REPORTER)):
        acts_as_staff(person)
        unchanged(code, lambda person=person: claimed(case, person))  # type: ignore[misc]


def acts_as_staff(person: User) -> None:
    staff.grant(person, Role.MODERATOR, None, now=NOON, source=SOURCE)


def test_who_holds_it_gives_it_back_or_on(case: Case, dana: User, eli: User, carol: User) -> None:
    claimed(case, dana)
    unchanged(CaseCode.UNCLAIMED, lambda: acts.release(case.pk, by=eli, now=NOON, source=SOURCE))
    assert acts.hand_over(case.pk, eli, by=dana, now=NOON, source=SOURCE).holder == eli
    assert entry(action="case.hand_over").second == eli.uid
    released = acts.release(case.pk, by=eli, now=NOON, source=SOURCE)
    assert (released.state, released.holder) == (State.TRIAGED, None)
    claimed(case, dana)
    acts_as_staff(carol)
    unchanged(CaseCode.REPORTER, lambda: acts.hand_over(case.pk, carol, by=dana, now=NOON, source=SOURCE))


def test_it_is_handed_to_the_staff_alone(case: Case, dana: User, alice: User) -> None:
    claimed(case, dana)
    unchanged(Code.GONE, lambda: acts.hand_over(case.pk, alice, by=dana, now=NOON, source=SOURCE))


def test_it_is_not_handed_to_oneself_which_would_be_an_entry_of_no_change(case: Case, dana: User) -> None:
    claimed(case, dana)
    unchanged(Code.GONE, lambda: acts.hand_over(case.pk, dana, by=dana, now=NOON, source=SOURCE))


def test_it_is_not_handed_to_somebody_whose_time_on_the_staff_is_over(case: Case, dana: User, alice: User) -> None:
    staff.grant(alice, Role.MODERATOR, 1, now=NOON - timedelta(days=2), source=SOURCE)
    claimed(case, dana)
    unchanged(Code.GONE, lambda: acts.hand_over(case.pk, alice, by=dana, now=NOON, source=SOURCE))


def test_a_host_has_no_part_in_the_case_of_their_own_room(room: Room, alice: User, bob: User, carol: User) -> None:
    case = reports.report_room(carol, room.pk, complaint(), source=SOURCE, now=NOON).case
    for person in (alice, bob):
        acts_as_staff(person)
    unchanged(CaseCode.SUBJECT, lambda: claimed(case, alice))
    assert case in queue.visible(bob)
    assert case not in queue.visible(alice)
    claimed(case, bob)
    unchanged(CaseCode.SUBJECT, lambda: acts.hand_over(case.pk, alice, by=bob, now=NOON, source=SOURCE))


@pytest.mark.parametrize("leave", [endings.empty, lambda bob, now: bob.delete()])
def test_no_case_is_drawn_up_about_the_old_id_of_somebody_who_was_erased_since_they_were_read(
    leave: Callable[..., object], bob: User
) -> None:
    read = User.objects.get(pk=bob.pk)
    leave(bob, now=NOON)
    unchanged(Code.GONE, lambda: acts.drawn_up(About.PERSON, read, "", Policy.SPAM, NOON))


def test_what_was_escalated_only_a_senior_takes(case: Case, dana: User, eli: User, femi: User) -> None:
    claimed(case, dana)
    assert acts.escalate(case.pk, by=dana, now=NOON, source=SOURCE).holder is None
    unchanged(CaseCode.SENIOR, lambda: claimed(case, eli))
    assert claimed(case, femi).holder == femi


def test_a_proposal_is_answered_and_not_taken_over(case: Case, dana: User, femi: User) -> None:
    claimed(case, dana)
    proposed = decided(case, dana, Measure.BAN)
    assert (proposed.state, Decision.objects.get().state) == (Stand.PROPOSED, Stand.PROPOSED)
    unchanged(Code.DECIDED, lambda: claimed(case, femi))


def test_each_act_is_one_entry(case: Case, dana: User) -> None:
    before = Entry.objects.count()
    claimed(case, dana)
    acts.release(case.pk, by=dana, now=NOON, source=SOURCE)
    assert Entry.objects.count() == before + 2


@pytest.fixture
def told(dana: User) -> Case:
    """A notice of somebody outside, in Dana's hands."""
    words = complaint(Policy.HATE, "In the room of Sunday evening.", Channel.NOTICE)
    return claimed(reports.notice(words, source=SOURCE, now=NOON).case, dana)


def named(case: Case, by: User, room: str = "", person: str = "") -> Case:
    return acts.name(case.pk, room, person, by=by, now=NOON, source=SOURCE)


def test_a_notice_is_about_whom_the_staff_names(told: Case, room: Room, bob: User, dana: User) -> None:
    case = named(told, dana, room.pk, "BOB")
    assert (case.pk, case.about, case.subject, case.room) == (told.pk, About.PERSON, bob, room.pk)
    assert entry(action="case.name").object == bob.uid
    assert decided(case, dana).subject == bob
    unchanged(CaseCode.STATE, lambda: named(case, dana, room.pk))


def test_a_notice_about_what_is_a_case_already_joins_it(told: Case, case: Case, room: Room, dana: User) -> None:
    assert named(told, dana, room.pk, "bob") == case
    told.refresh_from_db()
    assert (told.state, case.reports.count(), told.reports.count()) == (State.CLOSED, 2, 0)
    assert entry(action="case.merge").detail == {"into": case.pk}


def test_a_notice_is_about_somebody_who_is_there_and_not_about_whoever_names(
    told: Case, room: Room, dana: User, eli: User
) -> None:
    unchanged(Code.GONE, lambda: named(told, dana))
    unchanged(Code.GONE, lambda: named(told, dana, room.pk, "nobody"))
    unchanged(Code.GONE, lambda: named(told, dana, "a" * 12))
    unchanged(CaseCode.SUBJECT, lambda: named(told, dana, room.pk, "dana"))
    unchanged(CaseCode.UNCLAIMED, lambda: named(told, eli, room.pk))
