"""What of an entry goes into the tree: its public fields as they are, its personal ones as salted commitments."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

from moderation.audit.canonical import CanonicalError, canonical
from moderation.audit.verify import LEAF_SIZE

SCHEMA = 4
SALT = 16  # bytes

PUBLIC = (
    "schema",
    "event",
    "severity",
    "occurred_at",
    "recorded_at",
    "kind",
    "role",
    "action",
    "object_type",
    "object_id",
    "room",
    "case",
    "policy",
    "result",
    "reason",
    "automated",
    "model",
    "score",
    "basis",
    "purpose",
    "consent",
    "factors",
    "channel",
    "correlation",
    "clock",
    "host",
    "version",
    "evidence",
    "detail",
    "commitments",
)
PERSONAL = (
    *("actor", "object", "second", "address", "port", "destination", "user_agent", "session", "sought"),
    *("before", "after"),
)


def leaf(fields: Mapping[str, object]) -> bytes:
    """The bytes of the leaf: the public `fields` as canonical JSON. A field that is empty or false is left out."""
    told = ((name, fields[name]) for name in PUBLIC)
    data = canonical({name: _plain(value) for name, value in told if says(value)})
    if len(data) > LEAF_SIZE:
        raise CanonicalError("more than 65,535 bytes")
    return data


def leaf_of(fields: Mapping[str, object]) -> bytes:
    """The leaf of an entry that is in the log. One that no honest caller wrote gets a hash in the place of its detail,
    and of all else that has a form of its own if need be: it must not keep those after it out of the tree.
    """
    if not isinstance(fields["commitments"], dict):  # which every reader takes for an object
        fields = {**fields, "commitments": _unreadable(fields["commitments"])}
    for names in ((), ("detail",)):
        with suppress(CanonicalError):
            return leaf({**fields, **{name: _unreadable(fields[name]) for name in names}})
    return leaf({**fields, **{name: _unreadable(fields[name]) for name in ("detail", "evidence", "commitments")}})


def _unreadable(value: object) -> dict[str, str]:
    return {"unreadable": hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()}


def stamp(moment: datetime) -> str:
    """The moment in UTC, always with six decimals: `2026-11-25T19:46:01.123456Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(value: object) -> object:
    return stamp(value) if isinstance(value, datetime) else value


def says(value: object) -> bool:
    """Whether a field of this value says something: not, where it is empty or false; a number of nothing does."""
    return bool(value) or (value == 0 and value is not False)
