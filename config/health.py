"""How the server is, for machines: alive, ready, which version, and its figures."""

import asyncio
import math
from collections.abc import Callable, Mapping
from contextvars import Context
from ipaddress import ip_address
from weakref import WeakKeyDictionary

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.backoff import NoBackoff
from redis.retry import Retry

from moderation.audit import pulse
from rooms import process
from rooms.roles import Refused

LASTS = 1.0
"""For so many seconds after the checks their answer is given again."""


class _Round:
    """One round of the checks, and until when (loop time) it is what everybody is told.

    It belongs to none of those who ask: one who hangs up neither ends it nor has it begun anew.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.until = math.inf
        self.found = loop.create_task(self._found(loop), context=Context())

    async def _found(self, loop: asyncio.AbstractEventLoop) -> Mapping[str, bool | str]:
        try:
            return await process.here().in_thread(_outcomes) | {"media": await media() or True, "jobs": jobs() or True}
        finally:
            self.until = loop.time() + LASTS


_rounds: WeakKeyDictionary[asyncio.AbstractEventLoop, _Round] = WeakKeyDictionary()


@login_not_required
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers; depends on nothing."""
    return JsonResponse({"ok": True})


@login_not_required
async def readyz(_request: HttpRequest) -> HttpResponse:
    """200 when every check passes, else 503; each check is named: true, or what is wrong.

    Anybody may ask: whoever asks within a second of somebody else has the same answer, so that no stranger has this
    process ask Redis and the database, and write to the log, as often as they like.
    """
    found = await _lately()
    ready = all(outcome is True for outcome in found.values())
    return JsonResponse({"ok": ready, **found}, status=200 if ready else 503)


@login_not_required
def version(_request: HttpRequest) -> HttpResponse:
    """The version that runs."""
    return JsonResponse({"version": settings.VERSION})


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """The Prometheus figures of this process, for loopback or for whoever bears STOA_METRICS_TOKEN."""
    if not _may_read_metrics(request):
        return HttpResponseForbidden("Forbidden\n", content_type="text/plain")
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _may_read_metrics(request: HttpRequest) -> bool:
    token = settings.STOA_METRICS_TOKEN
    if token and constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return True
    if "X-Forwarded-For" in request.headers:  # a proxy we do not know speaks for somebody else
        return False
    return ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0").is_loopback  # no address, not a bind


async def _lately() -> Mapping[str, bool | str]:
    """What the checks said within the last second; they run one at a time."""
    loop = asyncio.get_running_loop()
    last = _rounds.get(loop)
    if last is None or loop.time() >= last.until:
        last = _rounds[loop] = _Round(loop)
    return await asyncio.shield(last.found)


def _outcomes() -> dict[str, bool | str]:
    return {name: _outcome(check) for name, check in CHECKS.items()}


def _outcome(check: Callable[[], str]) -> bool | str:
    try:
        return check() or True
    except (DatabaseError, redis.RedisError, OSError) as error:
        return type(error).__name__


def database() -> str:
    """What is wrong with the database; empty when it answers. Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def migrations() -> str:
    """How many migrations wait; empty when none does. Raises DatabaseError."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} not applied" if waiting else ""


def log() -> str:
    """What is wrong with the audit log; empty when it takes an entry, which is taken back. Raises DatabaseError."""
    pulse.probe()
    return ""


def broker() -> str:
    """What is wrong with Redis or Valkey; empty when it answers. Raises RedisError."""
    with client() as asked:
        asked.ping()
    return ""


async def media() -> str:
    """What is wrong with the media side; empty when one that takes connections was heard within five seconds.

    The first answer of a web process waits up to two seconds for a word.
    """
    try:
        await process.here().media.taking()
    except Refused:
        return "no media process"
    return ""


def jobs() -> str:
    """Which of what this web process keeps running falls again and again; empty when none does."""
    falling = process.here().jobs.falling()
    return f"falling: {', '.join(falling)}" if falling else ""


def client() -> redis.Redis:
    """A client that gives up after two seconds."""
    never = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, retry=never)


CHECKS: Mapping[str, Callable[[], str]] = {
    "database": database,
    "migrations": migrations,
    "log": log,
    "redis": broker,
}
