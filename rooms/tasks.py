"""Celery's part: thin, repeatable."""

from celery import shared_task
from django.utils import timezone

from moderation.audit.source import Source
from rooms import leases, reminders
from rooms.actions.reminders import end, send, tell
from rooms.actions.sweep import sweep


@shared_task(name="rooms.sweep", ignore_result=True)
def sweep_rooms() -> None:
    """Let the rules of presence happen. Runs every few seconds; a lost run is made good by the next."""
    sweep(leases.living, source=Source.internal("celery"), now=timezone.now())


@shared_task(name="rooms.remind", ignore_result=True)
def remind() -> None:
    """Tell those who asked that a room moved or was called off, and them or those who know its host that it starts.

    Each row is marked as it is sent: a run that dies is made good.
    """
    now, source = timezone.now(), Source.internal("celery")
    for pk in reminders.changed():
        tell(pk, source=source, now=now)
    for pk in reminders.due(now):
        send(pk, source=source, now=now)
    for pk in reminders.over(now):
        end(pk, source=source)
