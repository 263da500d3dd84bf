"""How an entry gets into the audit log: inside the caller's transaction, or not at all."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypedDict, Unpack
from weakref import WeakKeyDictionary

import psycopg
import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from moderation.audit import clock, sealing
from moderation.audit.canonical import CanonicalError, canonical
from moderation.audit.models import Entry, Kind, Result, Severity
from moderation.audit.purpose import purpose_of
from moderation.audit.sealing import Draft, secrets
from moderation.audit.source import Source, correlation

_log = structlog.get_logger(__name__)

DETAIL = 16_384  # bytes
_SEVERITY = {Result.OK: Severity.INFO, Result.REFUSED: Severity.WARNING, Result.FAILED: Severity.ERROR}
_SEALED = frozenset({"actor", "second", "sought", "before", "after"})
_HOST = platform.node()[:60]


class Grounds(TypedDict, total=False):
    """Why, and in what office, a restriction is imposed: what whoever decides hands on to whoever carries it out."""

    role: str
    case: str
    policy: str
    basis: str
    reason: str
    automated: bool


class Act(Grounds, total=False):
    """What may be said of an act. Ids only: never a name, an invite code, a token or anybody's words.

    `actor`, `second` (who approved, who invited) and, for the types in `sealing.PERSONS`, `object_id` are ids of
    persons: they are sealed, and so is `sought`, an address that somebody looked for. Of `before` and `after`, what an
    object was and became, the log keeps a sealed hash. The rest is for all who read the log, and never erased: put no
    person's id there. `consent` is the version of the text agreed to, `evidence` the digests of what was sealed;
    `occurred_at` is given for what is written down later than it happened.
    """

    actor: str
    second: str
    sought: str
    purpose: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    object_type: str
    object_id: str
    room: str
    model: str
    score: int | None
    severity: Severity
    consent: str
    evidence: list[str]
    occurred_at: datetime
    detail: Mapping[str, Any]


class Written(NamedTuple):
    """Where an entry is found again: its row, and the name that is its own in every copy of the log."""

    pk: int
    event: str


def record(action: str, *, source: Source, result: Result = Result.OK, **act: Unpack[Act]) -> Written:
    """The new entry for `action`, committed or rolled back together with the change it tells of.

    Raises `RuntimeError` outside a transaction: an entry that can be written without its change, or a change without
    its entry, is what this log exists to rule out. Raises `CanonicalError` for a `detail` that JSON readers would
    disagree about.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("audit.record belongs inside the transaction of the change it records")
    return _insert(action, source, result, act)


def record_refusal(action: str, *, source: Source, **act: Unpack[Act]) -> Written:
    """The new entry for a refused act, in a transaction of its own: nothing else changed."""
    with transaction.atomic():
        entry = _insert(action, source, Result.REFUSED, act)
    _log.warning("refused", action=action, reason=act.get("reason", ""), entry=entry.pk)
    return entry


def _insert(action: str, source: Source, result: Result, act: Act) -> Written:
    if "detail" in act and len(canonical(dict(act["detail"]))) > DETAIL:
        raise CanonicalError("a detail of more than 16 KiB")
    event, found = os.urandom(16).hex(), secrets(source, act)
    told = {
        "event": event,
        "occurred_at": timezone.now(),
        "severity": _SEVERITY[result],
        "kind": _kind(source, act),
        "action": action,
        "purpose": purpose_of(action),
        "result": result,
        "factors": source.factors,
        "channel": source.channel,
        "correlation": correlation.get(),
        "clock": clock.state(),
        "host": _HOST,
        "version": settings.VERSION,
        "commitments": {field: secret.commitment for field, secret in found.items()},
        **{name: value for name, value in act.items() if name not in _SEALED},
    }
    if "object" in found:
        del told["object_id"]
    pk, late = _write(told, sealing.drafts(event, found))
    for draft in late:
        sealing.write_anew(pk, event, found, draft)
    return Written(pk, event)


def _kind(source: Source, act: Act) -> Kind:
    if act.get("actor"):
        return Kind.PERSON
    if source.address:
        return Kind.STRANGER
    return Kind.OPERATOR if source.channel == "command" else Kind.SERVER


