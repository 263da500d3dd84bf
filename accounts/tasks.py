"""What happens to people's data by itself, and their notifications on their way."""

from celery import shared_task
from django.utils import timezone

from accounts import actions, push
from accounts.actions.push import overdue
from moderation.audit.source import Source


@shared_task(name="accounts.forget")
def forget() -> None:
    """Forget the sessions that ran out; every hour, so that what `notices/` says of them is true."""
    actions.forget_sessions(now=timezone.now(), source=Source.internal("celery"))


@shared_task(name=push.TASK)
def deliver(pk: int) -> None:
    """Send one notification to one browser; done twice, it is sent once."""
    push.deliver(pk)


@shared_task(name="accounts.deliver_overdue")
def deliver_overdue() -> None:
    """Deliver what was left behind; every minute."""
    for pk in overdue(now=timezone.now()):
        push.hand_over(pk)
