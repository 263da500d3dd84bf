"""What people may ask of their own data (G25): bob asks, femi answers, carol's words are not bob's."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from pytest_django.fixtures import Settings

from accounts import avatars
from accounts.models import User
from moderation import own, own_data
from moderation.actions import appeals, evidence, rights
from moderation.actions.base import Code
from moderation.audit import keys, sequence, verify
from moderation.audit.models import Checkpoint
from moderation.audit.record import record
from moderation.cases import State
from moderation.hearing.tracks import shut
from moderation.hearing.transcript import Transcript, Word
from moderation.measures import Measure
from moderation.models import Case, DataRequest, Evidence, Hint, Kind, Wish
from rooms.models import Member, Reminder, Room, RoomInvite
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


def test_a_long_log_is_in_it_whole_and_in_order_though_few_of_its_entries_are_in_memory(
    bob: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    with transaction.atomic():
        for number in range(14):
            person = (bob, carol)[number % 2]
            made.append(record("room.open", source=SOURCE, actor=person.uid, room=f"r{number}").pk)
    monkeypatch.setattr(own_data, "AT_ONCE", 3)
    with zipfile.ZipFile(io.BytesIO(own_data.bundle(bob, ()))) as archive:
        told = json.loads(archive.read("data.json"))
    assert [one["id"] for one in told["log"]] == made[::2]


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


def test_of_a_case_that_is_decided_a_moment_later_no_voice_leaves_that_the_entry_does_not_name(
    room: Room, bob: User, carol: User, femi: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(room, carol, bob, femi, Measure.WARN)
    Case.objects.update(state=State.CLAIMED)

    def decided_meanwhile(*asked: Any) -> bytes:
        Case.objects.update(state=State.DECIDED)
        return bundle(*asked)

    bundle = own_data.bundle
    monkeypatch.setattr(own_data, "bundle", decided_meanwhile)
    with zipfile.ZipFile(io.BytesIO(rights.take(bob, now=NOON, source=SOURCE))) as archive:
        assert archive.namelist() == ["data.json"]
    assert entry(action="data.take").detail["voice"] == []


def test_a_track_that_does_not_open_keeps_nobody_from_all_else(room: Room, bob: User, carol: User, femi: User) -> None:
    track = recorded(room, carol, bob, femi, Measure.WARN)
    (evidence.folder() / track.file).unlink()
    with zipfile.ZipFile(io.BytesIO(rights.take(bob, now=NOON, source=SOURCE))) as archive:
        assert archive.namelist() == ["data.json", f"voice/{track.pk}.unreadable"]


def test_with_their_voice_comes_what_a_machine_wrote_down_of_it(room: Room, bob: User, carol: User, femi: User) -> None:
    track = recorded(room, carol, bob, femi, Measure.WARN)
    box = shut(Transcript("en", (Word(0, 900, "owls", 0.9),)).dump(), track.case, track, Kind.TRANSCRIPT)
    said = {"kind": Kind.TRANSCRIPT, "model": "ear", "version": "1", "score": 0.9}
    Hint.objects.create(case=track.case, evidence=track, box=box, made_at=NOON, **said)
    with zipfile.ZipFile(io.BytesIO(rights.take(bob, now=NOON, source=SOURCE))) as archive:
        assert archive.read(f"voice/{track.pk}.txt") == b"owls"


def test_what_they_asked_and_the_links_they_made_are_in_it(room: Room, alice: User, bob: User) -> None:
    rights.ask(alice, Wish.ERASURE, "My rooms.", now=NOON, source=SOURCE)
    made = {"digest": "d", "uses": 3, "uses_left": 2, "created_at": NOON, "expires_at": NOON + DAY}
    RoomInvite.objects.create(room=room, issuer=alice, **made)
    told = taken(alice)
    assert [(one["wish"], one["words"]) for one in told["asked_of_their_data"]][:1] == [("erasure", "My rooms.")]
    assert [(one["room"], one["uses_left"]) for one in told["room_links"]] == [(room.pk, 2)]
    assert (taken(bob)["room_links"], len(taken(bob)["asked_of_their_data"])) == ([], 2)  # these two


def test_their_picture_is_in_it(bob: User) -> None:
    bob.avatar = avatars.digest_of(b"a picture")
    avatars.keep(bob.uid, b"a picture")
    with zipfile.ZipFile(io.BytesIO(own_data.bundle(bob, ()))) as archive:
        assert archive.read("picture.webp") == b"a picture"


IN_IT = {
    "accounts_invitecode.issuer": "codes",
    "accounts_redemption.user": "came_by_code_at",
    "accounts_acceptance.user": "accepted",
    "accounts_block.blocker": "blocked",
    "accounts_pushsubscription.user": "browsers_notified",
    "accounts_barreddevice.user": "browsers_barred_until",
    "rooms_member.user": "rooms",
    "rooms_roominvite.issuer": "room_links",
    "rooms_reminder.user": "told_of_rooms",
    "moderation_report.reporter": "reports",
    "moderation_decision.subject": "decisions",
    "moderation_appeal.by": "appeals",
    "moderation_datarequest.user": "asked_of_their_data",
    "moderation_staff.user": "on_the_staff",
    "mfa_authenticator.user": "signs_in_with",
    "usersessions_usersession.user": "sessions",
}
"""What points to a person, and under which name their own copy has it."""
NOT_IN_IT = {
    "accounts_block.blocked": "would tell who blocks them",
    "accounts_invitecode.subject": "the operator's link to a new password: it works, or is over",
    "account_emailaddress.user": "Stoa keeps no address",
    "moderation_case.host": "would tell that somebody reported",
    "moderation_case.subject": "would tell that somebody reported",
    "moderation_evidence.user": "a file beside it, once its case is decided",
    "accounts_user_groups.user": "never written",
    "accounts_user_user_permissions.user": "never written",
}
WORK = {
    *("moderation_case.holder", "moderation_report.staff", "moderation_appeal.hearer", "moderation_finding.owner"),
    *(f"moderation_decision.{part}" for part in ("made_by", "second", "undone_by")),
    *(
        f"moderation_{asked}.{part}"
        for asked in ("grant", "holdrequest", "lawfulrequest", "unmasking")
        for part in ("asked_by", "approver")
    ),
}
"""What they did at work: acts of the service, about others; of each the log has an entry, which is in their copy."""


def test_whatever_points_to_a_person_is_in_their_copy_or_in_a_list_with_the_reason_why_not(bob: User) -> None:
    models = apps.get_models(include_auto_created=True)
    fields = [field for model in models for field in model._meta.concrete_fields if field.related_model is User]
    pointing = {f"{field.model._meta.db_table}.{field.name}" for field in fields}
    assert pointing == IN_IT.keys() | NOT_IN_IT.keys() | WORK
    assert set(IN_IT.values()) <= taken(bob).keys()


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
