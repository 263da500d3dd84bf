"""The reflex that acts on a crowd until a person decides, and turns itself off when it errs too often (G27)."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import InviteCode, Redemption, User
from moderation import published, reasons
from moderation.actions import appeals, cases, decisions, reflexes
from moderation.actions.base import Code
from moderation.audit import sequence
from moderation.cases import APPEAL_FOR, OPEN
from moderation.cases import Code as CaseCode
from moderation.measures import Measure
from moderation.models import Case, Decision, Reflex, Stand
from moderation.reflexes import ENOUGH, LIMIT, Name
from rooms.models import Room
from rooms.roles import Move, Stage
from tests.log import entries, entry
from tests.moderation.desk import DAY, claimed, decided, reported, unchanged, verdict
from tests.rooms.scenes import NOON, SOURCE, a_room, come, do, member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    room = a_room(alice)
    come(alice, room)
    return room


def on(by: User, limit: int = LIMIT) -> Reflex:
    return reflexes.switch(Name.CROWD, on=True, limit=limit, by=by, now=NOON, source=SOURCE)


def speaking(person: User, room: Room, host: User) -> None:
    come(person, room)
    do(host, room, Move.INVITE, person)
    do(person, room, Move.ACCEPT)


def crowded(whom: User, room: Room, size: int = 3, silent: int = 3) -> Case:
    """The case that so many who listen reported; the host, and so many others, do not."""
    for count in range(silent):
        come(User.objects.get_or_create(username=f"silent{count}", display_name="Silent")[0], room)
    for count in range(size):
        person, _ = User.objects.get_or_create(username=f"listener{count}", display_name="Listener")
        come(person, room)
        reported(person, whom, room)
    return Case.objects.order_by("-pk")[0]


def acted(case: Case) -> Decision | None:
    return reflexes.act(case.pk, now=NOON + timedelta(seconds=5), source=SOURCE)


def test_a_crowds_report_moves_the_speaker_to_the_audience_until_a_person_looks(
    room: Room, alice: User, bob: User, femi: User
) -> None:
    on(femi)
    speaking(bob, room, alice)
    case = crowded(bob, room)
    decision = acted(case)
    assert decision is not None
    assert (decision.measure, decision.automated, decision.made_by) == (Measure.TO_AUDIENCE, True, None)
    assert member(bob, room).stage == Stage.AUDIENCE
    case.refresh_from_db()
    assert case.state in OPEN
    made = entry(action="decision.make")
    assert (made.automated, made.model, made.actor) == (True, "crowd", "")
    assert acted(case) is None
    unchanged(CaseCode.STATE, lambda: appeals.appeal(decision.pk, "No.", by=bob, now=NOON, source=SOURCE))


def let_in(by: User, guest: User, at: datetime) -> None:
    digest = f"{by.username} {guest.username}"
    code = InviteCode.objects.create(issuer=by, digest=digest, created_at=at, expires_at=at + DAY)
    Redemption.objects.create(code=code, user=guest, redeemed_at=at)


@pytest.mark.parametrize(("ago", "acts"), [(timedelta(), False), (reflexes.SETTLED, True)])
def test_a_tree_that_grew_lately_is_one_branch_however_deep_and_an_old_ones_people_stand_for_themselves(
    room: Room, alice: User, bob: User, femi: User, mallory: User, ago: timedelta, acts: bool
) -> None:
    on(femi)
    speaking(bob, room, alice)
    case = crowded(bob, room)
    for count in range(3):
        above = User.objects.create_user(f"above{count}", display_name="Above")
        let_in(mallory, above, NOON - ago)
        let_in(above, User.objects.get(username=f"listener{count}"), NOON)
    assert (acted(case) is not None) == acts
    assert (member(bob, room).stage == Stage.AUDIENCE) == acts


def test_whom_it_concerns_reads_the_servers_own_words_in_their_language(
    room: Room, alice: User, bob: User, femi: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=bob.pk).update(language="zh-hans")
    monkeypatch.setattr(reflexes, "gettext", lambda words: f"{get_language()}: {words}")
    on(femi)
    speaking(bob, room, alice)
    decision = acted(crowded(bob, room))
    assert decision is not None
    assert decision.facts.startswith("zh-hans: Several people")


def test_it_does_nothing_unless_somebody_turned_it_on(room: Room, alice: User, bob: User) -> None:
    speaking(bob, room, alice)
    assert acted(crowded(bob, room)) is None
    assert member(bob, room).stage == Stage.SPEAKING


def test_it_acts_on_nobody_who_could_tell_by_that_who_reported(room: Room, alice: User, bob: User, femi: User) -> None:
    on(femi)
    speaking(bob, room, alice)
    case = crowded(bob, room, silent=1)
    assert acted(case) is None
    assert member(bob, room).stage == Stage.SPEAKING
    come(User.objects.create_user("late", display_name="Late"), room)
    assert acted(case) is not None


def test_two_are_no_crowd_and_nobody_is_moved_who_is_not_on_stage(
    room: Room, alice: User, bob: User, femi: User
) -> None:
    on(femi)
    come(bob, room)
    assert acted(crowded(bob, room)) is None
    assert not Decision.objects.exists()


def test_who_finds_that_nothing_was_broken_undoes_it(room: Room, alice: User, bob: User, femi: User) -> None:
    on(femi)
    speaking(bob, room, alice)
    case = crowded(bob, room)
    acted(case)
    decided(claimed(case, femi), femi, Measure.NONE)
    assert Decision.objects.get(automated=True).state == Stand.UNDONE
    assert entry(action="decision.undo").actor == femi.uid


def test_what_lasts_can_be_appealed_for_half_a_year_from_when_a_person_decided(
    room: Room, alice: User, bob: User, femi: User
) -> None:
    on(femi)
    speaking(bob, room, alice)
    case, later = crowded(bob, room), {"now": NOON + 3 * DAY, "source": SOURCE}
    decision = acted(case)
    assert decision is not None
    assert "Once they have decided" in dict(reasons.statement(decision))["What you can do"]
    cases.claim(case.pk, by=femi, **later)  # type: ignore[arg-type]  # a table
    decisions.decide(case.pk, verdict(Measure.WARN), by=femi, **later)  # type: ignore[arg-type]
    decision = Decision.objects.get(automated=True)
    assert "Until " in dict(reasons.statement(decision))["What you can do"]
    assert (decision.state, decision.appeal_until) == (Stand.IN_FORCE, NOON + 3 * DAY + APPEAL_FOR)
    appeals.appeal(decision.pk, "No.", by=bob, now=NOON + 186 * DAY, source=SOURCE)


def test_it_turns_itself_off_when_too_much_of_it_did_not_last(alice: User, bob: User, femi: User) -> None:
    on(femi)
    for _ in range(ENOUGH):
        room = a_room(alice)
        come(alice, room)
        speaking(bob, room, alice)
        case = crowded(bob, room)
        assert acted(case) is not None
        decided(claimed(case, femi), femi, Measure.NONE)
    sequence.seal(timezone.now())
    Reflex.objects.update(since=NOON - timedelta(days=1))
    assert [reflex.name for reflex in reflexes.judge(now=NOON, source=SOURCE)] == [Name.CROWD]
    reflex = Reflex.objects.get()
    assert (reflex.on, reflex.reason) == (False, reflexes.REVERSED)
    assert [(one.automated, one.reason) for one in entries(action="reflex.off")] == [(True, reflexes.REVERSED)]
    assert reflexes.judge(now=NOON, source=SOURCE) == []
    on(femi)
    Reflex.objects.update(since=timezone.now())
    assert reflexes.judge(now=NOON, source=SOURCE) == [], "what it did before it was turned on again"
    assert Reflex.objects.get().on


def test_to_turn_it_on_again_as_it_is_puts_off_no_judgement(femi: User) -> None:
    since = on(femi).since
    unchanged(Code.ALREADY, lambda: on(femi))
    assert Reflex.objects.get().since == since
    assert on(femi, LIMIT + 1).limit == LIMIT + 1


def test_where_none_is_on_the_log_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "lines", lambda *_: pytest.fail("all of the log, each hour, for nothing"))
    sequence.seal(timezone.now())
    assert reflexes.judge(now=NOON, source=SOURCE) == []


def test_a_limit_that_is_no_share_is_refused(femi: User) -> None:
    unchanged(Code.MEASURE, lambda: on(femi, 101))
    assert not Reflex.objects.exists()
