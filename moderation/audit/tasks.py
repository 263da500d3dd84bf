"""Celery's part: thin, repeatable."""

from typing import Any

import structlog
from celery import Celery, shared_task
from celery.signals import worker_ready, worker_shutdown
from django.utils import timezone

from moderation.audit import hold, keys, pulse
from moderation.audit.cosign import cosign
from moderation.audit.prune import prune
from moderation.audit.pulse import Sign, Trouble
from moderation.audit.sequence import seal, seal_passed_over
from moderation.audit.source import Source
from moderation.audit.stream import send

_log = structlog.get_logger(__name__)
_HERE = Source.internal("celery")
QUEUE = "log"
"""What must not wait behind slower work, for a worker of its own."""


@shared_task(name="audit.seal", ignore_result=True)
def seal_log() -> None:
    """Put what waits under a signed checkpoint. Runs every other second; a lost run is made good by the next."""
    seal(timezone.now())


@shared_task(name="audit.look_back", ignore_result=True)
def look_back() -> None:
    """Seal what the log passed over, once an hour: it is slow, and keeps no other sealing waiting."""
    seal_passed_over(timezone.now())


@shared_task(name="audit.prune", ignore_result=True)
def prune_log() -> None:
    """Let the oldest entries go, once a day, and raise the alarm for each hold that somebody should have looked at."""
    now = timezone.now()
    for late in hold.overdue(now):
        _log.error("alarm", trouble=Trouble.HELD.value, hold=late.pk, review_at=f"{late.review_at:%Y-%m-%d}")
    prune(now, source=_HERE)


@shared_task(name="audit.cosign", ignore_result=True, soft_time_limit=60, time_limit=70)
def show_witnesses() -> None:
    """Have the witnesses cosign the newest checkpoint."""
    cosign(timezone.now())


@shared_task(name="audit.stream", ignore_result=True, soft_time_limit=60, time_limit=70)
def feed_collectors() -> None:
    """Send the collectors what they have not got yet."""
    send(timezone.now())


@shared_task(name="audit.beat", ignore_result=True)
def beat() -> None:
    """Show that this server lives, also when nobody acts."""
    pulse.give(Sign.BEAT, source=_HERE)


@shared_task(name="audit.watch", ignore_result=True)
def watch_log() -> None:
    """Raise the alarm within five seconds where the log cannot be written, or is sealed late."""
    for trouble in pulse.troubles():
        _log.error("alarm", trouble=trouble.value)


@worker_ready.connect
def began(sender: Any, **_kwargs: Any) -> None:
    """Note that the worker that seals the log began; nothing is left of keys that were being destroyed."""
    if _seals(sender.app):
        keys.tidy()
        pulse.give(Sign.START, source=_HERE)


@worker_shutdown.connect
def ended(sender: Any, **_kwargs: Any) -> None:
    """Note that it ended in order; a server that was killed says nothing, and its silence shows."""
    if _seals(sender.app):
        pulse.give(Sign.STOP, source=_HERE)


def _seals(app: Celery) -> bool:
    return QUEUE in app.amqp.queues.consume_from
