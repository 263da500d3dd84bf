"""Attack 10: evidence is stolen or forced: kept speech by false reports, a second hearing, words in the wrong place."""

import logging
from pathlib import Path

import pytest
import redis
from django.conf import settings as django_settings
from django.test import Client

from accounts.models import User
from moderation.actions import evidence, grants
from moderation.actions.base import Code, Refused
from moderation.evidence import keys
from moderation.models import Evidence, Freeze
from moderation.policies import Policy
from moderation.staff import FRESH, Role
from rooms.models import Member, Room
from tests.log import entries
from tests.moderation import tape
from tests.moderation.desk import claimed, moderator, reported, unchanged
from tests.rooms.scenes import NOON, SOURCE, carry

pytestmark = pytest.mark.django_db
CANARY = b"\xf8CANARY-OF-WHAT-WAS-SAID" + bytes(20)


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


def test_what_was_said_lies_nowhere_in_the_clear(
    room: Room, bob: User, carol: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        kept(room, carol, bob)
    for file in Path(django_settings.STOA_DATA).rglob("*"):
        assert not file.is_file() or b"CANARY" not in file.read_bytes(), file
    assert "CANARY" not in caplog.text
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        assert not [key for key in client.keys("*") if b"CANARY" in (client.dump(key) or b"")]
    assert "CANARY" not in str([vars(one) for one in entries()])


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
