"""Web Push: words for a person's browsers, through the push services those browsers chose.

What is said stands in rows until it is sent; Celery is told their numbers only. No library: the one there is brings two
HTTP clients, and follows redirects (docs/decisions.md).
"""

import http.client
import json
import re
import secrets
import ssl
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import structlog
from celery import current_app
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import vapid
from accounts.actions import push as acts
from accounts.models import Notification, User
from accounts.sealing import CURVE, SALT, seal
from moderation.audit.source import Source

TASK = "accounts.deliver"
PATIENCE = 10  # seconds for a push service to answer
GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
AWAY = 0  # instead of a status: the push service did not answer

_HOST = re.compile(r"[a-z0-9.-]+(:[0-9]{1,5})?")
_log = structlog.get_logger(__name__)


def trusted(endpoint: str) -> bool:
    """Whether the endpoint is one of a push service we know: we would ask whatever address it names."""
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        return False
    host = parts.netloc
    known = any(host == name or (name[0] == "." and host.endswith(name)) for name in settings.PUSH_HOSTS)
    return known and parts.scheme == "https" and _HOST.fullmatch(host) is not None and endpoint.isascii()


def send(user: User, title: str, body: str, url: str, until: datetime) -> None:
    """Show this on every browser on which `user` wants notifications; `url` is a path of ours, opened by a tap.

    A browser that is off until then, and longer than `acts.LONGEST`, never shows it: each kind of news has its own end.

    Whether they want to hear of such things at all (`notify_reminders`, `notify_openings`) is for the caller to ask, as
    is to say it in their language.
    """
    source = Source.internal("celery")
    rows = acts.announce(user, title, body, url, until=until, now=timezone.now(), source=source)
    for pk in rows:
        transaction.on_commit(lambda pk=pk: hand_over(pk), robust=True)  # type: ignore[misc]  # one argument, given


def hand_over(pk: int) -> None:
    """Have a worker deliver this row; if that message is lost, the sweep finds the row."""
    current_app.send_task(TASK, [pk])


def deliver(pk: int) -> None:
    """Send the row to its browser, once; what a push service cannot take now is left for the sweep."""
    row = acts.claim(pk, now=timezone.now())
    if row is None:
        return
    status = _post(row) if row.subscription.user.is_active and trusted(row.subscription.endpoint) else HTTPStatus.GONE
    if status in GONE:
        acts.gone(row.subscription, source=Source.internal("celery"))
    elif status != AWAY and status != HTTPStatus.TOO_MANY_REQUESTS and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        acts.done(row)
    if status >= HTTPStatus.BAD_REQUEST or status == AWAY:
        _log.warning("push_refused", status=int(status), host=urlsplit(row.subscription.endpoint).netloc)


def _post(row: Notification) -> int:
    """The status that the push service answers, or `AWAY`. No redirect is followed."""
    browser, parts = row.subscription, urlsplit(row.subscription.endpoint)
    words = json.dumps({"title": row.title, "body": row.body, "url": row.url}, ensure_ascii=False).encode()
    now = timezone.now()
    key, salt = ec.generate_private_key(CURVE), secrets.token_bytes(SALT)
    headers = {
        "Authorization": vapid.authorization(browser.endpoint, now),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(0, int((row.expires_at - now).total_seconds()))),
        "Urgency": "high",
    }
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection = http.client.HTTPSConnection(parts.netloc, timeout=PATIENCE, context=ssl.create_default_context())
    try:
        sealed = seal(words, browser.p256dh, browser.auth, key=key, salt=salt)
        connection.request("POST", path, sealed, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return AWAY
    finally:
        connection.close()
