"""What happens to people's data by itself."""

from celery import shared_task
from django.utils import timezone

from accounts import actions
from moderation.audit.source import Source


@shared_task(name="accounts.forget")
def forget() -> None:
    """Forget the sessions that ran out; every hour, so that what `notices/` says of them is true."""
    actions.forget_sessions(now=timezone.now(), source=Source.internal("celery"))
