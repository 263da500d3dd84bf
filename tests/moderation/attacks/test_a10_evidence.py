"""Attack 10: evidence is stolen or forced: kept speech by false reports, a second hearing, words in the wrong place."""

import logging
import os
import tempfile
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation import tasks
from moderation.actions import cases as working
from moderation.actions import evidence, grants
from moderation.actions.base import Code, Refused
from moderation.evidence import keys
from moderation.hearing import transcribe as transcribing
from moderation.models import Evidence, Freeze
from moderation.policies import Policy
from moderation.staff import FRESH, Role
from rooms.models import Member, Room
from tests.canary import SONG, WORDS, commanded, found_on, sings
from tests.log import entries
from tests.moderation import tape
from tests.moderation.cast import at_console
from tests.moderation.desk import claimed, moderator, reported, unchanged
from tests.moderation.filed import Ear
from tests.rooms.scenes import NOON, SOURCE, carry

pytestmark = pytest.mark.django_db
CANARY, WRITTEN = b"\xf8" + WORDS * 2, b"owls hoot at midnight"
"""A packet that bob sent, which a decoder takes for noise, and what a machine writes down of it."""


@pytest.fixture
def room(room: Room) -> Room:
    """A media process carries it."""
    carry(room, "m1")
    return room


def kept(room: Room, by: User, whom: User) -> Evidence:
    """What `whom` said, sealed for a case."""
    freeze = reported(by, whom, room).freeze
    tape.sealed(freeze, Member.objects.get(room=room, user=whom).number, [CANARY] * 100)
    (track,) = evidence.attach(freeze.pk, NOON)
    return track


def test_nobody_makes_the_server_keep_speech_by_reporting_again_and_again(room: Room, bob: User, carol: User) -> None:
    for policy in Policy:
        reported(carol, bob, room, policy)
    assert Freeze.objects.count() < len(Policy)


def hear(track: Evidence, dana: User, femi: User) -> tuple[bytes, str]:
    """The sound and the words of the track, which Dana has leave from Femi to fetch in the console."""
    working.claim(track.case_id, by=dana, now=timezone.now(), source=SOURCE)
    grant = grants.ask(track.case_id, "One has to hear it.", by=dana, now=timezone.now(), source=SOURCE)
    grants.approve(grant.pk, by=femi, factor=FRESH, now=timezone.now(), source=SOURCE)
    desk, path = at_console(dana, None), f"/console/cases/{track.case_id}/grants/{grant.pk}/listen/"
    sound, words = (desk.post(path, {"evidence": track.pk, "what": what}) for what in ("sound", "words"))
    desk.get(f"/console/cases/{track.case_id}/")
    return sound.content, words.json()["text"]


def stored() -> bytes:
    """Every field of every row of every table."""
    rows = (row for model in apps.get_models() for row in model._base_manager.values_list())
    fields = (field for row in rows for field in row)
    return b"\0".join(bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in fields)


def test_what_was_said_lies_nowhere_in_the_clear_though_a_machine_and_a_person_have_heard_it(
    room: Room, bob: User, carol: User, dana: User, femi: User,
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(transcribing, "chosen", lambda: Ear(WRITTEN.decode()))
    monkeypatch.setattr(tempfile, "tempdir", str(django_settings.STOA_DATA))
    with caplog.at_level(logging.DEBUG), commanded(django_settings.REDIS_URL) as commands:
        track = kept(room, carol, bob)
        tasks.sweep()
        tasks.go_on(track.case_id)
        sound, words = hear(track, dana, femi)
    assert (SONG in sound, words) == (True, WRITTEN.decode())
    assert commands
    for canary in (SONG, WRITTEN):
        assert found_on(Path(django_settings.STOA_DATA), os.getpid(), canary) == []
        assert not sings(stored(), canary)
        assert not sings(caplog.text.encode(), canary)
        assert not [command for command in commands if sings(command.encode(), canary)]


def test_the_file_alone_and_the_database_alone_open_nothing(room: Room, bob: User, carol: User) -> None:
    track = kept(room, carol, bob)
    keys.destroy(track.case.key)  # what a backup of the database does not hold
    with pytest.raises(Exception, match=track.case.key[:8]):
        evidence.unsealed(track)


def test_a_grant_is_no_link_that_could_be_passed_on(room: Room, bob: User, carol: User, client: Client) -> None:
    track = kept(room, carol, bob)
    dana, femi, gus = moderator("Dana"), moderator("Femi", Role.SENIOR), moderator("Gus", Role.SENIOR)
    claimed(track.case, dana)
    grant = grants.ask(track.case_id, "One has to hear it.", by=dana, now=NOON, source=SOURCE)
    grants.approve(grant.pk, by=femi, factor=FRESH, now=NOON, source=SOURCE)
    for thief in (femi, gus, bob, carol):

        def steal(thief: User = thief) -> object:
            return grants.open_track(grant.pk, track.pk, by=thief, factor=FRESH, now=NOON, source=SOURCE)

        unchanged(Code.GONE, steal)
    assert entries(action="evidence.open") == []


def test_two_who_approve_at_once_approve_once(room: Room, bob: User, carol: User) -> None:
    track = kept(room, carol, bob)
    dana, femi, gus = moderator("Dana"), moderator("Femi", Role.SENIOR), moderator("Gus", Role.SENIOR)
    claimed(track.case, dana)
    grant = grants.ask(track.case_id, "One has to hear it.", by=dana, now=NOON, source=SOURCE)
    grants.approve(grant.pk, by=femi, factor=FRESH, now=NOON, source=SOURCE)
    with pytest.raises(Refused) as refused:
        grants.approve(grant.pk, by=gus, factor=FRESH, now=NOON, source=SOURCE)
    assert refused.value.code is Code.DECIDED
    assert len(entries(action="evidence.approve")) == 1
