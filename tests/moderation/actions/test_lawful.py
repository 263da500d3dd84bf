"""What authorities ask for: alice asks, carol decides, bob is whom it is about, mallory wants everything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from moderation.actions import lawful
from moderation.actions.base import Code, Refused
from moderation.actions.lawful import Wish
from moderation.audit.erase import erase
from moderation.audit.models import Entry
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Authority, Case, LawfulRequest
from rooms.actions.rooms import start
from rooms.models import Room
from rooms.roles import Move
from rooms.roles import Refused as RoomRefused
from tests.log import entry
from tests.moderation.desk import claimed, decided
from tests.rooms.scenes import do

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SOURCE = Source.internal("command")
DIGEST = "ab" * 32


@pytest.fixture
def wish(bob: User) -> Wish:
    return Wish(Authority.POLICE, "City police", "Art. 12, letter 7", bob.uid, "", NOON - DAY, NOON + DAY)


@pytest.fixture
def asked(wish: Wish, alice: User) -> LawfulRequest:
    return lawful.ask(wish, by=alice, now=NOON, source=SOURCE)


def unchanged(request: LawfulRequest, code: Code, act: object) -> None:
    before = LawfulRequest.objects.values().get(pk=request.pk)
    entries = Entry.objects.count()
    with pytest.raises(Refused) as refused:
        act()  # type: ignore[operator]
    assert refused.value.code is code
    assert LawfulRequest.objects.values().get() == before
    assert Entry.objects.count() == entries


def test_one_asks_another_approves_and_it_leaves_once(
    asked: LawfulRequest, alice: User, bob: User, carol: User
) -> None:
    lawful.decide(asked.pk, True, by=carol, now=NOON, source=SOURCE)
    lawful.export(asked.pk, DIGEST, by=alice, now=NOON + DAY, source=SOURCE)
    asked.refresh_from_db()
    assert (asked.approver, asked.digest, asked.exported_at) == (carol, DIGEST, NOON + DAY)
    left = entry(action="lawful.export")
    assert left.basis == "legal_obligation"
    assert (left.actor, left.second, left.object) == (alice.uid, carol.uid, bob.uid)
    assert left.detail == {"request": asked.pk, "kind": "police", "digest": DIGEST}
    unchanged(asked, Code.DECIDED, lambda: lawful.export(asked.pk, DIGEST, by=alice, now=NOON + DAY, source=SOURCE))


def test_whoever_asked_cannot_approve(asked: LawfulRequest, alice: User) -> None:
    unchanged(asked, Code.SAME_PERSON, lambda: lawful.decide(asked.pk, True, by=alice, now=NOON, source=SOURCE))


def test_nobody_decides_over_their_own_data(asked: LawfulRequest, bob: User) -> None:
    unchanged(asked, Code.SUBJECT, lambda: lawful.decide(asked.pk, True, by=bob, now=NOON, source=SOURCE))


def test_nobody_asks_for_their_own_data_this_way(wish: Wish, bob: User) -> None:
    with pytest.raises(Refused) as refused:
        lawful.ask(wish, by=bob, now=NOON, source=SOURCE)
    assert refused.value.code is Code.SUBJECT
    assert not LawfulRequest.objects.exists()


def test_whoever_runs_a_room_or_ran_it_neither_asks_nor_approves_nor_exports_what_is_asked_of_it(
    wish: Wish, room: Room, alice: User, bob: User, carol: User, dana: User, femi: User
) -> None:
    do(alice, room, Move.MAKE_MODERATOR, carol)
    do(alice, room, Move.PASS_HOST, bob)
    do(bob, room, Move.UNMAKE_MODERATOR, alice)  # nothing but the log has it now that she hosted
    of_room = replace(wish, person="", room=room.pk)
    request = lawful.ask(of_room, by=dana, now=NOON, source=SOURCE)
    for part in (alice, bob, carol):
        unchanged(request, Code.PART, lambda by=part: lawful.ask(of_room, by=by, now=NOON, source=SOURCE))
        unchanged(request, Code.PART, lambda by=part: lawful.decide(request.pk, True, by=by, now=NOON, source=SOURCE))
    lawful.decide(request.pk, True, by=femi, now=NOON, source=SOURCE)
    for part in (alice, bob, carol):
        unchanged(request, Code.PART, lambda by=part: lawful.export(request.pk, DIGEST, by=by, now=NOON, source=SOURCE))
    lawful.export(request.pk, DIGEST, by=dana, now=NOON, source=SOURCE)


def test_whoever_only_was_in_the_room_or_moderates_the_server_has_no_part_in_it(
    wish: Wish, room: Room, case: Case, bob: User, dana: User
) -> None:
    decided(claimed(case, dana), dana)
    with pytest.raises(RoomRefused):
        start(bob, room.pk, source=SOURCE, now=NOON)
    request = lawful.ask(replace(wish, person="", room=room.pk), by=dana, now=NOON, source=SOURCE)
    lawful.decide(request.pk, True, by=bob, now=NOON, source=SOURCE)
    assert entry(action="lawful.approve").actor == bob.uid


def test_what_was_decided_stays_so(asked: LawfulRequest, carol: User, mallory: User) -> None:
    lawful.decide(asked.pk, False, by=carol, now=NOON, source=SOURCE)
    unchanged(asked, Code.DECIDED, lambda: lawful.decide(asked.pk, True, by=mallory, now=NOON, source=SOURCE))


@pytest.mark.parametrize("approved", [None, False])
def test_nothing_leaves_unless_it_was_approved(
    asked: LawfulRequest, alice: User, carol: User, approved: bool | None
) -> None:
    if approved is not None:
        lawful.decide(asked.pk, approved, by=carol, now=NOON, source=SOURCE)
    unchanged(asked, Code.UNDECIDED, lambda: lawful.export(asked.pk, DIGEST, by=alice, now=NOON, source=SOURCE))


def test_an_approval_runs_out_after_seven_days(asked: LawfulRequest, alice: User, carol: User) -> None:
    lawful.decide(asked.pk, True, by=carol, now=NOON, source=SOURCE)
    late = NOON + timedelta(days=7, seconds=1)
    unchanged(asked, Code.EXPIRED, lambda: lawful.export(asked.pk, DIGEST, by=alice, now=late, source=SOURCE))


def test_a_request_about_somebody_who_was_erased_meanwhile_can_only_be_refused(
    asked: LawfulRequest, bob: User, carol: User
) -> None:
    erase(bob.uid, by="", reason="request", now=NOON, source=SOURCE)
    unchanged(asked, Code.NOTHING, lambda: lawful.decide(asked.pk, True, by=carol, now=NOON, source=SOURCE))
    lawful.decide(asked.pk, False, by=carol, now=NOON, source=SOURCE)
    assert entry(action="lawful.refuse").actor == carol.uid


def test_nothing_leaves_of_somebody_who_was_erased_since_it_was_approved(
    asked: LawfulRequest, alice: User, bob: User, carol: User
) -> None:
    lawful.decide(asked.pk, True, by=carol, now=NOON, source=SOURCE)
    erase(bob.uid, by="", reason="request", now=NOON, source=SOURCE)
    unchanged(asked, Code.NOTHING, lambda: lawful.export(asked.pk, DIGEST, by=alice, now=NOON, source=SOURCE))


def test_the_whole_log_cannot_be_asked_for(wish: Wish, mallory: User) -> None:
    for everything in (replace(wish, person="", room=""), replace(wish, end=wish.start)):
        with pytest.raises(Refused) as refused:
            lawful.ask(everything, by=mallory, now=NOON, source=SOURCE)
        assert refused.value.code is Code.SCOPE
    assert not LawfulRequest.objects.exists()


def test_the_database_itself_wants_two_people(asked: LawfulRequest, alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        LawfulRequest.objects.filter(pk=asked.pk).update(approver=alice, approved=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        LawfulRequest.objects.filter(pk=asked.pk).update(exported_at=NOON)


def test_only_entries_of_the_person_in_the_room_and_time_are_in_scope(
    wish: Wish, alice: User, bob: User, carol: User
) -> None:
    record("room.open", source=SOURCE, actor=bob.uid, room="r1")
    record("member.mute", source=SOURCE, actor=carol.uid, object_type="user", object_id=bob.uid, room="r1")
    record("room.open", source=SOURCE, actor=carol.uid, room="r1")
    record("room.open", source=SOURCE, actor=bob.uid, room="r2")
    now = Entry.objects.order_by("-pk")[0].occurred_at
    around = replace(wish, start=now - DAY, end=now + DAY)
    assert in_scope(around, alice) == [0, 1, 3]
    assert in_scope(replace(around, room="r1"), alice) == [0, 1]
    assert in_scope(replace(around, person="", room="r1"), alice) == [0, 1, 2]
    assert in_scope(replace(around, end=now - timedelta(hours=1)), alice) == []
    assert in_scope(replace(around, person="0" * 16), alice) == []


def in_scope(wish: Wish, by: User) -> list[int]:
    """The places of the entries before any request that lie in the scope."""
    entries = list(Entry.objects.exclude(action="lawful.ask").order_by("pk"))
    holds = lawful.scope(lawful.ask(wish, by=by, now=NOON, source=SOURCE))
    return [place for place, one in enumerate(entries) if holds(one)]
