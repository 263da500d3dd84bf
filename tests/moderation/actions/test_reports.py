"""Taking reports: carol reports bob, who speaks; mallory reports to do harm."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from moderation import queue
from moderation.actions import appeals, freezes, reports, triage
from moderation.actions.base import Code
from moderation.actions.reports import Complaint
from moderation.audit.models import Entry
from moderation.cases import Code as CaseCode
from moderation.cases import State, due
from moderation.measures import Measure
from moderation.models import About, Case, Channel, Freeze, Report, Step
from moderation.own import unread_reports
from moderation.policies import Policy, Severity
from rooms.models import Access, Member, Room
from tests.log import entry
from tests.moderation.desk import claimed, complaint, decided, moderator, reported, rows, unchanged
from tests.rooms.scenes import NOON, SOURCE, a_room, carry, come, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(room: Room) -> Room:
    """A media process carries it."""
    carry(room, "m1")
    return room


def test_a_report_opens_a_case_with_a_deadline_and_a_receipt(room: Room, bob: User, carol: User) -> None:
    report = reported(carol, bob, room)
    case = report.case
    assert (case.about, case.subject, case.room, case.state) == (About.PERSON, bob, room.pk, State.NEW)
    assert (case.severity, case.due_at) == (Severity.HIGH, due(Severity.HIGH, NOON))
    assert len(report.number) == 12
    opened, made = entry(action="case.open"), entry(action="report.make")
    assert (opened.object, opened.actor) == (bob.uid, "")
    assert (made.actor, made.case, made.policy) == (carol.uid, str(case.pk), "harassment")
    assert made.object_id == str(report.pk)


def test_reports_of_the_same_person_in_the_same_room_are_one_case_as_grave_as_the_gravest(
    room: Room, alice: User, bob: User, carol: User
) -> None:
    first = reported(carol, bob, room, Policy.SPAM)
    second = reported(alice, bob, room, Policy.THREATS)
    case = Case.objects.get()
    assert {first.case_id, second.case_id} == {case.pk}
    assert (case.policy, case.severity) == (Policy.THREATS, Severity.CRITICAL)
    assert case.due_at == due(Severity.CRITICAL, NOON)
    assert case.step == Step.COLLECT


def test_who_report_the_same_at_the_same_moment_are_in_one_case(
    room: Room, alice: User, bob: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens = reports._open

    def beaten(*what: Any) -> Case | None:
        monkeypatch.setattr(reports, "_open", opens)
        reported(alice, bob, room)
        return opens(*what)

    monkeypatch.setattr(reports, "_open", beaten)
    reported(carol, bob, room, Policy.THREATS)
    case = Case.objects.get()
    assert set(case.reports.values_list("reporter", flat=True)) == {alice.pk, carol.pk}
    assert case.policy == Policy.THREATS


def test_a_case_that_somebody_works_on_takes_more_reports(room: Room, alice: User, bob: User, carol: User) -> None:
    case = claimed(reported(carol, bob, room).case, moderator("Dana"))
    assert reported(alice, bob, room).case == case


def test_a_tap_too_many_is_the_same_report(room: Room, bob: User, carol: User) -> None:
    assert reported(carol, bob, room) == reported(carol, bob, room)
    assert Report.objects.count() == Freeze.objects.count() == 1


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The cases that a worker was told to begin with."""
    told: list[int] = []
    monkeypatch.setattr(triage, "hand_over", told.append)
    return told


