"""Deciding: what is in force, what waits for a second person, and what is refused."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from accounts import codes
from accounts.actions import standing
from accounts.models import InviteCode, User
from accounts.standing import suspended
from moderation.actions import decisions
from moderation.actions.base import Code
from moderation.actions.decisions import Verdict
from moderation.audit.models import Entry
from moderation.cases import APPEAL_FOR, State
from moderation.cases import Code as CaseCode
from moderation.measures import Measure
from moderation.models import Case, Decision, Ground, PolicyText, Stand
from moderation.policies import Policy
from rooms.actions import invites
from rooms.models import Access, Room
from rooms.models import State as RoomState
from rooms.roles import Move, Stage
from rooms.roles import Refused as RoomRefused
from tests.log import entries, entry
from tests.moderation.desk import DAY, claimed, decided, reported, unchanged, verdict
from tests.rooms.scenes import NOON, SOURCE, a_room, come, do, member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(room: Room, bob: User, carol: User, dana: User) -> Case:
    return claimed(reported(carol, bob, room).case, dana)


def decide(case: Case, by: User, what: Verdict) -> Decision:
    return decisions.decide(case.pk, what, by=by, now=NOON, source=SOURCE)


def test_a_decision_is_in_force_with_an_end_an_appeal_and_an_entry(case: Case, bob: User, dana: User) -> None:
    decision = decided(case, dana, Measure.SUSPEND, 7 * DAY)
    assert (decision.state, decision.subject, decision.until) == (Stand.IN_FORCE, bob, NOON + 7 * DAY)
    assert decision.appeal_until == NOON + APPEAL_FOR >= NOON + 183 * DAY
    assert Case.objects.get().state == State.DECIDED
    made = entry(action="decision.make")
    assert (made.actor, made.object, made.policy, made.reason) == (dana.uid, bob.uid, "harassment", "suspend")
    assert decision.entry == made.id
    assert "shouted" not in str(list(Entry.objects.values()))


def test_a_suspended_person_is_out_of_the_room_at_once(case: Case, room: Room, bob: User, dana: User) -> None:
    decided(case, dana, Measure.SUSPEND, 7 * DAY)
    bob.refresh_from_db()
    assert suspended(bob, NOON)
    assert not suspended(bob, NOON + 8 * DAY)
    assert not member(bob, room).present
    assert entry(action="account.suspend").case == str(case.pk)


def test_a_ban_waits_for_a_second_person(case: Case, room: Room, bob: User, dana: User, femi: User) -> None:
    proposal = decided(case, dana, Measure.BAN)
    assert (proposal.state, Case.objects.get().state) == (Stand.PROPOSED, State.ESCALATED)
    assert member(bob, room).present
    assert entries(action="decision.make") == []
    unchanged(CaseCode.SENIOR, lambda: decisions.confirm(proposal.pk, by=dana, now=NOON, source=SOURCE))
    confirmed = decisions.confirm(proposal.pk, by=femi, now=NOON, source=SOURCE)
    assert (confirmed.state, confirmed.second) == (Stand.IN_FORCE, femi)
    made = entry(action="decision.make")
    assert (made.actor, made.second) == (femi.uid, dana.uid)
    bob.refresh_from_db()
    assert suspended(bob, timezone.now())
    unchanged(Code.DECIDED, lambda: decisions.confirm(proposal.pk, by=femi, now=NOON, source=SOURCE))


def codes_of(*issuers: User) -> list[InviteCode]:
    """A code of each that has two uses left."""
    rows = {"uses": 2, "uses_left": 2, "created_at": NOON, "expires_at": NOON + 400 * DAY}
    return [InviteCode.objects.create(issuer=one, digest=f"open {one.username}", **rows) for one in issuers]


def opening(found: list[InviteCode]) -> list[str]:
    """Whose codes still open the door, also once everybody is back."""
    User.objects.update(suspended_until=None)
    fresh = [codes.find(code.digest) for code in found]
    return [one.issuer.username for one in fresh if one and one.issuer and codes.refusal(one, NOON) is None]


def test_with_a_ban_end_the_codes_and_the_links_of_whoever_is_banned_and_nobody_elses(
    case: Case, room: Room, alice: User, bob: User, carol: User, dana: User, femi: User
) -> None:
    found = codes_of(bob, alice)
    own = a_room(bob, access=Access.INVITE)
    token = invites.issue(bob, own.pk, Stage.AUDIENCE, 2, 24, source=SOURCE, now=NOON).token
    proposal = decided(case, dana, Measure.BAN)
    assert not InviteCode.objects.exclude(revoked_at=None).exists()
    decisions.confirm(proposal.pk, by=femi, now=NOON, source=SOURCE)
    with pytest.raises(RoomRefused):
        invites.redeem(carol, token, source=SOURCE, now=NOON)
    assert entry(action="invite.revoke").case == str(case.pk)
    assert opening(found) == ["alice"]


def test_a_senior_who_proposes_needs_another_too(room: Room, bob: User, carol: User, femi: User) -> None:
    case = claimed(reported(carol, bob, room).case, femi)
    proposal = decided(case, femi, Measure.BAN)
    unchanged(CaseCode.SAME_PERSON, lambda: decisions.confirm(proposal.pk, by=femi, now=NOON, source=SOURCE))


def test_a_declined_proposal_is_back_with_whoever_made_it(case: Case, dana: User, femi: User) -> None:
    proposal = decided(case, dana, Measure.BAN)
    declined = decisions.decline(proposal.pk, by=femi, now=NOON, source=SOURCE)
    assert declined.state == Stand.DECLINED
    now = Case.objects.get()
    assert (now.state, now.holder) == (State.CLAIMED, dana)
    assert decided(case, dana).state == Stand.IN_FORCE


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (Verdict(Measure.WARN, Policy.SPAM, " "), Code.FACTS),
        (Verdict(Measure.SUSPEND, Policy.SPAM, "He sold things."), Code.MEASURE),
        (Verdict(Measure.WARN, Policy.SPAM, "He sold things.", DAY), Code.MEASURE),
        (Verdict(Measure.SUSPEND, Policy.SPAM, "He sold things.", timedelta(days=-1)), Code.MEASURE),
        (Verdict(Measure.WARN, Policy.ILLEGAL, "He sold arms.", None, Ground.LAW), Code.LAW),
        (Verdict(Measure.RESTRICT_REPORTING, Policy.REPORTING, "Made up.", DAY, report=999), Code.MEASURE),
        (Verdict(Measure.MUTE, Policy.SPAM, "He sold things."), Code.UNDOABLE),  # bob only listens
    ],
)
def test_what_no_statement_of_reasons_could_be_made_of_is_refused(
    case: Case, dana: User, what: Verdict, code: Code
) -> None:
    unchanged(code, lambda: decide(case, dana, what))


def test_only_who_holds_the_case_decides(case: Case, femi: User) -> None:
    unchanged(CaseCode.UNCLAIMED, lambda: decided(case, femi))


def test_a_decision_names_the_version_of_the_policy_that_counts(case: Case, dana: User) -> None:
    for version in (2, 3):
        PolicyText.objects.create(
            policy="harassment", version=version, english="Be kind.", chinese="友善。", made_at=NOON, entry=1
        )
    assert decided(case, dana).policy_version == 3


def test_a_host_is_muted_by_the_moderation_of_the_server(room: Room, alice: User, carol: User, dana: User) -> None:
    do(alice, room, Move.UNMUTE)
    case = claimed(reported(carol, alice, room).case, dana)
    decided(case, dana, Measure.MUTE)
    now = member(alice, room)
    assert (now.stage, now.muted) == (Stage.SPEAKING, True)


def test_a_room_is_ended_and_its_host_has_the_reasons(case: Case, room: Room, alice: User, dana: User) -> None:
    decision = decided(case, dana, Measure.END_ROOM)
    assert decision.subject == alice
    assert Room.objects.get(pk=room.pk).state == RoomState.ENDED


def test_the_code_that_somebody_came_by_ends_with_nothing_less_than_what_keeps_them_out(
    case: Case, dana: User, femi: User
) -> None:
    report = case.reports.get()
    what = Verdict(Measure.RESTRICT_REPORTING, Policy.REPORTING, "It was false.", 180 * DAY, report=report.pk)
    proposed = decisions.decide(case.pk, what, by=dana, now=NOON, source=SOURCE)
    unchanged(Code.MEASURE, lambda: decisions.confirm(proposed.pk, by=femi, now=NOON, source=SOURCE, way_in=True))


def test_who_reports_falsely_may_not_report_for_a_while(
    case: Case, room: Room, alice: User, bob: User, carol: User, dana: User
) -> None:
    report = case.reports.get()
    what = Verdict(Measure.RESTRICT_REPORTING, Policy.REPORTING, "Six reports, none true.", 7 * DAY, report=report.pk)
    reported(alice, bob, room)
    restriction = decide(case, dana, what)
    assert restriction.subject == carol
    unchanged(Code.RESTRICTED, lambda: reported(carol, bob, room, Policy.HATE))
    dismissal = Decision.objects.get(measure=Measure.NONE)
    assert (restriction.root, dismissal.state, dismissal.subject) == (dismissal, Stand.IN_FORCE, bob)
    assert "Six reports" not in dismissal.facts
    assert [one.reason for one in entries(action="decision.make")] == [Measure.NONE, Measure.RESTRICT_REPORTING]


def test_with_the_dismissal_falls_the_restriction_of_the_false_reporter_which_also_ends_alone(
    case: Case, room: Room, bob: User, carol: User, dana: User, femi: User
) -> None:
    report = case.reports.get()
    what = Verdict(Measure.RESTRICT_REPORTING, Policy.REPORTING, "None is true.", 7 * DAY, report=report.pk)
    restriction = decide(case, dana, what)
    dismissal = Decision.objects.get(measure=Measure.NONE)
    decisions.undo(dismissal, by=femi, now=NOON, source=SOURCE)
    assert {one.state for one in Decision.objects.all()} == {Stand.UNDONE}
    Decision.objects.update(state=Stand.IN_FORCE)
    decisions.undo(restriction, by=femi, now=NOON, source=SOURCE)
    dismissal.refresh_from_db()
    assert dismissal.state == Stand.IN_FORCE


def test_what_is_undone_holds_no_more_unless_another_decision_holds(
    case: Case, room: Room, bob: User, carol: User, dana: User, femi: User
) -> None:
    first = decided(case, dana, Measure.SUSPEND, 7 * DAY)
    come(carol, room)
    other = claimed(reported(carol, bob, room).case, dana)
    second = decided(other, dana, Measure.SUSPEND, 20 * DAY)
    decisions.undo(second, by=femi, now=NOON, source=SOURCE)
    bob.refresh_from_db()
    assert bob.suspended_until == NOON + 7 * DAY
    decisions.undo(first, by=femi, now=NOON, source=SOURCE)
    bob.refresh_from_db()
    assert bob.suspended_until is None
    unchanged(Code.DECIDED, lambda: decisions.undo(first, by=femi, now=NOON, source=SOURCE))
    assert len(entries(action="decision.undo")) == 2


def test_of_two_that_are_undone_at_once_neither_holds_for_the_other(
    case: Case, room: Room, bob: User, carol: User, dana: User, femi: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = decided(case, dana, Measure.SUSPEND, 7 * DAY)
    come(carol, room)
    second = decided(claimed(reported(carol, bob, room).case, dana), dana, Measure.SUSPEND, 20 * DAY)

    def held(people: Iterable[User]) -> QuerySet[User]:  # waited for whoever undid the other
        Decision.objects.filter(pk=second.pk).update(state=Stand.UNDONE)
        return hold(people)

    hold = standing.held
    monkeypatch.setattr(standing, "held", held)
    first = Decision.objects.select_related("subject").get(pk=first.pk)
    decisions.undo(first, by=femi, now=NOON, source=SOURCE)
    bob.refresh_from_db()
    assert bob.suspended_until is None


def test_an_undone_removal_lifts_no_ban_that_came_after_it(
    case: Case, room: Room, alice: User, bob: User, dana: User, femi: User
) -> None:
    removed = decided(case, dana, Measure.REMOVE)
    do(alice, room, Move.BAN, bob)
    decisions.undo(removed, by=femi, now=NOON, source=SOURCE)
    assert member(bob, room).barred
    assert not entries(action="member.readmit")


def test_the_verdict_of_the_desk_is_what_the_member_reads(case: Case, dana: User) -> None:
    assert decided(case, dana).facts == verdict().facts
