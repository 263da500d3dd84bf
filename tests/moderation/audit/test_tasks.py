"""Celery's part: each task does its one thing, and beat knows all of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from pytest_django.fixtures import Settings

from config.schedule import SCHEDULE
from moderation.audit import outgoing, tasks
from moderation.audit.destinations import Collector, Peer
from moderation.audit.models import Checkpoint, Leaf, Stream
from moderation.audit.outgoing import Reply
from tests.log import belated
from tests.moderation.audit.logs import WITNESS_KEY
from tests.moderation.audit.stored import write

pytestmark = pytest.mark.django_db
TASKS = ("seal", "cosign", "stream", "prune", "beat", "watch", "look_back")


def test_an_entry_is_sealed_shown_and_sent(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STOA_WITNESSES = [Peer("https://witness.example", WITNESS_KEY)]
    settings.STOA_LOG_STREAM = [Collector("https://siem.example/in", "jsonl")]
    monkeypatch.setattr(outgoing, "post", lambda url, *_: Reply(200 if "siem" in url else 503, "", b""))
    write(1)
    tasks.seal_log()
    tasks.show_witnesses()
    tasks.feed_collectors()
    assert Checkpoint.objects.get().size == 1
    assert {row.name.partition(" ")[0]: (row.cursor, row.error) for row in Stream.objects.all()} == {
        "witness": (0, "away"),
        "https://siem.example/in#jsonl": (1, ""),
    }


@pytest.mark.parametrize("task", [tasks.show_witnesses, tasks.feed_collectors])
def test_a_task_that_waits_for_others_outlasts_one_of_them_and_ends(task: Any) -> None:
    assert outgoing.PATIENCE + outgoing.DEADLINE < task.soft_time_limit < task.time_limit


def test_an_entry_that_came_late_is_sealed_by_the_look_back_alone() -> None:
    late = belated(timedelta(hours=1))
    tasks.seal_log()
    assert not Leaf.objects.filter(entry=late).exists()
    tasks.look_back()
    assert Leaf.objects.filter(entry=late).exists()


def test_beat_runs_every_task_of_the_log() -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {f"audit.{name}" for name in TASKS} <= scheduled


def test_only_what_is_short_goes_to_the_worker_that_seals() -> None:
    ours = [entry["task"] for entry in SCHEDULE.values() if "queue" in entry["options"]]
    assert ours == ["audit.seal", "audit.watch", "audit.beat"]
    queues = {entry["options"].get("queue") for entry in SCHEDULE.values()}
    assert queues == {None, tasks.QUEUE}
