"""What people may ask of their own data (G25): bob asks, femi answers, carol's words are not bob's."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from moderation import own, own_data
from moderation.actions import appeals, evidence, rights
from moderation.actions.base import Code
from moderation.audit import keys, sequence, verify
from moderation.audit.models import Checkpoint
from moderation.cases import State
from moderation.measures import Measure
from moderation.models import Case, DataRequest, Evidence, Wish
from rooms.models import Member, Reminder, Room
from tests.log import entry
from tests.moderation import tape
from tests.moderation.desk import DAY, claimed, decided, reported, unchanged
from tests.rooms.scenes import NOON, SOURCE, a_room, block, carry, come

pytestmark = pytest.mark.django_db(transaction=True)


def taken(user: User) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(rights.take(user, now=NOON, source=SOURCE))) as archive:
        told: dict[str, Any] = json.loads(archive.read("data.json"))
    return told


def test_everything_of_oneself_is_in_it_and_nobody_else(alice: User, bob: User, carol: User, femi: User) -> None:
    room = a_room(alice)
    for person in (alice, bob, carol):
        come(person, room)
    block(bob, carol)
    reported(bob, alice, room)
    decided(claimed(reported(carol, bob, room).case, femi), femi, Measure.SUSPEND, DAY)
    told = taken(bob)
    assert told["account"]["uid"] == bob.uid
    assert [one["room"] for one in told["rooms"]] == [room.pk]
    assert told["blocked"][0]["blocked__uid"] == carol.uid
    assert len(told["reports"]) == 1
    assert told["decisions"][0]["facts"] == "He shouted."
    assert {"member.join", "report.make"} <= {one["action"] for one in told["log"]}
    own = next(one for one in told["log"] if one["action"] == "member.join")
    assert own["address"] == SOURCE.address
    everything = json.dumps({**told, "blocked": []}, ensure_ascii=False)
    for other in (alice, carol, femi):
        assert other.uid not in everything
        assert other.display_name not in everything


def test_the_checkpoint_of_the_log_comes_with_it(bob: User) -> None:
    taken(bob)
    sequence.seal(NOON)
    with zipfile.ZipFile(io.BytesIO(rights.take(bob, now=NOON, source=SOURCE))) as archive:
        given = verify.open_checkpoint(archive.read("checkpoint.txt"), keys.vkeys())
    assert given.size == Checkpoint.objects.get().size


def test_a_dismissal_and_the_appeal_against_it_are_with_whoever_reported_alone(
    room: Room, bob: User, carol: User, femi: User
) -> None:
    dismissed = decided(claimed(reported(carol, bob, room).case, femi), femi, Measure.NONE)
    appeals.appeal(dismissed.pk, "He said it to me.", by=carol, now=NOON, source=SOURCE)
    told = taken(bob)
    assert (told["decisions"], told["appeals"]) == ([], [])
    assert [one["words"] for one in taken(carol)["appeals"]] == ["He said it to me."]


def recorded(room: Room, by: User, whom: User, femi: User, measure: Measure = Measure.NONE) -> Evidence:
    """What somebody said in the minute before they were reported, in a case that is decided."""
    carry(room, "m1")
    report = reported(by, whom, room)
    tape.sealed(report.freeze, Member.objects.get(room=room, user=whom).number)
    (track,) = evidence.attach(report.freeze.pk, NOON)
    decided(claimed(report.case, femi), femi, measure)
    return track


def test_where_nothing_was_decided_their_voice_is_theirs_among_so_many_that_nobody_knows_who_reported(
    room: Room, bob: User, carol: User, mallory: User, femi: User
) -> None:
    come(mallory, room)
    track = recorded(room, carol, bob, femi)
    with zipfile.ZipFile(io.BytesIO(rights.take(bob, now=NOON, source=SOURCE))) as archive:
        assert archive.namelist() == ["data.json", f"voice/{track.pk}.ogg"]
    assert entry(action="data.take").detail["voice"] == [track.pk]


def test_among_a_few_a_dismissed_report_leaves_no_track(room: Room, bob: User, carol: User, femi: User) -> None:
    recorded(room, carol, bob, femi)
    assert list(own_data.voice(bob)) == []


def test_whoever_a_decision_restricts_has_their_voice_however_few_there_were(
    room: Room, bob: User, carol: User, femi: User
) -> None:
    track = recorded(room, carol, bob, femi, Measure.WARN)
    assert list(own_data.voice(bob)) == [track]


def test_while_the_case_is_open_nobody_has_it(room: Room, bob: User, carol: User, mallory: User, femi: User) -> None:
    come(mallory, room)
    track = recorded(room, carol, bob, femi)
    Case.objects.filter(pk=track.case_id).update(state=State.TRIAGED)
    assert list(own_data.voice(bob)) == []


def test_which_rooms_they_were_told_of_is_in_it(room: Room, bob: User, carol: User) -> None:
    Reminder.objects.create(room=room, user=bob, asked=False, created_at=NOON, sent_at=NOON)
    (told,) = taken(bob)["told_of_rooms"]
    assert (told["room"], told["asked"]) == (room.pk, False)
    assert taken(carol)["told_of_rooms"] == []


def test_that_they_took_it_is_written_down(bob: User) -> None:
    taken(bob)
    noted = entry(action="data.take")
    assert (noted.actor, noted.object, noted.detail["voice"]) == (bob.uid, bob.uid, [])
    assert DataRequest.objects.get().granted


def test_a_request_is_due_within_the_laws_time(bob: User, settings: Settings) -> None:
    asked = rights.ask(bob, Wish.ERASURE, "My rooms.", now=NOON, source=SOURCE)
    assert asked.due_at == NOON + timedelta(days=30)
    settings.STOA_PROFILE = "cn"
    asked = rights.ask(bob, Wish.ERASURE, "My rooms.", now=NOON, source=SOURCE)
    assert asked.due_at <= NOON + timedelta(days=22)


def test_a_refusal_says_why_and_nobody_answers_themselves_or_twice(bob: User, femi: User) -> None:
    asked = rights.ask(bob, Wish.CORRECTION, "My name.", now=NOON, source=SOURCE)

    def answer(words: str, by: User, *, granted: bool = False) -> DataRequest:
        return rights.answer(asked.pk, words, granted=granted, by=by, now=NOON + DAY, source=SOURCE)

    unchanged(Code.EMPTY, lambda: answer(" ", femi))
    unchanged(Code.SUBJECT, lambda: answer("No.", bob))
    answered = answer("The log keeps it for six months by law.", femi)
    assert (answered.granted, answered.answered_by) == (False, femi.uid)
    assert entry(action="data.refuse").object == bob.uid
    unchanged(Code.DECIDED, lambda: answer("Yes.", femi, granted=True))


def test_nobody_floods_the_desk(bob: User) -> None:
    for _ in range(rights.WAITING):
        rights.ask(bob, Wish.OBJECTION, "No notifications.", now=NOON, source=SOURCE)
    unchanged(Code.TOO_MANY, lambda: rights.ask(bob, Wish.OBJECTION, "Again.", now=NOON, source=SOURCE))
    unchanged(Code.EMPTY, lambda: rights.ask(bob, Wish.OBJECTION, " ", now=NOON, source=SOURCE))


def test_an_answer_is_read_once_and_what_they_took_themselves_is_no_news(bob: User, carol: User, femi: User) -> None:
    taken(bob)
    asked = rights.ask(bob, Wish.ERASURE, "My rooms.", now=NOON, source=SOURCE)
    assert not own.unread_answers(bob).exists()
    rights.answer(asked.pk, "They are gone.", granted=True, by=femi, now=NOON + DAY, source=SOURCE)
    assert [*own.unread_answers(bob)] == [asked]
    rights.read(carol, now=NOON + DAY, source=SOURCE)
    assert own.unread_answers(bob).exists()
    for days in (2, 3):
        rights.read(bob, now=NOON + days * DAY, source=SOURCE)
    assert not own.unread_answers(bob).exists()
    assert DataRequest.objects.get(pk=asked.pk).read_at == NOON + 2 * DAY
    assert (entry(action="data.told").actor, entry(action="data.told").detail["request"]) == (bob.uid, asked.pk)