def _write(told: Mapping[str, Any], drafts: Sequence[Draft]) -> tuple[int, list[Draft]]:
    """Insert the row and its labels: its id, and those labels whose person has another key by now.

    Constant statements, at half the price of the ORM's. What an entry does not say is written into them: most entries
    say little, and every value costs on its way.
    """
    database = transaction.get_connection()
    said = frozenset([name for name, value in told.items() if value != _UNSAID[name]])
    if database.vendor == "postgresql" and drafts:
        return _write_at_once(database, said, [told[name] for name in _FIELDS if name in said], drafts)
    with database.cursor() as cursor:
        values = [field.get_db_prep_save(told[name], database) for name, field in _FIELDS.items() if name in said]
        cursor.execute(_insert_of(said), values)
        (pk,) = cursor.fetchone()
    return pk, [draft for draft in drafts if not sealing.write(pk, draft)]


def _write_at_once(
    database: Any, said: frozenset[str], values: Sequence[Any], drafts: Sequence[Draft]
) -> tuple[int, list[Draft]]:
    """On PostgreSQL a single statement, since the way there costs; prepared, since planning costs as much again.

    All as text, since psycopg has to look for every other type anew, and knows none where the cursor is new.
    """
    values = [_text(value) for value in (*values, *(cell for draft in drafts for cell in _cells(draft)))]
    with database.wrap_database_errors:
        cursor = _cursor(database)
        cursor.execute(_at_once(said, len(drafts)), values, prepare=True)
        ((pk, persons),) = cursor.fetchall()
    return pk, [draft for draft in drafts if draft.who.id not in persons]


def _cursor(database: Any) -> psycopg.Cursor[Any]:
    """The cursor that a thread's connection keeps for the log."""
    kept = _cursors.get(database)
    if kept is None or kept.connection is not database.connection:
        kept = _cursors[database] = psycopg.Cursor(database.connection)
    return kept


@lru_cache
def _at_once(said: frozenset[str], persons: int) -> bytes:
    """The statement that writes an entry which says these fields, and the labels of so many persons."""
    return (_AT_ONCE % (_insert_of(said), ", ".join([_LABEL] * persons))).encode()


@lru_cache
def _insert_of(said: frozenset[str]) -> str:
    """The statement that writes an entry which says these fields."""
    values = ", ".join("%s" if name in said else _literal(_UNSAID[name]) for name in _FIELDS)
    return f"INSERT INTO audit_entry ({_COLUMNS}) VALUES ({values}) RETURNING id"  # noqa: S608  # our own names


def _literal(value: object) -> str:
    """A value that an entry has where nothing is said, as SQL."""
    if value is None or isinstance(value, bool | int):
        return str(value).replace("None", "NULL")
    return f"'{value if isinstance(value, str) else json.dumps(value)}'"


def _cells(draft: Draft) -> tuple[int | bytes | None, ...]:
    return draft.who.id, draft.who.token, draft.part, draft.address, draft.box


def _text(value: object) -> str | None:
    """A value as PostgreSQL reads it from text."""
    if type(value) is str or value is None:
        return value
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


_ALL = Entry._meta.concrete_fields  # noqa: SLF001  # documented
_FROM_DATABASE = ("id", "recorded_at")
_FIELDS = {field.attname: field for field in _ALL if field.name not in _FROM_DATABASE}
_COLUMNS = ", ".join(f'"{name}"' for name in _FIELDS)
_UNSAID = {name: field.get_default() for name, field in _FIELDS.items()}
_cursors: WeakKeyDictionary[Any, psycopg.Cursor[Any]] = WeakKeyDictionary()
_LABEL = "(%s::bigint, %s::bytea, %s::int, %s::bytea, %s::bytea)"
# An erasure in another transaction waits until this one has ended.
_AT_ONCE = """
WITH entry AS (%s), label AS (
  INSERT INTO audit_label (entry, person, part, address, box)
  SELECT entry.id, person.id, told.part, told.address, told.box
  FROM entry, (VALUES %s) AS told (person, token, part, address, box)
  JOIN audit_personkey AS person ON person.id = told.person AND person.token = told.token
  FOR KEY SHARE OF person
  RETURNING person
)
SELECT id, ARRAY(SELECT person FROM label) FROM entry
"""
