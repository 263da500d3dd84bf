"""A case about a room is about whoever hosted it as it was reported: Alice, who hands it to Bob or leaves it."""

from datetime import timedelta
from functools import partial
from importlib import import_module

import pytest
from django.apps import apps

from accounts.models import BarredDevice, User
from moderation import dossier, queue
from moderation.actions import appeals, endings, erasures, reports
from moderation.actions import cases as acts
from moderation.actions.base import Code
from moderation.audit.erase import NeededError
from moderation.cases import Code as CaseCode
from moderation.cases import State
from moderation.measures import Measure
from moderation.models import About, Case, Decision, Report, Result
from moderation.reasons import statement
from rooms.models import Room
from rooms.roles import Move
from tests.accounts.actions.test_standing import signed_in
from tests.log import entry
from tests.moderation.actions.test_cases import acts_as_staff
from tests.moderation.desk import DAY, claimed, complaint, decided, reported, unchanged
from tests.rooms.scenes import NOON, SOURCE, do

pytestmark = pytest.mark.django_db


def of_room(room: Room, by: User, minutes: int = 0) -> Case:
    now = NOON + timedelta(minutes=minutes)
    return reports.report_room(by, room.pk, complaint(), source=SOURCE, now=now).case


@pytest.fixture
def case(room: Room, alice: User, bob: User, carol: User) -> Case:
    """Of Alice's room, which is Bob's by now."""
    case = of_room(room, carol)
    do(alice, room, Move.PASS_HOST, bob)
    return case


@pytest.mark.parametrize("measure", [Measure.WARN, Measure.REMOVE, Measure.SUSPEND])
def test_what_is_decided_is_about_whoever_hosted_and_not_about_whoever_does(
    case: Case, alice: User, bob: User, dana: User, measure: Measure
) -> None:
    claimed(case, dana)
    decision = decided(case, dana, measure, DAY if measure is Measure.SUSPEND else None)
    assert decision.subject == alice
    assert entry(action="decision.make").object == alice.uid
    assert statement(decision)
    assert not Decision.objects.filter(subject=bob).exists()
    unchanged(Code.GONE, lambda: appeals.appeal(decision.pk, "Me?", by=bob, now=NOON, source=SOURCE))
    assert appeals.appeal(decision.pk, "I only sang.", by=alice, now=NOON, source=SOURCE).by == alice


def test_the_end_of_a_room_is_told_to_whoever_it_is_taken_from(case: Case, bob: User, dana: User) -> None:
    claimed(case, dana)
    assert decided(case, dana, Measure.END_ROOM).subject == bob


def test_the_log_says_from_the_opening_on_whom_the_case_is_about(case: Case, alice: User, dana: User) -> None:
    claimed(case, dana)
    assert {entry(action=action).object for action in ("case.open", "case.claim")} == {alice.uid}


def test_whoever_reported_before_and_after_reported_two_people(case: Case, room: Room, bob: User, carol: User) -> None:
    other = of_room(room, carol, 5)
    assert (case.host_id, other.host_id) == (Case.objects.get(pk=case.pk).host_id, bob.pk)
    assert other != case
    assert of_room(room, carol, 9) == other


def test_whoever_reports_again_as_the_room_was_just_handed_on_reports_whoever_has_it_now(
    case: Case, room: Room, alice: User, bob: User, carol: User
) -> None:
    other = of_room(room, carol)
    assert (case.host, other.host) == (alice, bob)
    assert of_room(room, carol) == other  # tapped again
    assert Report.objects.count() == 2


def test_handing_the_room_on_is_no_way_to_judge_oneself(case: Case, alice: User, bob: User, dana: User) -> None:
    for person in (alice, bob):
        acts_as_staff(person)
    for person in (alice, bob):  # Bob could be told that the room ends
        unchanged(CaseCode.SUBJECT, partial(claimed, case, person))
        assert not queue.visible(person).exists()
    claimed(case, dana)
    unchanged(CaseCode.SUBJECT, lambda: acts.hand_over(case.pk, alice, by=dana, now=NOON, source=SOURCE))


