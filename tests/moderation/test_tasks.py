"""Celery's part: told numbers, and nothing else."""

import base64
import inspect
import json
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from config.celery import app
from moderation import tasks
from moderation.actions import alarm, deadlines, evidence, hints, reflexes, reviews, triage
from moderation.audit.source import Source
from moderation.cases import IDLE, State
from moderation.hearing import transcribe as transcribing
from moderation.models import Case, Hint, Kind, Step
from moderation.review.annex import Order
from tests.moderation.filed import Ear, a_case, a_track
from tests.moderation.hearing.speech import packets, tone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    ear = Ear("the canary sings")
    monkeypatch.setattr(transcribing, "chosen", lambda: ear)
    return ear


def _case(bob: User) -> Case:
    long_ago = timezone.now() - timedelta(seconds=30)
    case = a_case(bob, opened_at=long_ago, stepped_at=long_ago)
    a_track(case, packets(tone(2)))
    return case


def _messages() -> list[dict[str, Any]]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return [json.loads(message) for message in client.lrange("celery", 0, -1)]


def _redis() -> str:
    """Everything that is in there, as text."""
    reads = {b"list": ("LRANGE", 0, -1), b"hash": ("HGETALL",), b"set": ("SMEMBERS",), b"zset": ("ZRANGE", 0, -1)}
    kept = []
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        for key in client.keys("*"):
            command, *rest = reads.get(client.type(key), ("GET",))
            kept.append((key, client.execute_command(str(command), key, *rest)))
    return str(kept)


def test_the_sweep_starts_what_stands_still_by_its_number_alone(bob: User) -> None:
    case = _case(bob)
    tasks.sweep()
    (message,) = _messages()
    assert message["headers"]["task"] == "moderation.triage"
    args, named, _ = json.loads(base64.b64decode(message["body"]))
    assert (args, named) == ([case.pk], {})
    assert message["headers"]["expires"]


def test_the_sweep_finds_a_review_whose_task_was_lost_and_a_worker_makes_it(alice: User) -> None:
    now = timezone.now()
    review = reviews.ask(Order("cn", now - timedelta(days=30), now, alice.uid, now), source=Source.internal("command"))
    tasks.sweep()
    (message,) = _messages()
    assert message["headers"]["task"] == reviews.TASK
    tasks.make_review(review.pk)
    review.refresh_from_db()
    assert review.due_at is None
    assert review.annex
    tasks.sweep()
    assert len(_messages()) == 1


def test_nothing_that_was_said_is_in_redis_whatever_a_case_goes_through(bob: User, ear: Ear) -> None:
    case = _case(bob)
    tasks.sweep()
    tasks.go_on(case.pk)
    tasks.sweep()
    assert ear.asked == 1
    kept = _redis()
    assert "moderation.triage" in kept
    assert "canary" not in kept
    assert b"canary" not in b"".join(base64.b64decode(message["body"]) for message in _messages())


def test_every_task_of_ours_takes_numbers_of_rows_and_gives_nothing_back() -> None:
    ours = {name: task for name, task in app.tasks.items() if name.startswith(("moderation.", "audit.", "rooms."))}
    assert {"moderation.triage", "moderation.sweep", "moderation.expire"} <= ours.keys()
    for task in ours.values():
        told = inspect.signature(task.run)
        assert {parameter.annotation for parameter in told.parameters.values()} <= {int}
        assert told.return_annotation is None


def test_one_task_takes_a_case_through_all_its_steps(bob: User) -> None:
    tasks.go_on(_case(bob).pk)
    case = Case.objects.get()
    assert (case.step, case.state, Hint.objects.count()) == (Step.DONE, State.TRIAGED, 3)


def test_a_model_has_less_time_than_its_task_and_a_case_waits_no_longer_than_both() -> None:
    assert tasks.go_on.time_limit == 600
    assert hints.PATIENCE[Step.TRANSCRIBE].total_seconds() < tasks.go_on.time_limit


def test_the_sweep_lets_time_do_what_it_does_to_claims(alice: User, bob: User) -> None:
    a_case(bob, state=State.CLAIMED, holder=alice, held_at=timezone.now() - IDLE, step=Step.DONE)
    tasks.sweep()
    assert Case.objects.get().state == State.TRIAGED


def test_the_sweep_catches_up_what_was_passed_over(bob: User) -> None:
    case = _case(bob)
    Case.objects.update(step=Step.DONE, state=State.TRIAGED)
    tasks.sweep()
    (message,) = _messages()
    assert message["headers"]["task"] == "moderation.catch_up"
    tasks.catch_up(case.evidence.get().pk)
    assert Hint.objects.filter(kind=Kind.TRANSCRIPT).count() == 1


def test_the_sweep_closes_what_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(deadlines, "close_over", lambda now: told.append("close"))
    tasks.sweep()
    assert told == ["close"]


def test_reflexes_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(reflexes, "judge", lambda **_named: told.append("judge"))
    tasks.judge()
    assert told == ["judge"]


def test_the_staff_is_told_by_the_clock_of_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []
    monkeypatch.setattr(alarm, "remind", lambda now: told.append(timezone.is_aware(now)))
    tasks.remind()
    assert told == [True]


def test_what_is_over_goes_by_the_clock_the_case_last(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, bool]] = []
    for module, name in ((evidence, "expire"), (deadlines, "forget_addresses"), (deadlines, "forget")):
        monkeypatch.setattr(module, name, lambda now, name=name: told.append((name, timezone.is_aware(now))))
    tasks.expire()
    assert told == [("expire", True), ("forget_addresses", True), ("forget", True)]


def test_the_clock_calls_them() -> None:
    scheduled = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    ours = ("moderation.sweep", "moderation.expire", "moderation.judge", "moderation.keep_log", "moderation.remind")
    assert [scheduled[name] for name in ours] == [5.0, 60.0, 3600.0, 30.0, 30.0]
    assert tasks.go_on.name == triage.TASK
