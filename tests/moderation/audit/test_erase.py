"""Tests of moderation.audit.erase and hold: a person goes, the proofs stay; a hold keeps both."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction

from moderation.audit import check, keys, people
from moderation.audit.erase import erase, rewrap
from moderation.audit.hold import HeldError, held, overdue, place, release
from moderation.audit.models import Entry, Hold, Label, PersonKey
from moderation.audit.opened import opened
from moderation.audit.record import record
from moderation.audit.sequence import seal
from moderation.audit.source import Source
from tests.log import entries
from tests.moderation.unwritable import full

SOURCE = Source("192.0.2.7", 50123, "203.0.113.1:443", "Mozilla/5.0", session="5e55")
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
ALICE, BOB, CAROL = "a11ce00000000000", "b0b0000000000000", "ca401000000000000"

pytestmark = pytest.mark.django_db


def acts() -> None:
    record("room.open", source=SOURCE, actor=ALICE, object_type="room", object_id="r1", room="r1")
    record("member.mute", source=SOURCE, actor=ALICE, object_type="member", object_id=BOB, room="r1")
    record("member.leave", source=SOURCE, actor=BOB, object_type="member", object_id=BOB, room="r2")
    seal(NOON)


def gone(uid: str, by: str = CAROL) -> int:
    return erase(uid, by=by, reason="request", now=NOON, source=SOURCE).entries


def hold(kind: str, subject: str) -> Hold:
    return place(
        kind,
        subject,
        ground="proceeding 7",
        by=ALICE,
        approver=CAROL,
        review_at=NOON + timedelta(days=90),
        now=NOON,
        source=SOURCE,
    )


def added_in_vain(uid: str) -> None:
    """Have this process hold at hand a key whose row was taken back."""
    with transaction.atomic():
        record("room.open", source=SOURCE, actor=uid)
        transaction.set_rollback(True)


def other(uid: str) -> None:
    """Have another process write an entry about somebody."""
    known = dict(people._known)
    people.forget_all()
    record("room.open", source=SOURCE, actor=uid)
    people._known.clear()
    people._known.update(known)


def test_the_key_that_somebody_else_got_in_a_row_taken_back_is_not_destroyed_in_its_place() -> None:
    added_in_vain(ALICE)
    other(BOB)
    other(ALICE)
    assert gone(ALICE) == 1
    assert people.find(ALICE) is None
    assert opened(Entry.objects.filter(action="room.open").order_by("pk"))[0].fields["actor"] == BOB


def test_a_key_that_somebody_got_anew_elsewhere_is_destroyed_as_well() -> None:
    acts()
    known = dict(people._known)
    gone(BOB)
    other(BOB)
    people._known.update(known)  # in the memory of another process
    assert gone(BOB) == 1
    assert people.find(BOB) is None


def test_a_hold_is_on_the_key_that_somebody_has_and_not_on_one_that_was_taken_back() -> None:
    added_in_vain(ALICE)
    other(BOB)
    other(ALICE)
    hold("user", ALICE)
    with pytest.raises(HeldError):
        gone(ALICE)
    assert gone(BOB)


def test_an_erased_person_is_read_nowhere_and_others_are_read_as_before() -> None:
    acts()
    assert gone(BOB) == 2
    mute, leave = opened(Entry.objects.filter(action__startswith="member.").order_by("pk"))
    assert (mute.fields["actor"], mute.fields["object"], mute.erased) == (ALICE, None, ["object"])
    assert leave.erased == sorted(leave.entry.commitments)
    assert people.find(BOB) is None
    assert list(check.faults(NOON)) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ours", [True, False])
def test_what_is_erased_stays_in_no_free_page_of_sqlite_s_file(ours: bool) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps dead rows until it vacuums, as the docs say")
    with transaction.atomic():
        for _ in range(20):
            acts()
    who = people.person(BOB).id
    boxes = [
        bytes(PersonKey.objects.get(pk=who).box),
        *map(bytes, Label.objects.filter(person=who).values_list("box", flat=True)),
    ]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=OFF")  # as it is where SQLite was not built otherwise
        if ours:
            connect()
    kept = on_disk()
    assert all(box in kept for box in boxes)
    gone(BOB)
    left = on_disk()
    connect()
    assert any(box in left for box in boxes) is not ours


def connect() -> None:
    """Say to the database what our settings say to it with every new connection."""
    with connection.cursor() as cursor:
        for command in settings.DATABASES["default"]["OPTIONS"]["init_command"].split(";"):
            cursor.execute(command)


def on_disk() -> bytes:
    """What the database's file holds once everything is in it."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert cursor.fetchone()[0] == 0
    return Path(connection.settings_dict["NAME"]).read_bytes()


def test_the_entry_of_an_erasure_does_not_say_whose_it_was() -> None:
    acts()
    erased = erase(BOB, by=BOB, reason="request", now=NOON, source=SOURCE)
    entry = Entry.objects.get(event=erased.event)
    assert (entry.action, entry.detail, entry.object_type) == ("log.erase", {"entries": 2}, "")
    assert BOB not in repr(entries())


def test_who_comes_back_after_an_erasure_has_a_new_key() -> None:
    acts()
    before = people.person(BOB).key
    gone(BOB)
    record("member.join", source=SOURCE, actor=BOB)
    assert people.person(BOB).key != before
    assert [entry.action for entry in entries(actor=BOB)] == ["member.join"]


