"""G10 with a real account: whoever ended theirs is nowhere in the database, and the log still verifies."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import actions, avatars
from accounts.models import User
from moderation.actions import endings
from moderation.audit import check, export, verify
from moderation.audit.models import Checkpoint
from moderation.audit.role import grant
from moderation.audit.sequence import seal
from moderation.audit.source import Source
from moderation.audit.verify import Trust
from moderation.cases import State
from moderation.ending import QUIET
from moderation.models import Case
from rooms.models import Member
from tests import watched
from tests.accounts.conftest import PASSWORD
from tests.moderation.desk import claimed, decided, reported
from tests.moderation.goals.test_g10_erasure import everything, proofs_hold
from tests.rooms.scenes import a_session, come, gathered

pytestmark = pytest.mark.django_db(transaction=True)
NAME, EMAIL, ADDRESS, AGENT = "Zebedee Quill", "zeb@quill.example", "203.0.113.77", "Quillfox/7.1"


@pytest.fixture
def browser() -> Client:
    return Client(REMOTE_ADDR=ADDRESS, headers={"user-agent": AGENT})


def came_in(browser: Client) -> User:
    """The person, who came by a code that the operator had made for them by name."""
    code = actions.issue_by_operator(username="zebedee", now=timezone.now(), source=Source.internal("command"))
    browser.get(f"/join/{code}")
    browser.post("/join/name/", {"display_name": NAME})
    browser.post("/join/keys/", {"password": PASSWORD})
    browser.post("/join/notice/")
    return User.objects.get(username="zebedee")


def lived(browser: Client, person: User, *others: User) -> Case:
    """The closed case about them; they have left a trace in whatever they could."""
    alice, bob, dana = others
    avatars.keep(person.uid, b"a face")
    User.objects.filter(pk=person.pk).update(email=EMAIL, avatar=avatars.digest_of(b"a face"))
    browser.post("/me/", {"display_name": NAME, "language": "en"})
    browser.put(f"/api/v1/blocks/{bob.uid}/")
    browser.post("/invites/", {"uses": 1, "days": 7})
    browser.post("/privacy/data/", {"wish": "correction", "words": f"I am {NAME}, {EMAIL}."})
    browser.post("/api/v1/rooms/", {"title": "Quills", "access": "open"}, content_type="application/json")
    room = gathered(alice, bob)
    come(person, room, a_session())
    case = reported(bob, person, room).case
    claimed(case, dana)
    decided(case, dana)
    Case.objects.update(state=State.CLOSED, closed_at=timezone.now())
    return case


def test_whoever_ended_their_account_is_nowhere_and_the_log_verifies(
    browser: Client, alice: User, bob: User, dana: User, tmp_path: Path
) -> None:
    person = came_in(browser)
    lived(browser, person, alice, bob, dana)
    now = timezone.now()
    seal(now + timedelta(seconds=1))
    old = Checkpoint.objects.latest("size").note.encode()
    secrets = {person.uid, "zebedee", NAME, EMAIL, ADDRESS, AGENT}
    before = everything()
    assert {one for one in secrets if one.encode() in before} >= {person.uid, "zebedee", NAME, EMAIL, ADDRESS, AGENT}

    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert browser.post("/privacy/end/confirm/").headers["Location"] == "/privacy/ended/"
    later = timezone.now() + QUIET
    assert (endings.sweep(later), endings.forget(later)) == (1, 1)
    seal(later)

    left = everything()
    assert {one for one in secrets if one.encode() in left} == set()
    assert not list((settings.STOA_DATA / "avatars").rglob("*.webp"))
    assert not Member.objects.filter(user__in=[person.pk]).exists()
    proofs_hold(old)
    assert list(check.faults(later)) == []
    with (tmp_path / "bundle.zip").open("wb") as out:
        export.export(out, now=later)
    assert verify.verify_bundle(tmp_path / "bundle.zip", Trust(old=old)).sealed > 0
    with (tmp_path / "bundle.zip").open("rb") as bundle:
        assert person.uid.encode() not in bundle.read()


def test_each_transaction_tells_of_all_that_it_changes_in_the_rights_that_servers_have(
    browser: Client, alice: User, bob: User, dana: User
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles, and G1 watches PostgreSQL")
    person = came_in(browser)
    lived(browser, person, alice, bob, dana)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE stoa_ends")
        try:
            grant("stoa_ends")
            cursor.execute(";".join(watched.install()))
            cursor.execute("SET ROLE stoa_ends")
            endings.close(person, by=None, now=timezone.now(), source=Source.internal("command"))
            later = timezone.now() + QUIET
            assert (endings.sweep(later), endings.forget(later)) == (1, 1)
            cursor.execute("RESET ROLE")
            cursor.execute(watched.TOGETHER)
            seen = [what for (what,) in cursor]
            cursor.execute(watched.REPEATED)
            repeated = cursor.fetchall()
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute("DROP OWNED BY stoa_ends")
            cursor.execute("DROP ROLE stoa_ends")
            cursor.execute("DROP TABLE IF EXISTS g1_seen, g1_label")
            cursor.execute("DROP FUNCTION IF EXISTS g1_change, g1_entry, g1_labelled CASCADE")
    assert {what for one in seen for what in one} >= {"accounts_user", "entry ok account.end", "entry ok log.erase"}
    assert [watched.astray(one) for one in seen if watched.astray(one)] == []
    assert [one for one in repeated if watched.doubled(*one)] == []
