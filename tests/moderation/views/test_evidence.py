"""Evidence in the console: dana works on the case about bob and asks, femi approves; nobody hears a byte otherwise."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.actions import cases as working
from moderation.actions import evidence, staff
from moderation.audit.models import Entry, Result
from moderation.hearing import tracks
from moderation.hearing.transcript import Transcript, Word
from moderation.models import Evidence, Grant, Hint, Kind
from moderation.staff import Role
from moderation.templatetags.console import noticed
from rooms.models import Member
from tests.accounts.pages import data, text
from tests.moderation import tape
from tests.moderation.cast import at_console
from tests.moderation.desk import reported
from tests.rooms.scenes import SOURCE, a_room, carry, come

pytestmark = pytest.mark.django_db


@pytest.fixture
def track(alice: User, bob: User, carol: User, dana: User, desk: Client) -> Evidence:
    """Bob's tone, sealed for a case that Dana has claimed."""
    room, now = a_room(alice), timezone.now()
    for person in (alice, bob, carol):
        come(person, room, now=now)
    carry(room, "m1")
    freeze = reported(carol, bob, room).freeze
    tape.sealed(freeze, Member.objects.get(user=bob).number, tape.tone(440))
    (track,) = evidence.attach(freeze.pk, now)
    working.claim(freeze.case_id, by=dana, now=now, source=SOURCE)
    return track


def address(track: Evidence, act: str = "") -> str:
    return f"/console/cases/{track.case_id}/{act}"


def asked(desk: Client, track: Evidence) -> Grant:
    page = text(desk.post(address(track, "evidence/ask/"), {"reason": "What did he say?"}, follow=True))
    assert "Asked. A senior moderator answers." in page
    return Grant.objects.get()


def answered(senior: Client, grant: Grant, answer: str = "approve") -> str:
    path = f"/console/cases/{grant.case_id}/grants/{grant.pk}/answer/"
    return text(senior.post(path, {"answer": answer}, follow=True))


def listen(client: Client, grant: Grant, track: Evidence, what: str = "sound") -> Any:
    path = f"/console/cases/{grant.case_id}/grants/{grant.pk}/listen/"
    return client.post(path, {"evidence": track.pk, "what": what})


def grow_old(client: Client) -> None:
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time() - 16 * 60
    session.save()


def test_asked_approved_and_heard_as_ogg(track: Evidence, desk: Client, senior: Client) -> None:
    grant = asked(desk, track)
    assert "What did he say?" in text(senior.get(address(track)))
    assert "Approved, for 30 minutes." in answered(senior, grant)
    assert data(desk.get(address(track)), "tracks")["grant"] == grant.pk
    answer = listen(desk, grant, track)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "audio/ogg")
    assert answer.content.startswith(b"OggS")
    assert "no-store" in answer.headers["Cache-Control"]
    assert Entry.objects.filter(action="evidence.open", case=str(track.case_id)).count() == 1


def test_what_a_model_wrote_down_is_read_with_leave_and_an_entry(track: Evidence, desk: Client, senior: Client) -> None:
    words = Transcript("en", (Word(0, 900, "good", 0.9), Word(900, 1800, "evening", 0.5)))
    Hint.objects.create(
        case=track.case,
        evidence=track,
        kind=Kind.TRANSCRIPT,
        model="ear",
        version="1",
        score=0.7,
        made_at=timezone.now(),
        box=tracks.shut(words.dump(), track.case, track, Kind.TRANSCRIPT),
    )
    grant = asked(desk, track)
    assert "good evening" not in text(desk.get(address(track)))
    assert listen(desk, grant, track, "words").status_code == 403
    answered(senior, grant)
    assert listen(desk, grant, track, "words").json() == {"text": "good evening"}
    assert Entry.objects.get(action="evidence.open", result=Result.OK).detail["what"] == "words"


