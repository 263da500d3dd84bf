"""Celery's part: thin, repeatable, and told nothing but numbers of rows."""

from celery import shared_task
from django.utils import timezone

from moderation.actions import (
    alarm,
    closing,
    controls,
    deadlines,
    endings,
    evidence,
    late,
    reflexes,
    reviews,
    triage,
    triggers,
)
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


@shared_task(name=triage.TASK, ignore_result=True, time_limit=600)
def go_on(case: int) -> None:
    """Do what is to be done for a case now; killed anywhere, it is done again."""
    while triage.go_on(case, timezone.now()):
        pass


@shared_task(name=late.TASK, ignore_result=True, time_limit=600)
def catch_up(track: int) -> None:
    """Write down a track that was passed over."""
    late.catch_up(track, timezone.now())


@shared_task(name=reviews.TASK, ignore_result=True, time_limit=int(reviews.PATIENCE.total_seconds()))
def make_review(review: int) -> None:
    """Make a security review that somebody asked for."""
    reviews.make(review, now=timezone.now(), source=Source.internal("celery"))


@shared_task(name="moderation.sweep", ignore_result=True)
def sweep() -> None:
    """Start what stands still and end what has lasted long enough, every five seconds."""
    now = timezone.now()
    for case in triage.standing(now):
        triage.hand_over(case)
    late.hand_over()
    for review in reviews.standing(now):
        reviews.hand_over(review)
    deadlines.release_idle(now)
    deadlines.close_over(now)


@shared_task(name="moderation.remind", ignore_result=True)
def remind() -> None:
    """Tell the staff what has come to wait for them, every half minute."""
    alarm.remind(timezone.now())


@shared_task(name="moderation.judge", ignore_result=True)
def judge() -> None:
    """Turn off the reflexes that err too often, every hour."""
    reflexes.judge(now=timezone.now(), source=Source.internal("celery"))


@shared_task(name="moderation.expire", ignore_result=True)
def expire() -> None:
    """Destroy the evidence whose time is over, addresses that nothing waits for, and then the cases, every minute."""
    evidence.expire(timezone.now())
    deadlines.forget_addresses(timezone.now())
    deadlines.forget(timezone.now())


@shared_task(name="moderation.end_accounts", ignore_result=True)
def end_accounts() -> None:
    """Erase those whose accounts are closed, and what was written of them meanwhile, every minute."""
    endings.clear(timezone.now())
    endings.sweep(timezone.now())


@shared_task(name="moderation.forget_accounts", ignore_result=True)
def forget_accounts() -> None:
    """Let go of the rows that have no name and that nothing keeps, every hour."""
    endings.forget(timezone.now())


@shared_task(name="moderation.keep_log")
def keep_log() -> None:
    """Take the log out once a suspended server has no live room left; every half minute."""
    closing.keep_log(timezone.now(), source=Source.internal("celery"))
