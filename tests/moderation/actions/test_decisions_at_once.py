"""What cannot wait for a case: dana ends a room at once, alice hosts it, and femi or gus hears her appeal."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from moderation import dossier, queue
from moderation.actions import appeals, decisions, grants, reports, triage
from moderation.actions.base import Code
from moderation.actions.decisions import Verdict
from moderation.cases import Code as CaseCode
from moderation.cases import State
from moderation.measures import Measure
from moderation.models import About, Case, Decision, Freeze, Frozen, Result, Stand, Step
from moderation.policies import Policy
from rooms.models import Room
from rooms.models import State as RoomState
from rooms.sfu import messages
from tests.log import entries, entry
from tests.moderation import tape
from tests.moderation.desk import claimed, complaint, moderator, unchanged
from tests.rooms.scenes import NOON, SOURCE, a_room, a_scheduled_room, carry, member, wire

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(room: Room, by: User, facts: str = "They called for violence.") -> Decision:
    what = Verdict(Measure.END_ROOM, Policy.HATE, facts)
    return decisions.decide_at_once(room.pk, what, by=by, now=NOON, source=SOURCE)


def walk(case: Case, now: datetime) -> None:
    """Nothing: the workers did for the case what they could."""
    while triage.go_on(case.pk, now):
        pass
    case.refresh_from_db()


def test_a_room_that_is_ended_at_once_is_a_case_that_is_decided_and_its_host_may_appeal(
    room: Room, alice: User, bob: User, dana: User, femi: User
) -> None:
    decision = at_once(room, dana)
    case = decision.case
    assert (decision.subject, decision.policy, decision.state) == (alice, Policy.HATE, Stand.IN_FORCE)
    assert (case.about, case.state, case.reports.count()) == (About.ROOM, State.DECIDED, 0)
    assert Room.objects.get(pk=room.pk).state == RoomState.ENDED
    acts = [(one.action, one.actor, one.case) for one in entries(case=str(case.pk))]
    assert acts == [
        ("case.open", "", str(case.pk)),
        ("evidence.freeze", dana.uid, str(case.pk)),
        ("case.decide", dana.uid, str(case.pk)),
        ("decision.make", dana.uid, str(case.pk)),
        ("power.end_room", dana.uid, str(case.pk)),
    ]
    made = appeals.appeal(decision.pk, "We only sang.", by=alice, now=NOON, source=SOURCE)
    appeals.hear(made.pk, Result.OVERTURNED, "They only sang.", by=femi, now=NOON, source=SOURCE)
    assert Decision.objects.get().state == Stand.UNDONE


def test_the_last_minute_of_a_room_that_is_ended_at_once_is_frozen_before_its_end_is_ordered(
    room: Room, bob: User, dana: User
) -> None:
    carry(room, "m1")
    with wire() as caught:
        case = at_once(room, dana).case
    orders = [messages.load(text) for channel, text in caught.parcels if channel == messages.orders_channel("m1")]
    freeze = Freeze.objects.get(case=case)
    assert orders[0] == messages.Freeze(room.pk, freeze.pk, case.key, int(NOON.timestamp() * 1000))
    assert isinstance(orders[1], messages.Wanted)
    assert not orders[1].live
    told = entry(action="evidence.freeze")
    assert (told.actor, told.role, told.detail) == (dana.uid, "moderator", {"freeze": freeze.pk})
    tape.sealed(freeze, member(bob, room).number)
    walk(case, NOON + timedelta(seconds=6))
    assert (case.evidence.get().user, case.state) == (bob, State.DECIDED)


def test_a_room_whose_media_process_is_away_is_ended_all_the_same_and_its_case_says_that_the_minute_is_lost(
    room: Room, dana: User
) -> None:
    case = at_once(room, dana).case
    assert Room.objects.get(pk=room.pk).state == RoomState.ENDED
    walk(case, NOON + timedelta(seconds=6))
    assert Freeze.objects.get().outcome == ""
    walk(case, NOON + triage.ANSWERED_WITHIN)
    assert (Freeze.objects.get().outcome, case.state, case.step) == (Frozen.LOST, State.DECIDED, Step.DONE)
    assert entry(action="evidence.answer").reason == "lost"


def test_nothing_is_frozen_of_a_room_that_is_private_or_has_not_begun(
    room: Room, alice: User, dana: User, settings: Settings
) -> None:
    at_once(a_scheduled_room(alice), dana)
    settings.STOA_PROFILE = "private"
    at_once(room, dana)
    assert not Freeze.objects.exists()
    assert entries(action="evidence.freeze") == []


def test_whoever_ends_rooms_at_once_has_no_budget_for_it(alice: User, dana: User) -> None:
    for _ in range(reports.FREEZES_PER_DAY + 1):
        at_once(a_room(alice), dana)
    assert Freeze.objects.count() == reports.FREEZES_PER_DAY + 1


def test_what_one_would_hear_of_a_room_that_is_ended_at_once_is_for_whoever_hears_the_appeal(
    room: Room, alice: User, bob: User, dana: User, femi: User, gus: User
) -> None:
    decision = at_once(room, dana)
    tape.sealed(Freeze.objects.get(), member(bob, room).number)
    walk(decision.case, NOON + timedelta(seconds=6))
    how: dict[str, Any] = {"now": NOON, "source": SOURCE}
    unchanged(CaseCode.UNCLAIMED, lambda: grants.ask(decision.case_id, "What was it?", by=femi, **how))
    appeals.appeal(decision.pk, "We only sang.", by=alice, **how)
    unchanged(CaseCode.SENIOR, lambda: grants.ask(decision.case_id, "What was it?", by=dana, **how))
    wish = grants.ask(decision.case_id, "What was it?", by=femi, **how)
    grants.approve(wish.pk, by=gus, factor=timedelta(), **how)
    track = decision.case.evidence.get()
    assert grants.open_track(wish.pk, track.pk, by=femi, factor=timedelta(), **how)


def test_a_room_stays_open_and_nothing_is_frozen_while_the_road_to_the_media_is_closed(
    room: Room, dana: User, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    unchanged(Code.AWAY, lambda: at_once(room, dana))
    assert Room.objects.get(pk=room.pk).state == RoomState.LIVE


def test_whoever_works_on_a_case_about_a_room_that_somebody_ends_goes_on(room: Room, carol: User, dana: User) -> None:
    eli = moderator("Eli")
    case = claimed(reports.report_room(carol, room.pk, complaint(), source=SOURCE, now=NOON).case, eli)
    assert at_once(room, dana).case != case
    case.refresh_from_db()
    assert (case.state, case.holder) == (State.CLAIMED, eli)


def test_whoever_reported_a_room_that_is_ended_at_once_neither_sees_that_case_nor_hears_its_appeal(
    room: Room, alice: User, dana: User, femi: User, gus: User
) -> None:
    reports.report_room(femi, room.pk, complaint(), source=SOURCE, now=NOON)
    decision = at_once(room, dana)
    made = appeals.appeal(decision.pk, "We only sang.", by=alice, now=NOON, source=SOURCE)

    def hear(by: User) -> None:
        appeals.hear(made.pk, Result.OVERTURNED, "They only sang.", by=by, now=NOON, source=SOURCE)

    unchanged(CaseCode.REPORTER, lambda: hear(femi))
    assert not queue.visible(femi).filter(pk=decision.case_id).exists()
    assert queue.visible(gus).filter(pk=decision.case_id).exists()
    hear(gus)
    assert Decision.objects.get().state == Stand.UNDONE


def test_whoever_is_alone_at_the_desk_ends_a_room_that_they_reported_and_is_named(room: Room, dana: User) -> None:
    reports.open_case(dana, room.pk, None, Policy.HATE, source=SOURCE, now=NOON)
    decision = at_once(room, dana)
    assert decision.state == Stand.IN_FORCE
    assert {one.by for one in dossier.done(decision.case) if one.action == "decision.make"} == {dana.uid}


def test_nobody_ends_at_once_their_own_room_or_without_reasons_or_one_that_is_over(
    room: Room, alice: User, dana: User
) -> None:
    unchanged(Code.SUBJECT, lambda: at_once(room, alice))
    unchanged(Code.FACTS, lambda: at_once(room, dana, "  "))
    at_once(room, dana)
    unchanged(Code.GONE, lambda: at_once(room, dana))