def test_a_worker_is_told_of_a_report_once_it_is_committed(
    room: Room,
    bob: User,
    carol: User,
    handed_over: list[int],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        report = reported(carol, bob, room)
        assert handed_over == []
    assert handed_over == [report.case_id]


def test_a_report_that_brings_nothing_to_hear_to_an_open_case_is_left_to_the_sweep(
    bob: User,
    carol: User,
    alice: User,
    handed_over: list[int],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = reports.report_person(carol, bob.uid, complaint(), source=SOURCE, now=NOON)
        later = NOON + timedelta(minutes=5)
        assert reports.report_person(alice, bob.uid, complaint(), source=SOURCE, now=later).case == first.case
    assert handed_over == [first.case_id]
    assert Case.objects.get().stepped_at == later


def test_a_report_stands_where_no_worker_can_be_told(
    room: Room,
    bob: User,
    carol: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(triage, "hand_over", lambda _: 1 / 0)
    with django_capture_on_commit_callbacks(execute=True):
        reported(carol, bob, room)
    assert Report.objects.count() == 1


def test_nobody_reports_themselves_or_whom_they_cannot_know_of(
    room: Room, alice: User, bob: User, mallory: User
) -> None:
    number = Member.objects.get(room=room, user=bob).number
    unchanged(Code.SUBJECT, lambda: reports.report_member(bob, room.pk, number, complaint(), source=SOURCE, now=NOON))
    hidden = a_room(alice, Access.INVITE)
    come(alice, hidden)
    unchanged(Code.GONE, lambda: reports.report_member(mallory, hidden.pk, 1, complaint(), source=SOURCE, now=NOON))
    unchanged(Code.GONE, lambda: reports.report_room(mallory, hidden.pk, complaint(), source=SOURCE, now=NOON))
    unchanged(Code.GONE, lambda: reports.report_member(mallory, room.pk, 77, complaint(), source=SOURCE, now=NOON))
    unchanged(Code.GONE, lambda: reports.report_person(mallory, "f" * 16, complaint(), source=SOURCE, now=NOON))


def test_reports_beyond_an_hours_measure_are_refused(room: Room, carol: User) -> None:
    for count in range(reports.PER_HOUR):
        person = User.objects.create_user(f"person{count}", display_name="Person")
        reports.report_person(carol, person.uid, complaint(channel=Channel.PROFILE), source=SOURCE, now=NOON)
    last = User.objects.create_user("last", display_name="Last")
    unchanged(Code.TOO_MANY, lambda: reports.report_person(carol, last.uid, complaint(), source=SOURCE, now=NOON))


def test_a_whole_room_is_reported_once(room: Room, bob: User, carol: User) -> None:
    first = reports.report_room(carol, room.pk, complaint(Policy.SPAM), source=SOURCE, now=NOON)
    second = reports.report_room(bob, room.pk, complaint(Policy.SPAM), source=SOURCE, now=NOON)
    assert first.case == second.case
    assert (first.case.about, first.case.subject) == (About.ROOM, None)


def test_a_notice_from_outside_says_what_it_is_about_and_is_a_case_of_its_own() -> None:
    unchanged(Code.EMPTY, lambda: reports.notice(complaint(channel=Channel.NOTICE), source=SOURCE, now=NOON))
    one, other = (_noticed(words) for words in ("In the room of Sunday evening ...", "In the room of Monday ..."))
    assert one.case != other.case
    assert (one.case.about, one.reporter) == (About.NOTICE, None)


def _noticed(words: str, email: str = "", at: datetime = NOON) -> Report:
    said = Complaint(Policy.ILLEGAL, Channel.NOTICE, words, "en", email)
    return reports.notice(said, source=SOURCE, now=at)


def test_a_notice_that_is_sent_twice_is_one_and_another_address_or_a_later_minute_makes_another() -> None:
    first = _noticed("In the room of Sunday evening ...", "erin@example.org")
    before = rows()
    assert _noticed("In the room of Sunday evening ... ", "erin@example.org", NOON + timedelta(seconds=2)) == first
    assert rows() == before
    assert _noticed("In the room of Sunday evening ...") != first
    assert _noticed("In the room of Sunday evening ...", "erin@example.org", NOON + reports.TWICE) != first


def test_one_of_the_staff_opens_a_case_on_what_they_hear(room: Room, bob: User) -> None:
    dana = moderator("Dana")
    number = Member.objects.get(room=room, user=bob).number
    case = reports.open_case(dana, room.pk, number, Policy.HATE, source=SOURCE, now=NOON)
    assert (case.subject, case.reports.get().channel) == (bob, Channel.STAFF)
    assert entry(action="report.make").actor == dana.uid
    assert Freeze.objects.count() == 1
    unchanged(Code.GONE, lambda: reports.open_case(dana, room.pk, 99, Policy.HATE, source=SOURCE, now=NOON))


@pytest.mark.parametrize("whole", [True, False])
def test_a_case_that_is_opened_at_work_twice_is_opened_once(room: Room, bob: User, whole: bool) -> None:
    dana, number = moderator("Dana"), None if whole else member(bob, room).number

    def opened(policy: Policy = Policy.HATE, by: User = dana, at: datetime = NOON) -> Case:
        return reports.open_case(by, room.pk, number, policy, source=SOURCE, now=at)

    case = opened()
    before = rows()
    assert opened(at=NOON + timedelta(seconds=2)) == case
    assert rows() == before
    assert opened(Policy.SPAM) == opened(by=moderator("Femi")) == opened(at=NOON + reports.TWICE) == case
    assert case.reports.count() == 4


def test_whoever_of_the_staff_reports_has_a_part_in_the_case_and_nobody_tells_them_of_it(room: Room, bob: User) -> None:
    dana, femi = moderator("Dana"), moderator("Femi")
    case = reports.open_case(dana, room.pk, member(bob, room).number, Policy.HATE, source=SOURCE, now=NOON)
    assert case.parties.reporters == {dana.uid}
    unchanged(CaseCode.REPORTER, lambda: claimed(case, dana))
    assert [row.case for row in queue.page(dana, queue.Shelf.OPEN).rows] == []
    assert [row.case for row in queue.page(femi, queue.Shelf.OPEN).rows] == [case]
    claimed(case, femi)
    decision = decided(case, femi, Measure.NONE)
    assert list(unread_reports(dana)) == []
    assert not appeals.concerns(decision, dana)


def test_reports_at_work_take_nothing_from_the_budget_of_whoever_makes_them(room: Room, bob: User) -> None:
    dana, number = moderator("Dana"), member(bob, room).number
    for policy in [*Policy][: freezes.PER_DAY]:
        reports.open_case(dana, room.pk, number, policy, source=SOURCE, now=NOON)
    made = reports.report_member(dana, room.pk, number, complaint(), source=SOURCE, now=NOON)
    assert made.reporter == dana
    assert Freeze.objects.filter(report=made).exists()


@pytest.mark.parametrize("at_work", [True, False])
def test_whoever_reports_to_the_case_they_hold_gives_it_back(room: Room, bob: User, carol: User, at_work: bool) -> None:
    dana = moderator("Dana")
    case = claimed(reported(carol, bob, room).case, dana)
    number = member(bob, room).number
    if at_work:
        reports.open_case(dana, room.pk, number, Policy.HATE, source=SOURCE, now=NOON)
    else:
        reports.report_member(dana, room.pk, number, complaint(), source=SOURCE, now=NOON)
    case.refresh_from_db()
    assert (case.state, case.holder, case.reports.count()) == (State.TRIAGED, None, 2)
    assert entry(action="case.release").actor == dana.uid
    unchanged(CaseCode.REPORTER, lambda: claimed(case, dana))


def test_words_of_a_report_are_nowhere_in_the_log(room: Room, carol: User) -> None:
    reports.report_room(carol, room.pk, complaint(words="ORANGE-CANARY"), source=SOURCE, now=NOON)
    assert "ORANGE-CANARY" not in str(list(Entry.objects.values()))
