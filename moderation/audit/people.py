"""Keys of persons: what the log says of somebody is sealed under a key of theirs, which can be destroyed."""

import hmac
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection

from moderation.audit import keys
from moderation.audit.models import PersonKey
from moderation.audit.verify import canonical

REMEMBERED = 10_000  # keys of persons a process keeps at hand
_NONCE = 12
_TRIES = 3

_FIND = "SELECT id, box FROM audit_personkey WHERE token = %s"
# Nobody gets a key under a master key that a rotation has replaced meanwhile.
_ADD = """
INSERT INTO audit_personkey (token, master, box)
SELECT %s, %s, %s WHERE NOT EXISTS (SELECT 1 FROM audit_personkey WHERE master <> %s)
ON CONFLICT (token) DO NOTHING
RETURNING id
"""


@dataclass(frozen=True)
class Person:
    """Somebody's key in the log. `uid` is who it is, `id` and `token` where the key is kept."""

    id: int
    token: bytes
    uid: str
    key: bytes

    def seal(self, fields: Mapping[str, list[str | int]], event: str) -> bytes:
        """The box with `fields`, which opens only with this key and as part of this `event`."""
        return sealed(self._cipher, canonical(fields).encode(), event.encode())

    def open(self, box: bytes, event: str) -> dict[str, list[object]]:
        """What `seal` put into the box; raises `InvalidTag` for the box of another person or event."""
        fields: dict[str, list[object]] = json.loads(opened(self._cipher, box, event.encode()))
        return fields

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self.key)


@dataclass(frozen=True, slots=True)
class Master:
    """The key over the keys of persons."""

    name: str
    key: bytes

    @classmethod
    def new(cls) -> Self:
        """A master key of its own, kept in the folder."""
        key = keys.new_master()
        return cls(keys.master_id(key), key)

    def token(self, uid: str) -> bytes:
        """By what a person is found."""
        return hmac.digest(self.key, b"person\0" + uid.encode(), "sha256")

    def wrap(self, uid: str, key: bytes) -> bytes:
        """The row's box: a person's key and id."""
        return sealed(AESGCM(self.key), key + uid.encode(), b"person")

    def person(self, row: int, box: bytes) -> Person:
        """The person in a row."""
        content = opened(AESGCM(self.key), box, b"person")
        uid = content[32:].decode()
        return Person(row, self.token(uid), uid, content[:32])


def person(uid: str) -> Person:
    """The person with this id, who has a key from now on. Belongs inside the transaction that needs it."""
    for _ in range(_TRIES):
        found = _known.get((_master().name, uid)) or find(uid) or _added(uid)
        if found:
            return found
        _masters.clear()  # somebody else added the same person, or a rotation has replaced the master key
    raise RuntimeError("the keys of the log change faster than they can be read")


def find(uid: str) -> Person | None:
    """The person with this id, if the log has a key of theirs.

    Always asked of the database: what is at hand may be gone, and its row, after a rollback, somebody else's.
    """
    master = _master()
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [master.token(uid)])
        row = cursor.fetchone()
    if row is None:
        _known.pop((master.name, uid), None)
        return None
    return _remembered(master, master.person(*row))


def by_id(ids: Iterable[int]) -> dict[int, Person]:
    """The persons in these rows, without those who were erased."""
    rows = PersonKey.objects.filter(pk__in=set(ids)).values_list("pk", "master", "box")
    masters = keys.masters()
    return {pk: _named(masters, name).person(pk, bytes(box)) for pk, name, box in rows}


def forget(uid: str) -> None:
    """Stop holding a person's key at hand: it may have been destroyed."""
    _known.pop((_master().name, uid), None)


def forget_all() -> None:
    """Stop holding anybody's key at hand, and the master key."""
    _known.clear()
    _masters.clear()


def lock() -> None:
    """Keep everybody else from using or adding keys until this transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE audit_personkey IN EXCLUSIVE MODE")


def _added(uid: str) -> Person | None:
    master, key = _master(), AESGCM.generate_key(256)
    token = master.token(uid)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [token, master.name, master.wrap(uid, key), master.name])
        row = cursor.fetchone()
    return _remembered(master, Person(row[0], token, uid, key)) if row else None


_known: dict[tuple[str, str], Person] = {}  # by the name of the master key, and who it is
_masters: dict[object, Master] = {}  # by folder


def _remembered(master: Master, who: Person) -> Person:
    """The same, held at hand. If its row is rolled back or erased, the next label says so: see `sealing.write`."""
    if len(_known) >= REMEMBERED:
        _known.clear()
    _known[master.name, who.uid] = who
    return who


def _master() -> Master:
    """The master key that this database is sealed under."""
    folder = settings.STOA_DATA
    if folder not in _masters:
        found = keys.masters()
        name = PersonKey.objects.values_list("master", flat=True).first() or next(iter(found))
        _masters[folder] = _named(found, name)
    return _masters[folder]


def _named(found: dict[str, bytes], name: str) -> Master:
    if name not in found:
        raise keys.KeysMissingError(name)
    return Master(name, found[name])


def sealed(cipher: AESGCM, content: bytes, context: bytes) -> bytes:
    """AES-GCM under a random nonce, which stands in front."""
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, content, context)


def opened(cipher: AESGCM, box: bytes, context: bytes) -> bytes:
    """What `sealed` was given; raises `InvalidTag` unless key and context are the same."""
    return cipher.decrypt(box[:_NONCE], box[_NONCE:], context)
