"""How an entry gets into the audit log: inside the caller's transaction, or not at all."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, TypedDict, Unpack

import structlog
from django.db import connection, transaction
from django.utils import timezone

from moderation.audit.models import Entry, Result
from moderation.audit.source import Source

_log = structlog.get_logger(__name__)

# Written with every act: Django would compose it each time, for ten times what the database takes.
_FIELDS = [field for field in Entry._meta.concrete_fields if field.name not in ("id", "recorded_at")]  # noqa: SLF001
_COLUMNS, _MARKS = ", ".join(field.attname for field in _FIELDS), ", ".join(["%s"] * len(_FIELDS))
_INSERT = f"INSERT INTO audit_entry ({_COLUMNS}) VALUES ({_MARKS}) RETURNING id"  # noqa: S608  # our own names alone


class Act(TypedDict, total=False):
    """What may be said of an act. Ids only: never a name, an invite code, a token or anybody's words."""

    actor: str
    role: str
    object_type: str
    object_id: str
    room: str
    reason: str
    detail: Mapping[str, Any]


def record(action: str, *, source: Source, result: Result = Result.OK, **act: Unpack[Act]) -> Entry:
    """The new entry for `action`, committed or rolled back together with the change it tells of.

    Raises `RuntimeError` outside a transaction: an entry that can be written without its change, or a change without
    its entry, is what this log exists to rule out.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit.record belongs inside the transaction of the change it records")
    return _insert(action, source, result, act)


def record_refusal(action: str, *, source: Source, **act: Unpack[Act]) -> Entry:
    """The new entry for a refused act, in a transaction of its own: nothing else changed."""
    with transaction.atomic():
        entry = _insert(action, source, Result.REFUSED, act)
    _log.warning("refused", action=action, reason=entry.reason, entry=entry.pk)
    return entry


def _insert(action: str, source: Source, result: Result, act: Act) -> Entry:
    entry = Entry(
        occurred_at=timezone.now(),
        action=action,
        result=result,
        address=_address(source.address),
        port=source.port,
        destination=source.destination[:120],
        user_agent=source.user_agent,
        channel=source.channel,
        **act,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT, [field.get_db_prep_save(getattr(entry, field.attname), connection) for field in _FIELDS]
        )
        (entry.pk,) = cursor.fetchone()
    return entry


def _address(text: str) -> str | None:
    """The address in the form every database stores; None for what is no address (a unix socket's peer)."""
    try:
        return str(ip_address(text))
    except ValueError:
        return None
