"""Deciding, reporting and coming in at the same time: rows are held in one order, so that nobody waits in a ring."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection

from accounts import actions, codes, invites, notice
from accounts.actions import Keys, Newcomer
from accounts.models import InviteCode, Redemption, User, new_uid
from moderation import cases
from moderation.actions import appeals, decisions, evidence, grants, policies, reports
from moderation.actions import cases as acts
from moderation.actions.base import Code, Refused
from moderation.actions.cases import locked
from moderation.cases import State
from moderation.measures import Measure
from moderation.models import Case, Channel, Decision, Grant, PolicyText, Report, Result, Stand
from moderation.policies import Policy
from moderation.staff import FRESH, Role
from rooms.models import Member, Room
from tests.holding import held, needs_rows
from tests.log import entry
from tests.moderation import tape
from tests.moderation.desk import DAY, claimed, complaint, decided, moderator, reported, rows, verdict
from tests.rooms.scenes import NOON, SOURCE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(60), needs_rows]


def too_late(code: Code | cases.Code, first: Callable[[], object], second: Callable[[], object]) -> None:
    """Holds that `second`, a moment later, is refused with this code, and that all is as `first` left it."""
    with held(first, second) as late:
        left = rows()
    refused = late.exception()
    assert isinstance(refused, Refused), refused
    assert refused.code is code
    assert rows() == left


@pytest.fixture
def proposed(case: Case, bob: User, mallory: User, alice: User) -> Decision:
    """Bob let Mallory in, and she Alice; dana proposes that his branch is pruned for a week."""
    for host, guest in ((bob, mallory), (mallory, alice)):
        code = InviteCode.objects.create(issuer=host, digest=guest.username, created_at=NOON, expires_at=NOON + DAY)
        Redemption.objects.create(code=code, user=guest, redeemed_at=NOON)
    dana = moderator("Dana")
    return decided(claimed(case, dana), dana, Measure.PRUNE, 7 * DAY)


@pytest.fixture
def prune(proposed: Decision) -> Callable[[], Decision]:
    femi = moderator("Femi", Role.SENIOR)
    return lambda: decisions.confirm(proposed.pk, by=femi, now=NOON, source=SOURCE)


def out() -> set[str]:
    return set(User.objects.exclude(suspended_until=None).values_list("username", flat=True))


def test_of_two_who_claim_a_case_at_once_one_has_it_and_the_other_changed_nothing(case: Case) -> None:
    dana, eli = moderator("Dana"), moderator("Eli")
    too_late(cases.Code.CLAIMED, lambda: claimed(case, dana), lambda: claimed(case, eli))
    case.refresh_from_db()
    assert (case.state, case.holder) == (State.CLAIMED, dana)
    assert entry(action="case.claim").actor == dana.uid


def test_a_case_that_is_just_proposed_for_a_second_person_is_claimed_by_nobody(case: Case) -> None:
    dana, femi = moderator("Dana"), moderator("Femi", Role.SENIOR)
    claimed(case, dana)
    too_late(Code.DECIDED, lambda: decided(case, dana, Measure.BAN), lambda: claimed(case, femi))
    decisions.confirm(Decision.objects.get().pk, by=femi, now=NOON, source=SOURCE)
    assert Decision.objects.get().state == Stand.IN_FORCE


def test_of_two_who_end_a_room_at_once_one_decides_and_the_other_changed_nothing(room: Room) -> None:
    dana, eli = moderator("Dana"), moderator("Eli")

    def end(by: User) -> Decision:
        return decisions.decide_at_once(room.pk, verdict(Measure.END_ROOM), by=by, now=NOON, source=SOURCE)

    too_late(Code.UNDOABLE, lambda: end(dana), lambda: end(eli))
    assert (Decision.objects.get().made_by, Case.objects.count()) == (dana, 1)
    assert entry(action="power.end_room").actor == dana.uid


@pytest.fixture
def asked(case: Case, bob: User) -> Grant:
    """Dana has claimed the case, and asks to hear what bob said."""
    freeze, dana = case.reports.get().freeze, moderator("Dana")
    tape.sealed(freeze, Member.objects.get(user=bob).number)
    evidence.attach(freeze.pk, NOON)
    claimed(case, dana)
    return grants.ask(case.pk, "One has to hear it.", by=dana, now=NOON, source=SOURCE)


def test_of_two_who_approve_one_request_at_once_one_does_and_the_other_changed_nothing(asked: Grant) -> None:
    femi, gus = moderator("Femi", Role.SENIOR), moderator("Gus", Role.SENIOR)

    def approve(by: User) -> Grant:
        return grants.approve(asked.pk, by=by, factor=FRESH, now=NOON, source=SOURCE)

    too_late(Code.DECIDED, lambda: approve(femi), lambda: approve(gus))
    asked.refresh_from_db()
    assert (asked.approver, asked.approved) == (femi, True)
    assert entry(action="evidence.approve").actor == femi.uid


def test_two_taps_at_once_on_opening_a_case_make_one_report(room: Room, bob: User) -> None:
    dana, number = moderator("Dana"), Member.objects.get(room=room, user=bob).number

    def tap() -> Case:
        return reports.open_case(dana, room.pk, number, Policy.HATE, source=SOURCE, now=NOON)

    with held(tap, tap) as late:
        pass
    assert late.result() == Case.objects.get()
    assert Report.objects.count() == 1


def test_two_taps_at_once_on_sending_a_notice_make_one(db: None) -> None:
    said = complaint(Policy.ILLEGAL, "In the room of Sunday evening ...", Channel.NOTICE)

    def tap() -> Report:
        return reports.notice(said, source=SOURCE, now=NOON)

    with held(tap, tap) as late:
        pass
    assert late.result() == Report.objects.get()


def test_a_report_that_waited_for_the_decision_on_its_case_opens_another(
    case: Case, room: Room, bob: User, carol: User
) -> None:
    dana = moderator("Dana")
    claimed(case, dana)
    with held(lambda: decided(case, dana), lambda: reported(carol, bob, room)) as report:
        pass
    case.refresh_from_db()
    assert (case.state, case.reports.count()) == (State.DECIDED, 1)
    assert report.result().case != case
    assert (report.result().case.state, report.result().case.subject) == (State.NEW, bob)


def test_a_decision_that_waited_for_a_report_on_its_case_is_on_that_too(
    case: Case, room: Room, bob: User, alice: User
) -> None:
    dana = moderator("Dana")
    claimed(case, dana)
    with held(lambda: reported(alice, bob, room), lambda: decided(case, dana)) as decision:
        pass
    assert (decision.result().case, decision.result().state) == (case, Stand.IN_FORCE)
    assert (case.reports.count(), Case.objects.count()) == (2, 1)


def test_of_two_who_write_the_same_rule_at_once_one_does_and_the_other_changed_nothing(db: None) -> None:
    femi, gus = moderator("Femi", Role.SENIOR), moderator("Gus", Role.SENIOR)

    def write(by: User, english: str) -> PolicyText:
        return policies.write(Policy.SPAM, 1, english, "禁止传单。", by=by, now=NOON, source=SOURCE)

    too_late(Code.OVERTAKEN, lambda: write(femi, "No leaflets."), lambda: write(gus, "No flyers."))
    assert PolicyText.objects.get().english == "No leaflets."
    assert entry(action="policy.write").actor == femi.uid


@pytest.fixture
def notices() -> list[tuple[Case, User]]:
    """Two people outside wrote about the same; Dana has the one, Eli the other."""
    desk = moderator("Dana"), moderator("Eli")
    words = [complaint(Policy.HATE, f"In the room of {day} evening.", Channel.NOTICE) for day in ("Sunday", "Sunday's")]
    made = [reports.notice(one, source=SOURCE, now=NOON).case for one in words]
    return [(claimed(case, one), one) for case, one in zip(made, desk, strict=True)]


@pytest.mark.parametrize("person", ["bob", ""])
def test_of_two_notices_that_are_said_to_be_about_the_same_at_once_one_joins_the_other(
    notices: list[tuple[Case, User]], room: Room, person: str
) -> None:
    def named(case: Case, by: User) -> Case:
        return acts.name(case.pk, room.pk, person, by=by, now=NOON, source=SOURCE)

    (one, dana), (other, eli) = notices
    with held(lambda: named(one, dana), lambda: named(other, eli)) as late:
        pass
    assert late.result() == one
    other.refresh_from_db()
    assert (other.state, one.reports.count(), other.reports.count()) == (State.CLOSED, 2, 0)
    assert entry(action="case.merge").detail == {"into": one.pk}
    assert entry(action="case.name").case == str(one.pk)
    assert entry(action="case.name").actor == dana.uid


def test_a_notice_that_is_about_somebody_who_is_reported_at_once_joins_that_report(
    notices: list[tuple[Case, User]], room: Room, bob: User, carol: User
) -> None:
    told, dana = notices[0]
    name = partial(acts.name, told.pk, room.pk, "bob", by=dana, now=NOON, source=SOURCE)
    with held(lambda: reported(carol, bob, room), name) as late:
        pass
    assert late.result() == Case.objects.get(subject=bob)
    assert late.result().reports.count() == 2


def test_a_report_at_the_moment_of_an_appeal_that_is_right_goes_on_for_both(
    case: Case, room: Room, bob: User, carol: User, alice: User
) -> None:
    dana, gus = moderator("Dana"), moderator("Gus", Role.SENIOR)
    dismissed = decided(claimed(case, dana), dana, Measure.NONE)
    made = appeals.appeal(dismissed.pk, "Listen again.", by=carol, now=NOON, source=SOURCE)
    hear = partial(appeals.hear, made.pk, Result.OVERTURNED, "We did.", by=gus, now=NOON, source=SOURCE)
    with held(lambda: reported(alice, bob, room), hear) as late:
        pass
    assert late.result().result == Result.OVERTURNED
    assert Case.objects.filter(subject=bob, state__in=cases.OPEN).exclude(pk=case.pk).count() == 1
    case.refresh_from_db()
    assert case.state in {State.DECIDED, State.CLOSED}


def test_of_two_cases_about_one_person_decided_at_once_each_has_its_decision(
    case: Case, bob: User, carol: User
) -> None:
    dana, eli = moderator("Dana"), moderator("Eli")
    other = reports.report_person(carol, bob.uid, complaint(), source=SOURCE, now=NOON).case
    claimed(case, dana)
    claimed(other, eli)
    shorter = partial(decided, case, dana, Measure.SUSPEND, DAY)
    with held(shorter, lambda: decided(other, eli, Measure.SUSPEND, 2 * DAY)) as late:
        pass
    assert late.result().state == Stand.IN_FORCE
    bob.refresh_from_db()
    assert bob.suspended_until == NOON + 2 * DAY


def test_a_report_that_waits_for_its_case_holds_nobody_whom_a_decision_needs(
    case: Case, room: Room, bob: User, carol: User
) -> None:
    with held(lambda: locked(case.pk), lambda: reported(carol, bob, room, Policy.SPAM)) as report:
        User.objects.select_for_update(nowait=True).get(pk=carol.pk)
    assert report.result().case == case


def test_a_pruning_that_waits_for_somebody_holds_no_room_yet(
    prune: Callable[[], Decision], room: Room, alice: User
) -> None:
    with held(lambda: User.objects.select_for_update().get(pk=alice.pk), prune):
        Room.objects.select_for_update(nowait=True).get(pk=room.pk)
    assert out() == {"alice", "bob", "mallory"}


def test_what_only_points_to_somebody_does_not_wait_for_their_suspension(
    prune: Callable[[], Decision], room: Room, bob: User
) -> None:
    with held(lambda: Room.objects.select_for_update().get(pk=room.pk), prune), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_user WHERE id = %s FOR KEY SHARE NOWAIT", [bob.pk])
    assert out() == {"alice", "bob", "mallory"}


def test_whoever_comes_in_while_a_branch_is_pruned_is_on_it(prune: Callable[[], Decision], mallory: User) -> None:
    code = actions.issue(mallory, uses=1, days=7, now=NOON, source=SOURCE)
    digest, here = codes.digest_of(invites.normalise(code)), notice.of("standard")
    dora = Newcomer(new_uid(), "dora", "Dora", "en", Keys(password="!hash"))
    with held(lambda: actions.join(digest, dora, here, now=NOON, source=SOURCE), prune):
        pass
    assert out() == {"alice", "bob", "dora", "mallory"}
