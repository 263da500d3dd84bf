"""Evidence whose time is over is destroyed with its key and a receipt; so are files that no case has."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.models import User
from moderation.actions import evidence
from moderation.audit import hold
from moderation.audit.keys import KeysMissingError
from moderation.cases import State
from moderation.evidence import keys
from moderation.models import Case, Evidence, Freeze, Hint, Kind
from rooms.models import Room
from tests.log import entry
from tests.moderation import tape
from tests.moderation.actions.test_evidence import SOON, attached, closed, folder, number
from tests.moderation.desk import reported
from tests.moderation.filed import a_case
from tests.rooms.scenes import NOON, SOURCE, carry

pytestmark = pytest.mark.django_db


MONTH = timedelta(days=30)


@pytest.fixture
def room(room: Room) -> Room:
    """A media process carries it."""
    carry(room, "m1")
    return room


@pytest.fixture
def freeze(room: Room, bob: User, carol: User) -> Freeze:
    return reported(carol, bob, room).freeze


def test_a_month_after_the_case_is_closed_its_evidence_is_destroyed_with_a_receipt(freeze: Freeze, bob: User) -> None:
    (track,) = attached(freeze, bob)
    hint(track)
    closed(freeze.case)
    assert evidence.expire(NOON + MONTH - timedelta(seconds=1)) == 0
    assert evidence.expire(NOON + MONTH) == 1
    assert evidence.expire(NOON + MONTH) == 0
    track.refresh_from_db()
    assert (track.size, track.destroyed_at) == (0, NOON + MONTH)
    assert folder() == set()
    receipt = entry(action="evidence.destroy")
    assert (receipt.object, receipt.detail["digest"]) == (bob.uid, track.digest)
    assert Hint.objects.get().box is None


def test_with_the_evidence_goes_the_key_and_a_backup_of_the_database_opens_nothing(freeze: Freeze, bob: User) -> None:
    attached(freeze, bob)
    case = freeze.case
    old = case.key, bytes(case.secret or b"")
    closed(case)
    evidence.expire(NOON + MONTH)
    case.refresh_from_db()
    assert case.secret is None
    with pytest.raises(KeysMissingError):
        keys.private(*old)
    assert entry(action="evidence.forget").case == str(case.pk)


def test_the_key_of_a_case_without_evidence_goes_too(freeze: Freeze) -> None:
    closed(freeze.case)
    assert evidence.expire(NOON + MONTH) == 0
    freeze.case.refresh_from_db()
    assert freeze.case.secret is None


def test_while_a_case_lives_its_evidence_stays_but_never_longer_than_a_year(freeze: Freeze, bob: User) -> None:
    (track,) = attached(freeze, bob)
    assert evidence.expire(SOON + evidence.LONGEST - timedelta(seconds=1)) == 0
    assert evidence.expire(SOON + evidence.LONGEST) == 1
    track.refresh_from_db()
    assert track.destroyed_at is not None


@pytest.mark.parametrize("kind", ["case", "user", "room"])
def test_a_legal_hold_keeps_it_until_it_is_released(
    freeze: Freeze, alice: User, bob: User, carol: User, kind: str
) -> None:
    (track,) = attached(freeze, bob)
    closed(freeze.case)
    named = {"case": str(freeze.case_id), "user": bob.uid, "room": freeze.room}[kind]
    two = {"by": alice.uid, "approver": carol.uid, "now": NOON, "source": SOURCE}
    held = hold.place(kind, named, ground="court order 7", review_at=NOON + MONTH, **two)  # type: ignore[arg-type]
    assert evidence.expire(NOON + 2 * MONTH) == 0
    assert folder() == {track.file}
    freeze.case.refresh_from_db()
    assert freeze.case.secret is not None
    hold.release(held.pk, by=alice.uid, now=NOON, source=SOURCE)
    assert evidence.expire(NOON + 2 * MONTH) == 1


def test_a_file_that_no_case_has_is_removed_after_a_day_with_an_entry(freeze: Freeze, bob: User) -> None:
    (track,) = attached(freeze, bob)
    stray, young = _stray("a" * 16, age=timedelta(days=2)), _stray("b" * 16, age=timedelta(hours=2))
    evidence.expire(NOON)
    assert folder() == {track.file, young.name}
    assert entry(action="evidence.destroy").reason == "stray"
    assert not stray.exists()


def test_a_destroyed_file_that_a_backup_brought_back_is_removed_too(freeze: Freeze, bob: User) -> None:
    (track,) = attached(freeze, bob)
    closed(freeze.case)
    evidence.expire(NOON + MONTH)
    back = _stray(freeze.pk, age=timedelta(days=2), member=track.member)
    evidence.expire(NOON + MONTH)
    assert not back.exists()


def _stray(freeze: str, age: timedelta, member: int = 1) -> Path:
    file = evidence.folder() / f"{freeze}-{member}.sealed"
    file.write_bytes(b"sealed")
    at = (NOON - age).timestamp()
    os.utime(file, (at, at))
    return file


def hint(track: Evidence) -> None:
    said = {"model": "m", "version": "1", "score": 0.5, "box": b"sealed words", "made_at": NOON}
    Hint.objects.create(case=track.case, evidence=track, kind=Kind.TRANSCRIPT, **said)


def test_a_file_that_the_disk_does_not_let_go_keeps_no_other(
    freeze: Freeze, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in (alice, bob):
        tape.sealed(freeze, number(person))
    first, second = evidence.attach(freeze.pk, NOON)
    unlink = Path.unlink

    def stuck(file: Path, *, missing_ok: bool = False) -> None:
        if file.name == first.file:
            raise PermissionError
        unlink(file, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", stuck)
    assert evidence.expire(NOON + evidence.LONGEST) == 1
    for track in (first, second):
        track.refresh_from_db()
    assert (first.destroyed_at, second.destroyed_at) == (None, NOON + evidence.LONGEST)


def test_a_key_that_the_disk_does_not_let_go_keeps_no_other(
    bob: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (a_case(one, state=State.CLOSED, closed_at=NOON) for one in (bob, carol))

    def destroy(public: str) -> None:
        if public == first.key:
            raise PermissionError
        drop(public)

    drop = keys.destroy
    monkeypatch.setattr(keys, "destroy", destroy)
    evidence.expire(NOON + evidence.KEPT)
    assert {one.pk: one.secret is None for one in Case.objects.all()} == {first.pk: False, second.pk: True}
