"""The personal side of an entry: what it commits to, and the labels in which that stands, sealed for each person."""

import hashlib
import hmac
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from moderation.audit import keys, people
from moderation.audit.canonical import canonical
from moderation.audit.leaf import SALT
from moderation.audit.models import Part
from moderation.audit.people import Person
from moderation.audit.source import Source, plain
from moderation.audit.verify import commitment

PERSONS = frozenset({"user", "member"})  # types of objects whose id is a person's
_PLAIN = (str, int, list, dict, type(None))
_PARTS = {"actor": Part.ACTOR, "object": Part.OBJECT, "second": Part.SECOND}

# Only while the person still has this very key.
_INSERT = """
INSERT INTO audit_label (entry, person, part, address, box)
SELECT %s, id, %s, %s, %s FROM audit_personkey WHERE id = %s AND token = %s
"""


class Secret(NamedTuple):
    """A personal value of an entry, whose it is, and the salt that hides it in the entry's commitment."""

    field: str
    value: str | int
    owner: str
    salt: bytes

    @property
    def commitment(self) -> str:
        """What the entry says in the place of the value."""
        return commitment(self.salt, self.field, self.value)


def secrets(source: Source, act: Mapping[str, Any]) -> dict[str, Secret]:
    """What is personal in an act, by field. Where it came from belongs to the actor, else to the person acted on."""
    actor, second = act.get("actor", ""), act.get("second", "")
    person = act.get("object_id", "") if act.get("object_type") in PERSONS else ""
    owned = [("actor", actor, actor), ("object", person, person), ("second", second, second)]
    owned += [(field, value, actor or person) for field, value in _whence(source)]
    owned.append(("sought", act.get("sought", ""), actor))
    owned += [(field, state_hash(act[field]), person or actor) for field in ("before", "after") if field in act]
    told = [one for one in owned if one[1]]
    salts = os.urandom(SALT * len(told))
    return {one[0]: Secret(*one, salts[SALT * at : SALT * at + SALT]) for at, one in enumerate(told)}


def state_hash(state: Mapping[str, Any]) -> str:
    """What stands for the state of an object: whoever has the object can hash it again, nobody else learns it."""
    plain = {name: value if isinstance(value, _PLAIN) else str(value) for name, value in state.items()}
    return hashlib.sha256(canonical(plain)).hexdigest()


@dataclass(frozen=True, slots=True)
class Draft:
    """A label that is to be written: a person, and what of an act is sealed for them."""

    who: Person
    part: int
    address: bytes | None
    box: bytes


def drafts(event: str, found: Mapping[str, Secret]) -> list[Draft]:
    """The labels of an act, one for each person in it."""
    return [_draft(event, people.person(uid), found) for uid in {secret.owner: None for secret in found.values()}]


def write(entry: int, draft: Draft) -> bool:
    """Whether the label was written; not, if the person has another key by now."""
    who = draft.who
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [entry, draft.part, draft.address, draft.box, who.id, who.token])
        return bool(cursor.rowcount)


def write_anew(entry: int, event: str, found: Mapping[str, Secret], draft: Draft) -> None:
    """Write the label under the key that the person has now; raises `RuntimeError` if that is gone again too."""
    people.forget(draft.who.uid)
    if not write(entry, _draft(event, people.person(draft.who.uid), found)):
        raise RuntimeError("the person was erased twice while one entry was written")


def address_token(address: str) -> bytes:
    """By what the entries from an address are found."""
    return _address_token(settings.STOA_DATA, _normal(address))


@lru_cache(maxsize=4096)
def _address_token(folder: object, address: str) -> bytes:
    return hmac.digest(_address_key(folder), address.encode(), "sha256")[:16]


@lru_cache(maxsize=4)
def _address_key(_folder: object) -> bytes:
    return keys.address_key()


def _draft(event: str, who: Person, found: Mapping[str, Secret]) -> Draft:
    own = {field: secret for field, secret in found.items() if secret.owner == who.uid}
    part = sum([part for field, part in _PARTS.items() if field in own])
    address = address_token(str(own["address"].value)) if "address" in own else None
    box = {field: [secret.salt.hex(), secret.value] for field, secret in own.items()}
    return Draft(who, part, address, who.seal(box, event))


def _whence(source: Source) -> Iterator[tuple[str, str | int]]:
    yield "address", _normal(source.address)
    yield "port", source.port
    yield "destination", source.destination[:120]
    yield "user_agent", source.user_agent
    yield "session", source.session


@lru_cache(maxsize=4096)
def _normal(address: str) -> str:
    """The address as it is always written; empty for what is no address, such as a unix socket's peer."""
    try:
        return str(ip_address(plain(address)))
    except ValueError:
        return ""
