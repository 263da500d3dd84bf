"""Celery's part: thin, repeatable."""

from celery import shared_task
from django.utils import timezone

from moderation.audit.source import Source
from rooms import leases
from rooms.actions.sweep import sweep


@shared_task(name="rooms.sweep", ignore_result=True)
def sweep_rooms() -> None:
    """Let the rules of presence happen. Runs every few seconds; a lost run is made good by the next."""
    sweep(leases.living, source=Source.internal("celery"), now=timezone.now())
