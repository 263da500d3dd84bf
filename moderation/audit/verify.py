"""Checks what the log says of itself, with the standard library alone."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

EMPTY_ROOT = hashlib.sha256().digest()
HASH_SIZE = 32
LEAF_SIZE = 65_535  # what fits an entry bundle of C2SP tlog-tiles
LOG_KEY, WITNESS_KEY = 1, 4


class Fault(StrEnum):
    """What is wrong."""

    MALFORMED = "malformed"
    UNSIGNED = "unsigned"
    FORGED = "forged"
    PROOF = "proof"
    CHANGED = "changed"
    MISSING = "missing"
    OPENING = "opening"
    RANGE = "range"


class Refused(Exception):  # noqa: N818 - the house's word
    """The answer no: `fault` says what is wrong, `where` in which file, line, entry and field, `why` in words."""

    def __init__(self, fault: Fault, why: str, where: str = "") -> None:
        super().__init__(f"{where}: {why}" if where else why)
        self.fault, self.why, self.where = fault, why, where


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry's bytes as a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree of which only the roots of its largest complete subtrees are kept, from left to right."""

    def __init__(self, size: int = 0, nodes: Sequence[bytes] = ()) -> None:
        if len(nodes) != size.bit_count() or any(len(node) != HASH_SIZE for node in nodes):
            raise Refused(Fault.PROOF, f"a tree of {size} leaves has {size.bit_count()} complete subtrees of 32 bytes")
        self.size, self.nodes = size, list(nodes)

    def append(self, node: bytes, level: int = 0) -> None:
        """Put a complete subtree of 2 ** `level` leaves (a leaf's hash, by default) to the tree's right."""
        nodes, place = self.nodes, self.size >> level
        while place & 1:
            node = node_hash(nodes.pop(), node)
            place >>= 1
        nodes.append(node)
        self.size += 1 << level

    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root


@dataclass(frozen=True, slots=True)
class Key:
    """A public key one may trust: of a log (`kind` 1) or of a witness (`kind` 4)."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names this key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note."""

    name: str
    key_id: bytes
    data: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.data).decode()}\n"


def canonical(value: object) -> str:
    """The one JSON text of a value without floats (RFC 8785)."""
    text = _encode(value)
    if text.isascii() or not any(sign > "\uffff" for sign in text):
        return text  # code points are in the order of UTF-16
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"))


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def _ordered(value: object) -> object:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


def commitment(salt: bytes, field: str, value: object) -> str:
    """What a leaf says of a personal field instead of its value."""
    return hashlib.sha256(salt + field.encode() + b"\x00" + canonical(value).encode()).hexdigest()