def test_nobody_hears_it_without_leave_after_a_refusal_or_too_late(
    track: Evidence, desk: Client, senior: Client
) -> None:
    grant = asked(desk, track)
    assert listen(desk, grant, track).status_code == 403
    assert "Refused. It stays sealed." in answered(senior, grant, "refuse")
    assert listen(desk, grant, track).status_code == 403
    Grant.objects.update(approved=True, expires_at=timezone.now() - timedelta(seconds=1))
    assert listen(desk, grant, track).status_code == 403
    assert not Entry.objects.filter(action="evidence.open", result=Result.OK).exists()
    assert Entry.objects.filter(action="evidence.open", result=Result.REFUSED).count() == 3


def test_leave_is_for_whoever_asked_alone(track: Evidence, desk: Client, senior: Client, mallory: User) -> None:
    grant = asked(desk, track)
    answered(senior, grant)
    assert listen(senior, grant, track).status_code == 403
    assert listen(at_console(mallory, Role.MODERATOR), grant, track).status_code == 403


def test_whoever_may_not_hear_it_is_told_why_and_what_was_changed_is_said_to_be(
    track: Evidence, desk: Client, senior: Client
) -> None:
    grant = asked(desk, track)
    assert "not approved" in listen(desk, grant, track).json()["message"]
    answered(senior, grant)
    file = evidence.folder() / track.file
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    told = listen(desk, grant, track).json()
    assert (told["code"], told["message"]) == (
        "evidence_broken",
        "It is not what the log says it is, so it cannot be heard. The operator was told.",
    )


def test_an_old_second_factor_is_asked_for_again_before_a_byte_leaves(
    track: Evidence, desk: Client, senior: Client
) -> None:
    grant = asked(desk, track)
    grow_old(senior)
    assert senior.post(address(track, f"grants/{grant.pk}/answer/"), {"answer": "approve"}).status_code == 302
    grant.refresh_from_db()
    assert grant.approved is None
    Grant.objects.update(
        approved=True, approver=User.objects.get(username="femi"), expires_at=timezone.now() + timedelta(minutes=9)
    )
    grow_old(desk)
    answer = listen(desk, grant, track)
    assert answer.status_code == 302
    assert "reauthenticate" in answer.headers["Location"]
    assert not Entry.objects.filter(action="evidence.open", result=Result.OK).exists()


def test_whoever_asked_does_not_approve(track: Evidence, desk: Client, dana: User) -> None:
    grant = asked(desk, track)
    staff.grant(dana, Role.SENIOR, None, now=timezone.now(), source=SOURCE)
    assert "It takes a second person" in answered(desk, grant)
    grant.refresh_from_db()
    assert grant.approved is None


def test_a_grant_of_another_case_opens_nothing(track: Evidence, desk: Client, senior: Client) -> None:
    grant = asked(desk, track)
    answered(senior, grant)
    path = f"/console/cases/{track.case_id + 1}/grants/{grant.pk}/listen/"
    assert desk.post(path, {"evidence": track.pk}).status_code == 404


def test_sound_has_no_link_that_could_be_followed(track: Evidence, desk: Client, senior: Client) -> None:
    grant = asked(desk, track)
    answered(senior, grant)
    answer = desk.get(address(track, f"grants/{grant.pk}/listen/"))
    assert answer.headers["Location"] == address(track)


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        (Kind.SOUND, {"flags": ["bursts", "tone"], "silent": 0.1}, "loud bursts, a long tone"),
        (Kind.SOUND, {"flags": []}, "nothing odd"),
        (Kind.WORDS, {"hate": 2, "spam": 1}, "Hate against a group ×2, Spam or advertising ×1"),
        (Kind.WORDS, {}, "no phrase"),
        (Kind.PATTERN, {"joined": 7}, "7 people of one branch joined"),
        (Kind.TRANSCRIPT, {"words": 1}, "1 word"),
        (Kind.TRANSCRIPT, {"unheard": "gone"}, "could not be heard"),
    ],
)
def test_a_hint_is_told_in_words_and_never_in_those_that_were_spoken(
    kind: Kind, facts: dict[str, object], words: str
) -> None:
    assert noticed(Hint(kind=kind, facts=facts)) == words