def test_erasing_somebody_the_log_does_not_know_changes_nothing_and_is_recorded() -> None:
    acts()
    before = Label.objects.count()
    assert gone("mallory000000000", by="") == 0
    assert Label.objects.count() == before + 1  # of the entry itself


def test_what_belongs_to_nobody_cannot_be_erased() -> None:
    with pytest.raises(ValueError, match="nobody"):
        gone("")


@pytest.mark.parametrize(("kind", "subject"), [("user", BOB), ("room", "r1"), ("room", "r2")])
def test_under_a_hold_an_erasure_is_refused_and_nothing_changed(kind: str, subject: str) -> None:
    acts()
    placed = hold(kind, subject)
    before = list(Label.objects.values()), list(PersonKey.objects.values()), Entry.objects.count()
    with pytest.raises(HeldError) as refused:
        gone(BOB)
    assert refused.value.holds == [placed.pk]
    assert (list(Label.objects.values()), list(PersonKey.objects.values()), Entry.objects.count()) == before
    assert release(placed.pk, by=CAROL, now=NOON, source=SOURCE)
    assert gone(BOB) >= 2


def test_a_hold_keeps_what_it_names_and_nothing_else() -> None:
    acts()
    hold("room", "r2")
    assert [entry.action for entry in Entry.objects.filter(held(), room__startswith="r")] == ["member.leave"]
    hold("user", ALICE)
    kept = Entry.objects.filter(held(), room__startswith="r").order_by("pk")
    assert [entry.action for entry in kept] == ["room.open", "member.mute", "member.leave"]


def test_a_hold_and_its_end_are_entries_with_both_people() -> None:
    placed = hold("user", BOB)
    assert release(placed.pk, by=CAROL, now=NOON, source=SOURCE)
    assert not release(placed.pk, by=CAROL, now=NOON, source=SOURCE)
    (told,) = entries(action="log.hold")
    assert (told.actor, told.second, told.object) == (ALICE, CAROL, BOB)
    assert [entry.actor for entry in entries(action="log.release")] == [CAROL]


def test_nobody_approves_their_own_hold() -> None:
    with pytest.raises(ValueError, match="somebody else"):
        place("room", "r1", ground="g", by=ALICE, approver=ALICE, review_at=NOON, now=NOON, source=SOURCE)
    assert not Hold.objects.exists()


def test_a_hold_that_nobody_looked_at_again_is_told() -> None:
    placed = hold("room", "r1")
    assert overdue(NOON + timedelta(days=89)) == []
    assert overdue(NOON + timedelta(days=91)) == [placed]


def test_keys_that_cannot_be_sealed_anew_on_a_full_log_stay_as_they_are() -> None:
    acts()
    before, rows = keys.masters(), list(PersonKey.objects.order_by("pk").values())
    with full(), pytest.raises(DatabaseError), transaction.atomic():
        rewrap(by=CAROL, source=SOURCE)
    assert keys.masters() == before
    assert list(PersonKey.objects.order_by("pk").values()) == rows
    assert rewrap(by=CAROL, source=SOURCE) == len(rows)
    assert len(keys.masters()) == 1


@pytest.mark.parametrize("last", ["moderation.audit.erase.record", "moderation.audit.keys.drop_master"])
def test_what_a_run_that_was_killed_leaves_of_master_keys_the_next_one_destroys(last: str) -> None:
    acts()
    old, killed = keys.masters(), OSError("killed")  # whoever is killed does not tidy up
    with patch.object(keys, "drop_master"), patch(last, side_effect=killed), pytest.raises(OSError, match="killed"):
        rewrap(by=CAROL, source=SOURCE)
    people.forget_all()
    assert len(keys.masters()) == 2
    assert {entry.actor for entry in entries(action="room.open")} == {ALICE}
    rewrap(by=CAROL, source=SOURCE)
    assert len(keys.masters()) == 1
    assert not keys.masters().keys() & old.keys()
    assert {entry.actor for entry in entries(action="room.open")} == {ALICE}


@pytest.mark.django_db(transaction=True)
def test_of_two_that_seal_all_keys_anew_at_once_neither_destroys_what_the_other_sealed_them_under() -> None:
    with transaction.atomic():
        acts()
    barrier = Barrier(2)

    def again() -> int:
        try:
            barrier.wait(30)
            return rewrap(by=CAROL, source=SOURCE)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(again) for _ in range(2)]
    assert all(run.result() for run in runs)
    people.forget_all()
    assert len(keys.masters()) == 1
    assert {entry.actor for entry in entries(action="room.open")} == {ALICE}


def test_a_backup_opens_nobody_who_was_erased_since_once_the_keys_were_sealed_anew() -> None:
    acts()
    backup = PersonKey.objects.get(pk=people.person(BOB).id)
    gone(BOB)
    assert rewrap(by=CAROL, source=SOURCE) == PersonKey.objects.count()
    assert {entry.actor for entry in entries(action="room.open")} == {ALICE}
    with connection.cursor() as cursor:  # the row of the backup comes back
        values: list[Any] = [backup.pk, bytes(backup.token), backup.master, bytes(backup.box)]
        cursor.execute("INSERT INTO audit_personkey (id, token, master, box) VALUES (%s, %s, %s, %s)", values)
    with pytest.raises(keys.KeysMissingError):
        people.by_id([backup.pk])