def test_nobody_ends_the_room_that_they_host_in_a_case_about_somebody_else(
    room: Room, alice: User, bob: User, carol: User
) -> None:
    acts_as_staff(alice)
    case = claimed(reported(carol, bob, room).case, alice)
    unchanged(Code.SUBJECT, lambda: decided(case, alice, Measure.END_ROOM))


def test_the_console_shows_what_is_known_of_whoever_hosted(case: Case, room: Room, alice: User, carol: User) -> None:
    reported(carol, alice, room)
    past = dossier.past(case)
    assert past is not None
    assert (past.cases, past.joined_at) == (1, alice.date_joined)


def test_a_host_who_leaves_is_kept_out_and_kept_until_it_is_decided(case: Case, alice: User, dana: User) -> None:
    signed_in(alice, "digest")
    endings.close(alice, by=alice, now=NOON, source=SOURCE)
    later = NOON + DAY
    assert (endings.sweep(later), BarredDevice.objects.count()) == (0, 1)
    with pytest.raises(NeededError):
        erasures.wait(alice.uid, later)
    claimed(case, dana)
    assert decided(case, dana, Measure.SUSPEND, 30 * DAY).subject_id == alice.pk
    Case.objects.update(state=State.CLOSED)
    assert endings.sweep(later) == 1
    assert Case.objects.get().host_id == alice.pk  # a row without a name


def test_whoever_hosts_by_now_waits_for_no_case_of_the_room(case: Case, bob: User) -> None:
    endings.close(bob, by=bob, now=NOON, source=SOURCE)
    assert endings.sweep(NOON + DAY) == 1


def test_a_notice_is_about_whoever_hosts_as_somebody_says_which_room_it_means(
    room: Room, alice: User, dana: User
) -> None:
    told = claimed(reports.notice(complaint(words="The room of Sunday."), source=SOURCE, now=NOON).case, dana)
    case = acts.name(told.pk, room.pk, "", by=dana, now=NOON, source=SOURCE)
    assert (case.about, case.host) == (About.ROOM, alice)


def test_nobody_says_of_their_own_room_that_a_notice_means_it(room: Room, alice: User) -> None:
    acts_as_staff(alice)
    told = claimed(reports.notice(complaint(words="The room of Sunday."), source=SOURCE, now=NOON).case, alice)
    unchanged(CaseCode.SUBJECT, lambda: acts.name(told.pk, room.pk, "", by=alice, now=NOON, source=SOURCE))
    assert acts.release(told.pk, by=alice, now=NOON, source=SOURCE).holder is None  # for somebody else to say


def test_what_was_dismissed_is_open_again_about_the_same_host(
    case: Case, alice: User, carol: User, dana: User, femi: User
) -> None:
    claimed(case, dana)
    made = appeals.appeal(decided(case, dana, Measure.NONE).pk, "Look again.", by=carol, now=NOON, source=SOURCE)
    appeals.hear(made.pk, Result.OVERTURNED, "We do.", by=femi, now=NOON, source=SOURCE)
    case.refresh_from_db()
    assert (case.state, case.host) == (State.TRIAGED, alice)


def test_cases_opened_before_have_whom_they_were_decided_against_or_whoever_hosts(
    case: Case, room: Room, alice: User, bob: User, carol: User, dana: User
) -> None:
    claimed(case, dana)
    decided(case, dana, Measure.WARN)
    other = of_room(room, carol, 5)
    about_bob = reported(carol, bob, room).case
    Case.objects.update(host=None)
    import_module("moderation.migrations.0018_hosts_of_cases_opened_before").note(apps, None)
    hosts = dict(Case.objects.values_list("pk", "host__username"))
    assert hosts == {case.pk: alice.username, other.pk: bob.username, about_bob.pk: None}
