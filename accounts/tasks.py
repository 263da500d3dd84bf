"""What happens to people's data by itself, and their notifications on their way."""

from celery import shared_task
from django.utils import timezone

from accounts import actions, push
from accounts.actions.push import overdue
from accounts.actions.standing import forget_devices
from moderation.audit.source import Source


@shared_task(name="accounts.forget")
def forget() -> None:
    """Forget what ran out (sessions, barred browsers); every hour, so that what `notices/` says of them is true."""
    now, source = timezone.now(), Source.internal("celery")
    actions.forget_sessions(now=now, source=source)
    forget_devices(now=now, source=source)


@shared_task(name=push.TASK)
def deliver(pk: int) -> None:
    """Send one notification to one browser; done twice, it is sent once."""
    push.deliver(pk)


@shared_task(name="accounts.deliver_overdue")
def deliver_overdue() -> None:
    """Deliver what was left behind; every minute."""
    for pk in overdue(now=timezone.now()):
        push.hand_over(pk)
