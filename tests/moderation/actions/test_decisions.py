"""Deciding: what is in force, what waits for a second person, and what is refused."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from accounts import codes
from accounts.actions import standing
from accounts.models import InviteCode, Redemption, User
from accounts.standing import suspended
from moderation import dossier, queue
from moderation.actions import appeals, decisions, reports
from moderation.actions.base import Code
from moderation.actions.decisions import Verdict
from moderation.audit.models import Entry
from moderation.cases import APPEAL_FOR, State
from moderation.cases import Code as CaseCode
from moderation.measures import Measure
from moderation.models import About, Case, Decision, Ground, PolicyText, Result, Stand, Step
from moderation.policies import Policy
from rooms.actions import invites
from rooms.models import Access, Room
from rooms.models import State as RoomState
from rooms.roles import Move, Stage
from rooms.roles import Refused as RoomRefused
from tests.log import entries, entry
from tests.moderation.desk import DAY, claimed, complaint, decided, moderator, reported, unchanged, verdict
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


def _codes(*issuers: User) -> list[InviteCode]:
    """A code of each that has two uses left."""
    rows = {"uses": 2, "uses_left": 2, "created_at": NOON, "expires_at": NOON + 400 * DAY}
    return [InviteCode.objects.create(issuer=one, digest=f"open {one.username}", **rows) for one in issuers]


def _opening(found: list[InviteCode]) -> list[str]:
    """Whose codes still open the door, also once everybody is back."""
    User.objects.update(suspended_until=None)
    fresh = [codes.find(code.digest) for code in found]
    return [one.issuer.username for one in fresh if one and one.issuer and codes.refusal(one, NOON) is None]


def test_with_a_ban_end_the_codes_and_the_links_of_whoever_is_banned_and_nobody_elses(
    case: Case, room: Room, alice: User, bob: User, carol: User, dana: User, femi: User
) -> None:
    found = _codes(bob, alice)
    own = a_room(bob, access=Access.INVITE)
    token = invites.issue(bob, own.pk, Stage.AUDIENCE, 2, 24, source=SOURCE, now=NOON).token
    proposal = decided(case, dana, Measure.BAN)
    assert not InviteCode.objects.exclude(revoked_at=None).exists()
    decisions.confirm(proposal.pk, by=femi, now=NOON, source=SOURCE)
    with pytest.raises(RoomRefused):
        invites.redeem(carol, token, source=SOURCE, now=NOON)
    assert entry(action="invite.revoke").case == str(case.pk)
    assert _opening(found) == ["alice"]


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


def let_in(host: User, guest: User) -> None:
    code = InviteCode.objects.create(issuer=host, digest=guest.username, created_at=NOON, expires_at=NOON + DAY)
    Redemption.objects.create(code=code, user=guest, redeemed_at=NOON)


@pytest.fixture
def pruned(case: Case, bob: User, mallory: User, alice: User, dana: User, femi: User) -> Decision:
    """Bob let Mallory in, and she Alice; his branch is pruned for a week."""
    let_in(bob, mallory)
    let_in(mallory, alice)
    return decisions.confirm(decided(case, dana, Measure.PRUNE, 7 * DAY).pk, by=femi, now=NOON, source=SOURCE)


def out() -> set[str]:
    return set(User.objects.exclude(suspended_until=None).values_list("username", flat=True))


def test_everybody_on_a_pruned_branch_has_a_decision_with_reasons_and_an_entry_of_their_own(
    pruned: Decision, alice: User, mallory: User, dana: User, femi: User
) -> None:
    assert out() == {"bob", "mallory", "alice"}
    own = list(pruned.branch.order_by("pk"))
    assert [(one.subject, one.measure, one.state) for one in own] == [
        (mallory, Measure.SUSPEND, Stand.IN_FORCE),
        (alice, Measure.SUSPEND, Stand.IN_FORCE),
    ]
    for one in own:
        assert (one.until, one.appeal_until) == (NOON + 7 * DAY, NOON + APPEAL_FOR)
        assert (one.made_by, one.second) == (dana, femi)
        assert "Nobody says that you did" in one.facts
        assert pruned.facts not in one.facts
        made = entry(id=one.entry)
        assert one.subject is not None
        assert (made.action, made.object_id) == ("decision.make", one.subject.uid)


def test_with_a_pruning_end_the_codes_of_the_whole_branch_and_nobody_elses(
    case: Case, bob: User, carol: User, mallory: User, alice: User, dana: User, femi: User
) -> None:
    let_in(bob, mallory)
    let_in(mallory, alice)
    found = _codes(bob, mallory, alice, carol)
    decisions.confirm(decided(case, dana, Measure.PRUNE, 7 * DAY).pk, by=femi, now=NOON, source=SOURCE)
    assert _opening(found) == ["carol"]


def test_one_of_a_pruned_branch_comes_back_alone(pruned: Decision, mallory: User, femi: User) -> None:
    decisions.undo(pruned.branch.get(subject=mallory), by=femi, now=NOON, source=SOURCE)
    assert out() == {"bob", "alice"}


def test_with_the_pruning_end_the_decisions_that_have_no_other_ground(
    pruned: Decision, mallory: User, femi: User
) -> None:
    decisions.undo(pruned.branch.get(subject=mallory), by=femi, now=NOON, source=SOURCE)
    decisions.undo(pruned, by=femi, now=NOON, source=SOURCE)
    assert out() == set()
    assert len(entries(action="decision.undo")) == 3


def test_nobody_prunes_the_branch_that_they_came_by(case: Case, bob: User, dana: User, femi: User) -> None:
    let_in(bob, dana)
    proposed = decided(case, dana, Measure.PRUNE, 7 * DAY)
    unchanged(Code.SUBJECT, lambda: decisions.confirm(proposed.pk, by=femi, now=NOON, source=SOURCE))


def test_the_verdict_of_the_desk_is_what_the_member_reads(case: Case, dana: User) -> None:
    assert decided(case, dana).facts == verdict().facts
