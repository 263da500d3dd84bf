"""Claims that are forgotten, and decisions that nobody can appeal any more."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from moderation.actions import deadlines
from moderation.actions.deadlines import close_over, release_idle
from moderation.audit import hold
from moderation.audit.models import Entry
from moderation.audit.record import record
from moderation.cases import APPEAL_FOR, IDLE, State
from moderation.measures import Measure
from moderation.models import Case, Channel, Decision, Ground, Report, Stand
from moderation.policies import Policy
from rooms.roles import Move
from tests.log import entry
from tests.moderation.filed import a_case
from tests.rooms.scenes import NOON, SOURCE, a_room, come, do

pytestmark = pytest.mark.django_db


def _claimed(subject: User, holder: User | None) -> Case:
    return a_case(subject, state=State.CLAIMED, holder=holder, held_at=NOON)


def test_addresses_of_people_outside_go_with_the_close_of_their_case_unless_a_hold_keeps_it(
    alice: User, bob: User
) -> None:
    case = a_case(bob, state=State.DECIDED)
    for email in ("erin@example.org", ""):
        Report.objects.create(case=case, email=email, channel=Channel.NOTICE, policy=case.policy, made_at=NOON)
    assert deadlines.forget_addresses(NOON) == 0
    Case.objects.update(state=State.CLOSED)
    record("case.close", source=SOURCE, case=str(case.pk))
    held = hold.place(
        "case",
        str(case.pk),
        ground="a court asks",
        by=alice.uid,
        approver=bob.uid,
        review_at=NOON,
        now=NOON,
        source=SOURCE,
    )
    assert deadlines.forget_addresses(NOON) == 0
    hold.release(held.pk, by=alice.uid, now=NOON, source=SOURCE)
    assert [deadlines.forget_addresses(NOON), deadlines.forget_addresses(NOON)] == [1, 0]
    assert not Report.objects.exclude(email="").exists()
    assert entry(action="report.forget").detail == {"addresses": 1}


def test_an_address_goes_after_a_year_though_nobody_decided_and_a_younger_one_stays(bob: User) -> None:
    case, over = a_case(bob, state=State.TRIAGED), NOON + timedelta(days=365)
    for email, days in (("erin@example.org", 0), ("fay@example.org", 1)):
        made_at = NOON + timedelta(days=days)
        Report.objects.create(case=case, email=email, channel=Channel.NOTICE, policy=case.policy, made_at=made_at)
    assert deadlines.forget_addresses(over - timedelta(seconds=1)) == 0
    assert [deadlines.forget_addresses(over), deadlines.forget_addresses(over)] == [1, 0]
    assert [*Report.objects.order_by("made_at").values_list("email", flat=True)] == ["", "fay@example.org"]
    assert entry(action="report.forget").detail == {"addresses": 1}


def test_a_legal_hold_keeps_an_address_beyond_its_year(bob: User) -> None:
    case = a_case(bob, state=State.TRIAGED)
    Report.objects.create(case=case, email="erin@example.org", channel=Channel.NOTICE, policy=case.policy, made_at=NOON)
    record_of(case)
    hold.place(
        "case", str(case.pk), ground="court", by="m0d", approver="sen10r", review_at=NOON, now=NOON, source=SOURCE
    )
    assert deadlines.forget_addresses(NOON + timedelta(days=366)) == 0
    assert Report.objects.get().email == "erin@example.org"


def test_a_claim_that_nobody_worked_on_goes_back_to_the_queue_once(alice: User, bob: User) -> None:
    case = _claimed(bob, alice)
    assert release_idle(NOON + IDLE - timedelta(seconds=1)) == 0
    assert release_idle(NOON + IDLE) == 1
    case.refresh_from_db()
    assert (case.state, case.holder, case.held_at) == (State.TRIAGED, None, None)
    told = entry(action="case.release")
    assert (told.reason, told.automated, told.actor, told.second) == ("idle", True, "", alice.uid)
    assert release_idle(NOON + IDLE) == 0
    assert Entry.objects.count() == 1


def test_a_claim_of_somebody_who_is_gone_goes_back_too(bob: User) -> None:
    _claimed(bob, None)
    assert release_idle(NOON + IDLE) == 1


def test_a_claim_that_was_renewed_meanwhile_stays(alice: User, bob: User) -> None:
    stale = _claimed(bob, alice)
    Case.objects.update(held_at=NOON + IDLE)
    assert not deadlines.release(stale, "idle")
    assert Case.objects.get().state == State.CLAIMED


def test_no_other_case_is_released(bob: User) -> None:
    for state in set(State) - {State.CLAIMED}:
        a_case(bob, room=state.value, state=state, held_at=NOON)
    assert release_idle(NOON + IDLE) == 0


def test_a_claim_whose_release_cannot_be_written_down_stays(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _claimed(bob, alice)
    monkeypatch.setattr(deadlines, "note", lambda *_args, **_named: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        release_idle(NOON + IDLE)
    assert Case.objects.get().holder == alice


def _decided(subject: User, decider: User, appeal_until: datetime | None = None) -> Case:
    case = a_case(subject, state=State.DECIDED, decided_at=NOON)
    Decision.objects.create(
        case=case,
        subject=subject,
        measure=Measure.WARN,
        policy=Policy.HATE,
        policy_version=1,
        ground=Ground.TERMS,
        facts="Said it.",
        state=Stand.IN_FORCE,
        made_by=decider,
        made_at=NOON,
        in_force_at=NOON,
        appeal_until=appeal_until or NOON + APPEAL_FOR,
    )
    return case


def test_a_case_is_closed_when_nobody_can_appeal_any_more(alice: User, bob: User) -> None:
    case, over = _decided(bob, alice), NOON + APPEAL_FOR
    assert close_over(over - timedelta(seconds=1)) == 0
    assert close_over(over) == 1
    case.refresh_from_db()
    assert (case.state, case.closed_at) == (State.CLOSED, over)
    assert close_over(over) == 0
    assert entry(action="case.close").actor == ""


def test_a_decision_with_a_longer_time_for_appeals_keeps_its_case_open(alice: User, bob: User) -> None:
    later = NOON + APPEAL_FOR + timedelta(days=7)
    _decided(bob, alice, later)
    assert close_over(NOON + APPEAL_FOR) == 0
    assert close_over(later) == 1


def test_what_was_appealed_in_the_last_moment_is_not_closed_and_keeps_no_other_open(
    alice: User, bob: User, carol: User
) -> None:
    first, _ = _decided(bob, alice), _decided(carol, alice)
    Case.objects.filter(pk=first.pk).update(state=State.APPEALED)
    assert not deadlines._close(first.pk, NOON + APPEAL_FOR)
    assert close_over(NOON + APPEAL_FOR) == 1
    assert Case.objects.get(pk=first.pk).state == State.APPEALED


def _over(bob: User, alice: User, measure: Measure = Measure.WARN, until: datetime | None = None) -> Case:
    """A case that was closed, decided on, and whose key is gone."""
    case = a_case(bob, state=State.CLOSED, closed_at=NOON, decided_at=NOON, secret=None)
    Decision.objects.create(
        case=case,
        subject=bob,
        measure=measure,
        policy=Policy.SPAM,
        policy_version=1,
        ground=Ground.TERMS,
        facts="He sold things.",
        state=Stand.IN_FORCE,
        made_by=alice,
        made_at=NOON,
        in_force_at=NOON,
        appeal_until=NOON + APPEAL_FOR,
        until=until,
    )
    return case


def test_a_closed_case_is_deleted_when_its_time_is_over_with_all_that_belongs_to_it(alice: User, bob: User) -> None:
    case = _over(bob, alice)
    assert deadlines.forget(NOON + deadlines.KEPT - timedelta(seconds=1)) == 0
    assert deadlines.forget(NOON + deadlines.KEPT) == 1
    assert not Case.objects.exists()
    assert not Decision.objects.exists()
    assert entry(action="case.forget").case == str(case.pk)


@pytest.mark.parametrize(
    ("measure", "until"), [(Measure.BAN, None), (Measure.SUSPEND, NOON + deadlines.KEPT + timedelta(days=1))]
)
def test_what_still_holds_is_kept_with_its_reasons(
    alice: User, bob: User, measure: Measure, until: datetime | None
) -> None:
    _over(bob, alice, measure, until)
    assert deadlines.forget(NOON + deadlines.KEPT) == 0
    assert Case.objects.exists()


def test_a_ban_from_a_room_is_kept_with_its_reasons_until_the_room_is_over(alice: User, bob: User) -> None:
    room = a_room(alice)
    come(alice, room)
    _over(bob, alice, Measure.BAN_ROOM)
    Decision.objects.update(room=room.pk)
    assert deadlines.forget(NOON + deadlines.KEPT) == 0
    do(alice, room, Move.END)
    assert deadlines.forget(NOON + deadlines.KEPT) == 1


def test_a_case_under_a_legal_hold_is_kept(alice: User, bob: User) -> None:
    case = _over(bob, alice)
    record_of(case)
    hold.place(
        "case", str(case.pk), ground="court", by="m0d", approver="sen10r", review_at=NOON, now=NOON, source=SOURCE
    )
    assert deadlines.forget(NOON + deadlines.KEPT) == 0


def record_of(case: Case) -> None:
    record("case.open", source=SOURCE, case=str(case.pk))
