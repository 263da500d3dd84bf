"""What a report has sealed: the ring of its room, so often and no more."""

from datetime import timedelta

import pytest

from accounts.models import User
from moderation.actions import freezes, reports
from moderation.measures import Measure
from moderation.models import Decision, Freeze, Report, Stand
from moderation.policies import Policy
from rooms.models import Member, Room
from rooms.models import State as RoomState
from rooms.roles import Move
from rooms.sfu import messages
from tests.log import entry
from tests.moderation.desk import claimed, complaint, decided, moderator, reported
from tests.rooms.scenes import NOON, SOURCE, carry, come, do, member, wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(room: Room) -> Room:
    """A media process carries it."""
    carry(room, "m1")
    return room


@pytest.mark.django_db(transaction=True)
def test_a_report_from_the_room_freezes_its_ring_under_the_key_of_the_case(room: Room, bob: User, carol: User) -> None:
    with wire() as caught:
        report = reported(carol, bob, room)
    freeze = Freeze.objects.get()
    orders = [messages.load(text) for channel, text in caught.parcels if channel == messages.orders_channel("m1")]
    assert messages.Freeze(room.pk, freeze.pk, report.case.key, int(NOON.timestamp() * 1000)) in orders
    assert entry(action="report.make").detail == {"channel": "room", "freeze": freeze.pk}


def test_false_reports_cannot_make_the_server_keep_speech(room: Room, bob: User, mallory: User) -> None:
    come(mallory, room)
    for hour, policy in enumerate([*Policy][:8]):
        at = NOON + timedelta(hours=hour)
        number = Member.objects.get(room=room, user=bob).number
        reports.report_member(mallory, room.pk, number, complaint(policy), source=SOURCE, now=at)
    assert Report.objects.count() == 8
    assert Freeze.objects.count() == freezes.PER_DAY


def _dismissed(by: User, dana: User, count: int) -> None:
    """So many reports of theirs in which Dana found nothing."""
    for number in range(count):
        person = User.objects.create_user(f"accused{number}", display_name="Accused")
        case = reports.report_person(by, person.uid, complaint(), source=SOURCE, now=NOON).case
        decided(claimed(case, dana), dana, Measure.NONE)


@pytest.mark.parametrize(("wrong", "left"), [(0, 6), (2, 4), (5, 1), (9, 1)])
def test_whose_reports_were_found_wrong_lately_has_fewer_freezes_and_one_at_least(
    room: Room, bob: User, mallory: User, wrong: int, left: int
) -> None:
    come(mallory, room)
    _dismissed(mallory, moderator("Dana"), wrong)
    number = member(bob, room).number
    for hour, policy in enumerate([*Policy][:8]):
        at = NOON + timedelta(hours=hour + 1)
        reports.report_member(mallory, room.pk, number, complaint(policy), source=SOURCE, now=at)
    assert Freeze.objects.count() == left


@pytest.mark.parametrize("after", [timedelta(), freezes.WRONG_FOR])
def test_a_dismissal_counts_no_more_once_it_is_overturned_or_long_ago(
    room: Room, bob: User, mallory: User, after: timedelta
) -> None:
    come(mallory, room)
    _dismissed(mallory, moderator("Dana"), 5)
    if not after:
        Decision.objects.update(state=Stand.UNDONE)
    for minutes, policy in enumerate([*Policy][:2]):
        at = NOON + after + timedelta(minutes=minutes + 1)
        reports.report_member(mallory, room.pk, member(bob, room).number, complaint(policy), source=SOURCE, now=at)
    assert Freeze.objects.count() == 2


def test_no_room_is_kept_by_reporting_it_at_work(room: Room, bob: User, carol: User) -> None:
    staff = [moderator("Dana"), moderator("Femi")]
    for minute in range(10):
        at = NOON + timedelta(minutes=minute)
        reports.open_case(staff[minute % 2], room.pk, member(bob, room).number, Policy.HATE, source=SOURCE, now=at)
    assert (Report.objects.count(), Freeze.objects.count()) == (10, freezes.AT_WORK)
    assert Freeze.objects.filter(report=reported(carol, bob, room)).exists()
    later = NOON + timedelta(hours=1, minutes=10)
    reports.open_case(staff[0], room.pk, None, Policy.HATE, source=SOURCE, now=later)
    assert Freeze.objects.filter(asked_at=later).exists()


def test_a_room_is_frozen_so_often_an_hour_however_many_report(room: Room, bob: User) -> None:
    number = Member.objects.get(room=room, user=bob).number
    for count in range(freezes.PER_HOUR + 2):
        person = User.objects.create_user(f"raider{count}", display_name="Raider")
        come(person, room)
        reports.report_member(person, room.pk, number, complaint(), source=SOURCE, now=NOON)
    assert Freeze.objects.count() == freezes.PER_HOUR


def test_the_ring_outlives_its_room_by_a_minute_and_so_may_a_report(
    room: Room, alice: User, bob: User, carol: User
) -> None:
    do(alice, room, Move.END)
    assert Room.objects.get(pk=room.pk).state == RoomState.ENDED
    number = Member.objects.get(room=room, user=bob).number
    reports.report_member(carol, room.pk, number, complaint(), source=SOURCE, now=NOON + timedelta(seconds=30))
    assert Freeze.objects.count() == 1
    later = NOON + timedelta(seconds=70)
    reports.report_member(alice, room.pk, number, complaint(), source=SOURCE, now=later)
    assert (Report.objects.count(), Freeze.objects.count()) == (2, 1)


def test_neither_few_accounts_nor_the_staff_use_up_what_others_reports_of_the_room_need(
    room: Room, bob: User, carol: User
) -> None:
    number, raiders = member(bob, room).number, [User.objects.create_user(f"raider{one}") for one in range(2)]
    for raider in raiders:
        come(raider, room)
        for policy in [*Policy][: freezes.PER_DAY]:
            reports.report_member(raider, room.pk, number, complaint(policy), source=SOURCE, now=NOON)
    assert Freeze.objects.count() == 2 * freezes.OF_ONE
    dana = moderator("Dana")
    for policy in [*Policy][: freezes.AT_WORK]:
        reports.open_case(dana, room.pk, number, policy, source=SOURCE, now=NOON)
    assert Freeze.objects.count() == freezes.PER_HOUR
    assert Freeze.objects.filter(report=reported(carol, bob, room)).exists()
