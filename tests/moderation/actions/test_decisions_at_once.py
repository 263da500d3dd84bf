"""A room that is ended at once: a decision without a case before it, made by whoever is at the desk."""

import pytest

from accounts.models import User
from moderation import dossier, queue
from moderation.actions import appeals, decisions, reports
from moderation.actions.base import Code
from moderation.actions.decisions import Verdict
from moderation.cases import Code as CaseCode
from moderation.cases import State
from moderation.measures import Measure
from moderation.models import About, Decision, Result, Stand, Step
from moderation.policies import Policy
from rooms.models import Room
from rooms.models import State as RoomState
from tests.log import entries
from tests.moderation.desk import claimed, complaint, moderator, unchanged
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(room: Room, by: User, facts: str = "They called for violence.") -> Decision:
    what = Verdict(Measure.END_ROOM, Policy.HATE, facts)
    return decisions.decide_at_once(room.pk, what, by=by, now=NOON, source=SOURCE)


def test_a_room_that_is_ended_at_once_is_a_case_that_is_decided_and_its_host_may_appeal(
    room: Room, alice: User, bob: User, dana: User, femi: User
) -> None:
    decision = at_once(room, dana)
    case = decision.case
    assert (decision.subject, decision.policy, decision.state) == (alice, Policy.HATE, Stand.IN_FORCE)
    assert (case.about, case.state, case.step, case.reports.count()) == (About.ROOM, State.DECIDED, Step.DONE, 0)
    assert Room.objects.get(pk=room.pk).state == RoomState.ENDED
    acts = [(one.action, one.actor, one.case) for one in entries(case=str(case.pk))]
    assert acts == [
        ("case.open", "", str(case.pk)),
        ("case.decide", dana.uid, str(case.pk)),
        ("decision.make", dana.uid, str(case.pk)),
        ("power.end_room", dana.uid, str(case.pk)),
    ]
    assert not case.freezes.exists()  # nobody reported anything
    made = appeals.appeal(decision.pk, "We only sang.", by=alice, now=NOON, source=SOURCE)
    appeals.hear(made.pk, Result.OVERTURNED, "They only sang.", by=femi, now=NOON, source=SOURCE)
    assert Decision.objects.get().state == Stand.UNDONE


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
