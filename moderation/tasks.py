"""Celery's part: the controls are checked and the server is watched, again and again."""

from celery import shared_task
from django.utils import timezone

from moderation.actions import closing, controls, triggers
from moderation.audit.source import Source
from moderation.review.watch import shape


@shared_task(name="moderation.check")
def check() -> None:
    """Check every control, every hour."""
    controls.check(timezone.now(), source=Source.internal("celery"))


@shared_task(name="moderation.watch")
def watch() -> None:
    """See whether a new assessment is due, every hour."""
    triggers.watch(shape(), now=timezone.now(), source=Source.internal("celery"))


@shared_task(name="moderation.keep_log")
def keep_log() -> None:
    """Take the log out once a suspended server has no live room left; every half minute."""
    closing.keep_log(timezone.now(), source=Source.internal("celery"))
