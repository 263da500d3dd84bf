"""Attack 4: the log is to fall silent. Queues are emptied, Redis is flushed, the sequencer stands still, sinks hang."""

import io
import json
import socket
import time
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django.fixtures import Settings

from moderation.audit import check, export, outgoing, tasks
from moderation.audit.destinations import Collector, Peer
from moderation.audit.models import Entry, Label, Leaf, Stream
from moderation.audit.outgoing import Reply
from moderation.audit.record import record, record_refusal
from moderation.audit.sequence import seal, seal_passed_over, waited
from moderation.audit.source import Source
from tests.log import aged, belated, many
from tests.moderation.audit.logs import WITNESS_KEY

pytestmark = pytest.mark.django_db


def test_emptying_redis_and_every_queue_loses_no_entry() -> None:
    many(5)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushall()
    assert seal(timezone.now()) == 5
    assert Leaf.objects.count() == Entry.objects.count()


def test_without_redis_an_entry_is_written_and_sealed(settings: Settings) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "unix:///nowhere.sock"
    many(2)
    assert seal(timezone.now()) == 2


def test_a_sequencer_that_stands_still_is_told_by_figure_and_by_verification() -> None:
    written = record("room.open", source=Source.internal("command"))
    aged(written, timedelta(minutes=5))
    assert waited() >= timedelta(minutes=5)
    assert any("wait for longer than a minute" in fault for fault in check.faults(timezone.now()))
    seal(timezone.now())
    assert waited() == timedelta()


def test_an_entry_that_was_late_for_hours_is_told_and_sealed_all_the_same() -> None:
    late = belated(timedelta(hours=5))
    assert [fault for fault in check.faults(timezone.now()) if f"entry {late} " in fault]
    assert seal_passed_over(timezone.now()) == 1
    assert list(check.faults(timezone.now())) == []


@pytest.mark.parametrize("age", [timedelta(minutes=11), timedelta(0), timedelta(days=-1)])
def test_no_number_that_somebody_chose_keeps_later_entries_out_of_the_tree(age: timedelta) -> None:
    (first,) = many(1)
    chosen(first + 1000, age)
    assert (seal(timezone.now()), seal(timezone.now())) == (2, 0)
    chosen(first + 1, timedelta(0))
    assert seal(timezone.now()) == 1
    assert list(check.faults(timezone.now())) == []


def chosen(number: int, age: timedelta) -> None:
    """An entry under a number of somebody's choice, as if it were so old."""
    (like,) = Entry.objects.order_by("pk")[:1].values()
    Entry.objects.create(**like | {"id": number, "event": f"{number:032x}", "recorded_at": Now() - age})


def test_a_witness_and_collectors_that_hang_hold_a_worker_for_a_moment_and_the_log_goes_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "DEADLINE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as hanging:  # connects everybody, and never says a word
        place = f"127.0.0.1:{hanging.getsockname()[1]}"
        settings.STOA_WITNESSES = [Peer(f"http://{place}", WITNESS_KEY)]
        settings.STOA_LOG_STREAM = [Collector.parse(f"{scheme}://{place}") for scheme in ("http", "syslog+tcp")]
        many(3)
        assert seal(timezone.now()) == 3
        begun = time.monotonic()
        tasks.show_witnesses()
        tasks.feed_collectors()
        assert time.monotonic() - begun < outgoing.PATIENCE
        many(2)
        assert seal(timezone.now()) == 2
    assert [(row.cursor, bool(row.error)) for row in Stream.objects.all()] == [(0, True)] * 3


@pytest.mark.parametrize("box", [b"", b"short", bytes(60)])
def test_a_label_that_we_did_not_seal_keeps_nothing_from_being_read_taken_out_or_sent(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, box: bytes
) -> None:
    by_alice, by_bob = (record("room.open", source=Source("192.0.2.7"), actor=name).pk for name in ("alice", "bob"))
    seal(timezone.now())
    Label.objects.create(entry=by_alice, person=Label.objects.get(entry=by_bob).person, part=1, box=box)
    sent: list[bytes] = []

    def post(_url: str, body: bytes, _headers: object) -> Reply:
        sent.append(body)
        return Reply(200, "", b"")

    monkeypatch.setattr(outgoing, "post", post)
    settings.STOA_LOG_STREAM = [Collector.parse("https://siem.example/in")]
    tasks.feed_collectors()
    assert [json.loads(line)["actor"] for line in b"".join(sent).splitlines()] == ["alice", "bob"]
    assert export.export(io.BytesIO(), now=timezone.now()) == 2
    assert export.openings([Entry.objects.get(pk=by_alice)], "bob") == [{}]


def test_updating_entries_by_query_changes_nothing() -> None:
    many(3)
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        Entry.objects.update(action="nothing.happened")
    assert set(Entry.objects.values_list("action", flat=True)) == {"room.open"}


@pytest.mark.django_db(transaction=True)
def test_a_refusal_that_cannot_be_written_is_not_passed_over_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("moderation.audit.record._write", full)
    with pytest.raises(DatabaseError):
        record_refusal("invite.redeem", source=Source("192.0.2.7"))
