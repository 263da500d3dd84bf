"""Browsers that show notifications, and what is on its way to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.actions.base import note
from accounts.models import Notification, PushSubscription, User
from accounts.standing import suspended
from moderation.audit.source import Source

MOST = 20  # browsers of one person; the oldest gives way
PATIENCE = timedelta(minutes=1)  # between two tries
TRIED = timedelta(days=1)  # a push service that is away for longer is tried no more
LONGEST = timedelta(weeks=4)  # for which a push service waits for a browser


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a browser is reached, and what to seal its messages with (base64url, RFC 8291)."""

    session_key: str
    endpoint: str
    p256dh: str
    auth: str


@transaction.atomic
def subscribe(user: User, browser: Browser, *, now: datetime, source: Source) -> None:
    """Show `user`'s notifications on this browser, and nobody else's; asked again, only its keys are renewed."""
    keys = {"session_key": browser.session_key, "p256dh": browser.p256dh, "auth": browser.auth}
    mine = PushSubscription.objects.filter(user=user)
    same = mine.filter(endpoint=browser.endpoint)
    if same.filter(**keys).exists():
        return
    if same.update(**keys):
        note("push.renew", user, source)
        return
    PushSubscription.objects.filter(endpoint=browser.endpoint).delete()
    PushSubscription.objects.create(user=user, endpoint=browser.endpoint, created_at=now, **keys)
    kept = mine.order_by("-created_at", "-pk").values_list("pk", flat=True)[:MOST]
    mine.exclude(pk__in=list(kept)).delete()
    note("push.subscribe", user, source)


@transaction.atomic
def unsubscribe(user: User, endpoint: str, *, source: Source) -> None:
    """Show nothing on this browser any more; without a subscription nothing changes."""
    gone, _ = PushSubscription.objects.filter(user=user, endpoint=endpoint).delete()
    if gone:
        note("push.unsubscribe", user, source)


def forget_session(session_key: str) -> None:
    """Forget the browsers of a session that is over; its end is recorded by whoever ended it."""
    PushSubscription.objects.filter(session_key=session_key).delete()


def forget_person(user: User) -> None:
    """Forget every browser of `user`, whose sessions end; the one that stays tells of itself again."""
    PushSubscription.objects.filter(user=user).delete()


@transaction.atomic
def announce(
    user: User, title: str, body: str, url: str, *, until: datetime, now: datetime, source: Source
) -> list[int]:
    """The rows, one for each browser of `user`, that `deliver` is to work on; none for whoever is suspended.

    From `until` on they are no news any more, and reach nobody.
    """
    if suspended(user, now):
        return []
    browsers = list(PushSubscription.objects.filter(user=user))
    words = {"title": title[:200], "body": body[:300], "url": url}
    times = {"created_at": now, "due_at": now, "expires_at": min(until, now + LONGEST)}
    rows = Notification.objects.bulk_create(Notification(subscription=one, **words, **times) for one in browsers)
    if rows:
        note("push.send", user, source, browsers=len(rows), notification=rows[0].pk)
    return [row.pk for row in rows]


def claim(pk: int, *, now: datetime) -> Notification | None:
    """The row, for the caller alone until it is due again; None where somebody else has it, or it is gone or stale."""
    if not Notification.objects.filter(pk=pk, due_at__lte=now, expires_at__gt=now).update(due_at=now + PATIENCE):
        return None
    return Notification.objects.select_related("subscription__user").filter(pk=pk).first()


def done(row: Notification) -> None:
    """Forget what was sent."""
    Notification.objects.filter(pk=row.pk).delete()


@transaction.atomic
def gone(subscription: PushSubscription, *, source: Source) -> None:
    """Forget a browser that its push service does not know any more; once, however many letters came back."""
    forgotten, _ = PushSubscription.objects.filter(pk=subscription.pk).delete()
    if forgotten:
        note("push.gone", subscription.user, source)


def overdue(*, now: datetime) -> list[int]:
    """The rows whose task was lost or whose push service was away; those that are no news are deleted."""
    Notification.objects.filter(Q(expires_at__lte=now) | Q(created_at__lt=now - TRIED)).delete()
    return list(Notification.objects.filter(due_at__lte=now).order_by("pk").values_list("pk", flat=True)[:500])
