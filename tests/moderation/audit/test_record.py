"""Tests of moderation.audit.record and of the database's own refusal."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from moderation.audit import clock
from moderation.audit.leaf import PUBLIC, leaf_of
from moderation.audit.models import Entry, Kind, Result
from moderation.audit.purpose import Purpose
from moderation.audit.record import record, record_refusal
from moderation.audit.sealing import state_hash
from moderation.audit.source import Source, correlation
from tests.log import entries, entry

SOURCE = Source("192.0.2.7", 50123, "203.0.113.1:443", "Mozilla/5.0", session="5e55")


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused_and_nothing_is_written() -> None:
    with pytest.raises(RuntimeError):
        record("room.open", source=SOURCE)
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_disappears_with_the_change_it_belongs_to() -> None:
    with transaction.atomic():
        record("room.open", source=SOURCE)
        transaction.set_rollback(True)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_whoever_records_is_told_where_the_entry_is_found_again() -> None:
    record("room.open", source=SOURCE, actor="a1")
    written = record("room.end", source=SOURCE, actor="a1")
    assert Entry.objects.get(event=written.event).pk == written.pk == entry(action="room.end").id


@pytest.mark.django_db
def test_an_entry_keeps_who_what_where_and_both_clocks() -> None:
    written = record(
        "member.mute",
        source=SOURCE,
        actor="a1",
        role="host",
        object_type="member",
        object_id="b2",
        room="r1",
        reason="noise",
        basis="agreement",
        detail={"version": 7},
    )
    kept = entry(id=written.pk)
    assert (kept.actor, kept.role, kept.object_id, kept.room, kept.reason) == (
        "a1",
        "host",
        "b2",
        "r1",
        "noise",
    )
    assert (kept.address, kept.port, kept.destination) == ("192.0.2.7", 50123, "203.0.113.1:443")
    assert (kept.result, kept.detail) == (Result.OK, {"version": 7})
    assert (kept.session, kept.version, kept.schema) == ("5e55", settings.VERSION, 4)
    assert (kept.basis, kept.clock) == ("agreement", clock.state())
    assert abs((kept.recorded_at - kept.occurred_at).total_seconds()) < 5


@pytest.mark.django_db
def test_an_entry_says_what_for_on_which_consent_and_with_which_evidence() -> None:
    record("notice.accept", source=SOURCE, actor="a1", consent="2026-11-01")
    record("evidence.seal", source=Source.internal("celery"), evidence=["5ea1ed"])
    accepted, sealed = Entry.objects.order_by("pk")
    assert (accepted.purpose, accepted.consent) == (Purpose.SERVICE, "2026-11-01")
    assert (sealed.purpose, sealed.evidence) == (Purpose.MODERATION, ["5ea1ed"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "actor", "kind"),
    [
        (SOURCE, "a1", Kind.PERSON),
        (SOURCE, "", Kind.STRANGER),
        (Source.internal("command"), "", Kind.OPERATOR),
        (Source.internal("celery"), "", Kind.SERVER),
    ],
)
def test_an_entry_says_what_kind_of_actor_it_was_also_when_they_are_forgotten(
    source: Source, actor: str, kind: Kind
) -> None:
    record("room.end", source=source, actor=actor)
    assert Entry.objects.get().kind == kind


@pytest.mark.django_db
def test_an_entry_says_how_whoever_acted_had_shown_who_they_are() -> None:
    record("account.sign_in", source=replace(SOURCE, factors="password+totp"), actor="a1")
    assert Entry.objects.get().factors == "password+totp"


@pytest.mark.django_db
def test_what_an_object_was_and_became_is_a_hash_that_only_whoever_has_it_can_make_again() -> None:
    old, new = {"title": "Bees", "slow": 0}, {"title": "Wasps", "slow": 5}
    written = record("room.edit", source=SOURCE, actor="a1", object_type="room", object_id="r1", before=old, after=new)
    kept = entry(id=written.pk)
    assert (kept.before, kept.after) == (state_hash(old), state_hash(new))
    leaf = leaf_of({name: getattr(Entry.objects.get(), name) for name in PUBLIC})
    assert state_hash(old).encode() not in leaf
    assert b"Bees" not in leaf


@pytest.mark.django_db
def test_entries_say_which_of_them_belong_to_one_request() -> None:
    before = correlation.set("5e1f00d5")
    record("room.open", source=SOURCE)
    record("member.join", source=SOURCE)
    correlation.reset(before)
    record("room.end", source=SOURCE)
    assert [kept.correlation for kept in entries()] == ["5e1f00d5", "5e1f00d5", ""]


@pytest.mark.django_db
def test_what_is_written_down_later_says_when_it_happened() -> None:
    record("media.connect", source=SOURCE, occurred_at=datetime(2026, 1, 1, 12, tzinfo=UTC))
    kept = entry(action="media.connect")
    assert kept.occurred_at == datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert kept.recorded_at > kept.occurred_at


@pytest.mark.django_db
def test_a_source_that_is_no_address_is_kept_as_none() -> None:
    record("room.end", source=Source("unix:", channel="celery"))
    assert entry(action="room.end").address is None


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_kept_although_nothing_else_changed() -> None:
    record_refusal("invite.redeem", source=SOURCE, reason="not_valid")
    assert Entry.objects.get().result == Result.REFUSED


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET reason = 'forged'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_an_entry(statement: str) -> None:
    record("room.open", source=SOURCE, reason="told")
    with (
        pytest.raises(DatabaseError, match="insert-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Entry.objects.get().reason == "told"


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"])
def test_sqlite_refuses_to_put_another_entry_in_the_place_of_one(verb: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no REPLACE, and its ON CONFLICT DO UPDATE is an update")
    kept = record("room.open", source=SOURCE, reason="told")
    columns = [str(field.column) for field in Entry._meta.concrete_fields]
    forged = ["'forged'" if name == "reason" else f'"{name}"' for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    with (
        pytest.raises(DatabaseError, match="insert-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"{verb} INTO audit_entry ({names}) SELECT {', '.join(forged)} FROM audit_entry")
    assert Entry.objects.get().pk == kept.pk
    assert Entry.objects.get().reason == "told"


@pytest.mark.django_db
def test_postgresql_refuses_to_truncate_the_log() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    record("room.open", source=SOURCE)
    with (
        pytest.raises(DatabaseError, match="insert-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE audit_entry")
    assert Entry.objects.count() == 1
