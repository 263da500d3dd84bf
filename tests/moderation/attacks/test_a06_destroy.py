"""Attack 6: evidence is to go by somebody's right or rank."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from moderation.actions import appeals, decisions, evidence, grants, reports, rights, staff
from moderation.actions.base import Code
from moderation.actions.deadlines import close_over
from moderation.audit import check, hold
from moderation.audit.erase import NeededError, erase
from moderation.audit.models import Entry, Hold, Label, PersonKey
from moderation.audit.record import record
from moderation.audit.sealing import state_hash
from moderation.audit.sequence import seal
from moderation.cases import APPEAL_FOR
from moderation.measures import Measure
from moderation.models import Case, DataRequest, Evidence, Grant, Result, Stand, Wish
from moderation.staff import Role
from rooms.models import Room
from tests.log import entries, entry
from tests.moderation import tape
from tests.moderation.desk import claimed, complaint, decided, unchanged
from tests.rooms.scenes import NOON, SOURCE, a_room, carry, come, member

pytestmark = pytest.mark.django_db


def test_deleting_an_account_or_a_room_takes_no_entry_along(alice: User, mallory: User) -> None:
    room = a_room(alice)
    come(mallory, room)
    before = [(told.action, told.actor) for told in entries()]
    mallory.delete()
    Room.objects.all().delete()
    assert [(told.action, told.actor) for told in entries()] == before
    seal(NOON)
    assert list(check.faults(NOON)) == []


def test_a_request_for_erasure_in_the_middle_of_a_case_takes_nothing(mallory: User) -> None:
    record("case.open", source=SOURCE, actor="m0d", object_type="user", object_id=mallory.uid, case="c1")
    hold.place("case", "c1", ground="case c1", by="m0d", approver="sen10r", review_at=NOON, now=NOON, source=SOURCE)
    labels = list(Label.objects.values())
    with pytest.raises(hold.HeldError):
        erase(mallory.uid, by=mallory.uid, reason="request", now=NOON, source=SOURCE)
    assert list(Label.objects.values()) == labels
    assert [told.object for told in entries(action="case.open")] == [mallory.uid]


@pytest.fixture
def track(room: Room, bob: User, carol: User) -> Evidence:
    """What bob said, sealed since carol reported alice's room."""
    carry(room, "m1")
    freeze = reports.report_room(carol, room.pk, complaint(), source=SOURCE, now=NOON).freeze
    tape.sealed(freeze, member(bob, room).number)
    (track,) = evidence.attach(freeze.pk, NOON)
    return track


def rows() -> list[object]:
    tables = (Entry, Label, PersonKey, Evidence, Case, DataRequest)
    return [list(table._default_manager.order_by("pk").values()) for table in tables]


@pytest.mark.parametrize("who", ["alice", "bob", "carol"])
def test_nobody_is_erased_in_the_middle_of_a_case_they_have_a_part_in(track: Evidence, femi: User, who: str) -> None:
    uid, before = User.objects.get(username=who).uid, rows()
    with pytest.raises(NeededError, match=f"case {track.case_id}; decide on it"):
        erase(uid, by=uid, reason="request", now=NOON, source=SOURCE)
    assert rows() == before
    decided(claimed(track.case, femi), femi, Measure.NONE)
    with pytest.raises(NeededError):
        erase(uid, by=uid, reason="request", now=NOON, source=SOURCE)
    assert close_over(NOON + APPEAL_FOR) == 1
    assert erase(uid, by=uid, reason="request", now=NOON, source=SOURCE).entries > 0


def test_whoever_has_no_part_in_it_is_erased_meanwhile(track: Evidence, mallory: User) -> None:
    come(mallory, Room.objects.get())
    assert erase(mallory.uid, by=mallory.uid, reason="request", now=NOON, source=SOURCE).entries > 0


def test_no_report_keeps_somebody_for_longer_than_a_year_after_they_asked(track: Evidence, bob: User) -> None:
    rights.ask(bob, Wish.ERASURE, "Forget me.", now=NOON, source=SOURCE)
    late = NOON + timedelta(days=365)
    with pytest.raises(NeededError):
        erase(bob.uid, by=bob.uid, reason="request", now=late - timedelta(seconds=1), source=SOURCE)
    assert erase(bob.uid, by=bob.uid, reason="request", now=late, source=SOURCE).entries > 0


def test_a_moderator_cannot_change_the_reason_afterwards_and_a_correction_is_one_more_entry() -> None:
    record("member.ban", source=SOURCE, actor="m0d", reason="noise", room="r1")
    written = Entry.objects.get()
    written.reason = "threats"
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        written.save()
    record("member.ban_correct", source=SOURCE, actor="m0d", reason="threats", room="r1")
    assert list(Entry.objects.order_by("pk").values_list("reason", flat=True)) == ["noise", "threats"]


def test_the_reasons_of_a_decision_and_of_its_appeal_are_not_written_anew_unseen(
    track: Evidence, alice: User, femi: User, gus: User
) -> None:
    made = decided(claimed(track.case, femi), femi, Measure.WARN)
    asked = appeals.appeal(made.pk, "I sang.", by=alice, now=NOON, source=SOURCE)
    appeals.hear(asked.pk, Result.UPHELD, "We listened again.", by=gus, now=NOON, source=SOURCE)
    assert entry(action="decision.make").after == state_hash({"facts": made.facts, "law": ""})
    assert entry(action="appeal.upheld").after == state_hash({"reasons": "We listened again."})
    assert made.facts not in str(list(Entry.objects.values()))


def test_nobody_approves_what_they_asked_for() -> None:
    with pytest.raises(ValueError, match="somebody else"):
        hold.place("room", "r1", ground="g", by="m0d", approver="m0d", review_at=NOON, now=NOON, source=SOURCE)
    assert not Hold.objects.exists()
    assert not Entry.objects.exists()


def test_a_second_account_that_one_has_just_brought_neither_confirms_a_ban_nor_opens_evidence(
    track: Evidence, mallory: User, gus: User
) -> None:
    brought, later = {"now": NOON, "source": SOURCE}, {"now": NOON + staff.NEW, "source": SOURCE}
    staff.grant(mallory, Role.SENIOR, None, by=gus.uid, **brought)  # type: ignore[arg-type]  # a table
    case = claimed(track.case, gus)
    wish = grants.ask(case.pk, "One has to hear it.", by=gus, **brought)  # type: ignore[arg-type]

    def let(how: dict[str, Any]) -> Grant:
        return grants.approve(wish.pk, by=mallory, factor=timedelta(0), **how)

    unchanged(Code.SAME_PERSON, lambda: let(brought))
    assert let(later).approved
    proposal = decided(case, gus, Measure.BAN)
    unchanged(Code.SAME_PERSON, lambda: decisions.confirm(proposal.pk, by=mallory, **brought))  # type: ignore[arg-type]
    assert decisions.confirm(proposal.pk, by=mallory, **later).state == Stand.IN_FORCE  # type: ignore[arg-type]
