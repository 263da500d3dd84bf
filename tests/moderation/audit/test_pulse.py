"""Tests of moderation.audit.pulse, and of the tasks that give signs of life and raise the alarm."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from celery import Celery
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from structlog.testing import capture_logs

from moderation.audit import pulse, tasks
from moderation.audit.models import Entry
from moderation.audit.pulse import Sign, Trouble
from moderation.audit.record import record
from moderation.audit.source import Source
from tests.log import aged, entries, many

pytestmark = pytest.mark.django_db

HERE = Source.internal("celery")
MINUTE = timedelta(minutes=1)


def signs(*given: tuple[Sign, int]) -> tuple[int, timedelta]:
    """What is heard of a server that gave these signs so many minutes ago."""
    for sign, ago in given:
        pulse.give(sign, source=HERE)
        aged(Entry.objects.latest("pk"), ago * MINUTE)
    count, longest = pulse.silence(timezone.now() - timedelta(days=1), timezone.now())
    return count, timedelta(minutes=round(longest / MINUTE))


def consuming(queue: str) -> SimpleNamespace:
    """What Celery's signals give as their sender: a worker that takes from this queue."""
    app = Celery(set_as_current=False)
    app.amqp.queues.select([queue])
    return SimpleNamespace(app=app)


def test_a_server_that_began_beats_and_ends_and_says_how_long_the_log_was() -> None:
    sealer, worker = consuming("log"), consuming("celery")
    tasks.began(sealer)
    tasks.began(worker)
    tasks.beat()
    tasks.ended(worker)
    tasks.ended(sealer)
    assert [one.action for one in entries()] == ["server.start", "server.beat", "server.stop"]
    assert {one.detail["size"] for one in entries()} == {0}


def test_the_longest_silence_is_found() -> None:
    assert signs((Sign.START, 40), (Sign.BEAT, 35), (Sign.BEAT, 10), (Sign.BEAT, 5)) == (4, 25 * MINUTE)


def test_a_server_that_was_ended_may_be_silent() -> None:
    assert signs((Sign.START, 90), (Sign.STOP, 85), (Sign.START, 5)) == (3, 5 * MINUTE)


def test_a_server_that_fell_silent_is_silent_until_now() -> None:
    assert signs((Sign.BEAT, 60)) == (1, 60 * MINUTE)


def test_a_server_that_fell_silent_before_the_day_began_is_silent_from_then_on() -> None:
    day = 24 * 60
    assert signs((Sign.BEAT, day + 30), (Sign.START, 60), (Sign.BEAT, 5)) == (2, (day - 60) * MINUTE)


def test_a_server_that_was_ended_before_the_day_began_may_be_silent() -> None:
    day = 24 * 60
    assert signs((Sign.START, day + 30), (Sign.STOP, day + 20), (Sign.START, 10)) == (1, 10 * MINUTE)


def test_how_long_nothing_was_heard_is_told_without_whatever_fell_silent() -> None:
    assert pulse.silent() is None
    signs((Sign.START, 60), (Sign.BEAT, 25))
    silent = pulse.silent()
    assert silent is not None
    assert round(silent / MINUTE) == 25


def test_where_nothing_was_heard_nothing_is_claimed() -> None:
    assert signs() == (0, timedelta())


def test_entries_that_wait_are_trouble_after_a_minute() -> None:
    many(1)
    assert pulse.troubles() == []
    aged(record("room.open", source=HERE), 2 * MINUTE)
    aged(Entry.objects.earliest("pk"), 2 * MINUTE)
    with capture_logs() as lines:
        tasks.watch_log()
    assert [line["trouble"] for line in lines] == [Trouble.LATE]


def test_a_log_that_cannot_be_written_is_an_alarm_within_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("moderation.audit.record._write", full)
    with capture_logs() as lines:
        tasks.watch_log()
    assert [(line["log_level"], line["trouble"]) for line in lines] == [("error", Trouble.UNWRITABLE)]
    assert settings.CELERY_BEAT_SCHEDULE["watch_log"] == {
        "task": "audit.watch",
        "schedule": 2.0,
        "options": {"expires": 2.0, "queue": tasks.QUEUE},
    }
