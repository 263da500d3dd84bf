"""Celery's part: thin, repeatable."""

from celery import shared_task
from django.utils import timezone

from moderation.audit.cosign import cosign
from moderation.audit.prune import prune
from moderation.audit.sequence import seal
from moderation.audit.source import Source
from moderation.audit.stream import send


@shared_task(name="audit.seal", ignore_result=True)
def seal_log() -> None:
    """Put what waits under a signed checkpoint. Runs every other second; a lost run is made good by the next."""
    seal(timezone.now())


@shared_task(name="audit.prune", ignore_result=True)
def prune_log() -> None:
    """Let the oldest entries go, once a day."""
    prune(timezone.now(), source=Source.internal("celery"))


@shared_task(name="audit.cosign", ignore_result=True)
def show_witnesses() -> None:
    """Have the witnesses cosign the newest checkpoint."""
    cosign(timezone.now())


@shared_task(name="audit.stream", ignore_result=True)
def feed_collectors() -> None:
    """Send the collectors what they have not got yet."""
    send(timezone.now())
