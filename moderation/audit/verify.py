#!/usr/bin/env python3
"""Says whether a bundle, a receipt or a note signed by an audit log is genuine, and if not, where it is not.

    python3 verify.py BUNDLE [--key VKEY] [--witness VKEY] [--from OLD_CHECKPOINT]

BUNDLE is the zip file, the folder it was unpacked to, a receipt (`.tlog-proof`) or a signed note. This file needs
Python 3.11 and nothing else: it trusts no server, reads no network and believes nothing that is not signed. Formats:
RFC 6962 trees, C2SP signed notes, checkpoints, cosignatures and proofs, Ed25519 (RFC 8032), canonical JSON (RFC 8785).
"""

import argparse
import base64
import hashlib
import heapq
import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import NoReturn, cast

EMPTY_ROOT = hashlib.sha256().digest()
HASH_SIZE = 32
LEAF_SIZE = 65_535  # what fits an entry bundle of C2SP tlog-tiles
LINE_SIZE = 1 << 20
SMALL_FILE = 1 << 24
NOTE_SIZE = 1_000_000
MOST_SIGNATURES = 100
MOST_UNPACKED = 100  # times its size: a bundle is full of hashes, which nothing packs
LARGEST = 2**63 - 1
SAFE_INTEGER = 2**53 - 1
LOG_KEY, WITNESS_KEY = 1, 4
BUNDLE, PROOF, PRUNING = "stoa-bundle@v1", "c2sp.org/tlog-proof@v1", "stoa-pruning@v1"
PRUNED = "log.prune"  # the action of an entry whose detail has the note of a pruning
NEEDED = ("checkpoint", "entries.jsonl", "keys", "leaves", "proof.json")
YEAR_9999 = 253_402_300_799  # its last second: the last that has a name


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


@contextmanager
def at(where: str) -> Iterator[None]:
    """A block whose refusals say that they happened at `where`."""
    try:
        yield
    except Refused as refused:
        raise Refused(refused.fault, refused.why, ", ".join(filter(None, [where, refused.where]))) from None


# ---- trees (RFC 6962) ----


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


def levels_right_of(end: int, size: int) -> list[int]:
    """The levels of the complete subtrees that cover the leaves from `end` to `size`, from left to right."""
    levels = []
    while end < size:
        level = (size - end).bit_length() - 1
        if end:
            level = min(level, (end & -end).bit_length() - 1)
        levels.append(level)
        end += 1 << level
    return levels


def inclusion_root(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """The root that `proof` leads to from the leaf with this hash at `index` of a tree of `size`."""
    if not 0 <= index < size:
        raise Refused(Fault.PROOF, f"there is no leaf {index} in a tree of {size}")
    place, last, node = index, size - 1, leaf
    for sibling in proof:
        if not last:
            raise Refused(Fault.PROOF, "the inclusion proof is too long")
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise Refused(Fault.PROOF, "the inclusion proof is too short")
    return node


def check_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Return if `proof` shows that the tree of `old_size` is the beginning of the tree of `size`."""
    if old_size > size:
        raise Refused(Fault.PROOF, f"a tree of {size} does not begin with one of {old_size}")
    if old_size in {0, size}:
        expected = EMPTY_ROOT if not old_size else root
        if proof or old_root != expected:
            raise Refused(Fault.PROOF, "the two trees differ, or the proof is not empty where it must be")
        return
    if _roots_by_proof(old_size, old_root, size, proof) != (old_root, root):
        raise Refused(Fault.PROOF, f"the tree of {size} does not begin with this tree of {old_size}")


def _roots_by_proof(old_size: int, old_root: bytes, size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The old and the new root that a consistency proof leads to (RFC 9162, 2.1.4.2)."""
    path = [old_root, *proof] if not old_size & (old_size - 1) else list(proof)
    if not path:
        raise Refused(Fault.PROOF, "the consistency proof is too short")
    shift = (old_size & -old_size).bit_length() - 1
    place, last = (old_size - 1) >> shift, (size - 1) >> shift
    old = new = path[0]
    for node in path[1:]:
        if not last:
            raise Refused(Fault.PROOF, "the consistency proof is too long")
        if place & 1 or place == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, node)
        place, last = place >> 1, last >> 1
    if last:
        raise Refused(Fault.PROOF, "the consistency proof is too short")
    return old, new


# ---- Ed25519 (RFC 8032) ----

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_SQRT_OF_MINUS_1 = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]
_NEUTRAL: _Point = (0, 1, 1, 0)


def ed25519_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of `message` under the key `public`."""
    scalar = int.from_bytes(signature[32:], "little")
    point = _decoded(public)
    if len(public) != 32 or len(signature) != 64 or scalar >= _ORDER or point is None:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % _ORDER
    x, y, z, t = point
    return _encoded(_sum_of_products(scalar, _BASE, challenge, (-x % _P, y, z, -t % _P))) == signature[:32]


def _added(a: _Point, b: _Point) -> _Point:
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % _P, (a[1] + a[0]) * (b[1] + b[0]) % _P
    t, z = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    e, f, g, h = right - left, z - t, z + t, right + left
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _sum_of_products(a: int, p: _Point, b: int, q: _Point) -> _Point:
    """The point a * p + b * q, bit by bit."""
    choices, total = (_NEUTRAL, p, q, _added(p, q)), _NEUTRAL
    for bit in reversed(range(253)):
        total = _added(total, total)
        total = _added(total, choices[a >> bit & 1 | (b >> bit & 1) << 1])
    return total


def _decoded(data: bytes) -> _Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _SQRT_OF_MINUS_1 % _P
    if (x * x - square) % _P or (not x and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _encoded(point: _Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_BASE_Y = 4 * pow(5, -1, _P) % _P
_BASE = _decoded(_BASE_Y.to_bytes(32, "little")) or _NEUTRAL


# ---- keys, signed notes, checkpoints (C2SP) ----


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


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it, none of them verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log said of its tree at one moment."""

    origin: str
    size: int
    root: bytes
    note: Note


@dataclass(frozen=True, slots=True)
class Signed:
    """A key whose signature verified; `time` (seconds of the epoch) where it was a witness's."""

    key: Key
    time: int = 0


def parse_key(text: str) -> Key:
    """The key that a line `name+id+base64` stands for."""
    name, _, rest = text.partition("+")
    material = unbase64(rest.partition("+")[2])
    if len(material) != 33 or material[0] not in {LOG_KEY, WITNESS_KEY} or not _is_name(name):
        raise Refused(Fault.MALFORMED, f"{text[:200]!r} is not an Ed25519 key of a log or a witness")
    key = Key(name, material[0], material[1:])
    if str(key) != text:
        raise Refused(Fault.MALFORMED, f"{text[:200]!r}: the key's id is not that of its name and bytes")
    return key


def parse_note(data: bytes) -> Note:
    """The note in these bytes."""
    try:
        whole = data.decode() if len(data) <= NOTE_SIZE else ""
    except UnicodeDecodeError:
        whole = ""
    head, blank, tail = whole.rpartition("\n\n")
    if not blank or not tail.endswith("\n") or _CONTROL.search(whole):
        raise Refused(Fault.MALFORMED, "this is not a signed note: text, an empty line, signature lines")
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise Refused(Fault.MALFORMED, f"a note has no more than {MOST_SIGNATURES} signatures")
    return Note(head + "\n", tuple(map(parse_signature, lines)))


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")  # all but the end of a line


def parse_signature(line: str) -> Signature:
    """The signature in a line `— name base64`."""
    match line.split(" "):
        case ["—", name, data] if _is_name(name) and len(blob := unbase64(data)) > 4:
            return Signature(name, blob[:4], blob[4:])
    raise Refused(Fault.MALFORMED, f"{line[:200]!r} is not a signature line")


def verified(note: Note, keys: Collection[Key]) -> list[Signed]:
    """The signatures of `keys` on the note, at least one; refused when one of them is false."""
    known = {(key.name, key.key_id): key for key in keys}
    found = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key:
            found[key] = _verified(note.text.encode(), signature, key)
    if not found:
        wanted = ", ".join(f"{key.name}+{key.key_id.hex()}" for key in keys) or "anybody"
        raise Refused(Fault.UNSIGNED, f"there is no signature by {wanted}")
    return list(found.values())


def cosigned_message(text: bytes, time: int) -> bytes:
    """What a witness signs (cosignature/v1): the text of a checkpoint, seen at `time`."""
    return b"cosignature/v1\ntime %d\n%b" % (time, text)


def _verified(text: bytes, signature: Signature, key: Key) -> Signed:
    data, time = signature.data, 0
    if key.kind == WITNESS_KEY:
        time, data = int.from_bytes(data[:8], "big"), data[8:]
        text = cosigned_message(text, time)
    if time > LARGEST or not ed25519_verifies(key.public, text, data):
        raise Refused(Fault.FORGED, f"the signature of {key.name} is false")
    return Signed(key, time)


def parse_checkpoint(data: bytes) -> Checkpoint:
    """The checkpoint in these bytes, its signatures not verified yet."""
    note = parse_note(data)
    lines = note.text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise Refused(Fault.MALFORMED, "a checkpoint has an origin, a size and a root, and no empty line")
    size, root = parse_size(lines[1]), unbase64(lines[2])
    if len(root) != HASH_SIZE or (not size and root != EMPTY_ROOT):
        raise Refused(Fault.MALFORMED, f"{lines[2][:200]!r} is not a root hash of {size} leaves")
    return Checkpoint(lines[0], size, root, note)


def open_checkpoint(data: bytes, keys: Collection[Key]) -> Checkpoint:
    """The checkpoint in these bytes, signed by one of `keys` in the name of its origin."""
    checkpoint = parse_checkpoint(data)
    verified(checkpoint.note, [key for key in keys if key.name == checkpoint.origin])
    return checkpoint


def parse_size(text: str) -> int:
    """The number in plain decimal digits, without leading zeroes."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text, re.ASCII) or int(text) > LARGEST:
        raise Refused(Fault.MALFORMED, f"{text[:200]!r} is not a number of leaves")
    return int(text)


def unbase64(text: str) -> bytes:
    """The bytes that are written so, and only so, in base64."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not data or base64.b64encode(data).decode() != text:
        raise Refused(Fault.MALFORMED, f"{text[:200]!r} is not base64")
    return data


def _is_name(name: str) -> bool:
    return bool(name) and not any(sign.isspace() or sign == "+" for sign in name)


# ---- entries ----


def canonical(value: object) -> str:
    """The one JSON text of a value without floats (RFC 8785)."""
    try:
        text = _encode(value)
        if text.isascii() or max(text) <= "\uffff":
            return text  # code points are in the order of UTF-16
        return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        raise Refused(Fault.MALFORMED, "it is nested too deep") from None


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def _ordered(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: _ordered(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        }
    return [_ordered(item) for item in value] if isinstance(value, list) else value


def _refuse_number(text: str) -> NoReturn:
    raise Refused(Fault.MALFORMED, f"{text[:40]} is not a number that every reader reads alike")


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > SAFE_INTEGER:
        _refuse_number(text)
    return int(text)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Refused(Fault.MALFORMED, "a name stands twice in it")
    return value


_Decoder = partial(json.JSONDecoder, parse_float=_refuse_number, parse_constant=_refuse_number, parse_int=_integer)
_decode, _decode_unique = _Decoder().decode, _Decoder(object_pairs_hook=_unique).decode


def parse_canonical(text: str) -> dict[str, object]:
    """The object in a canonical JSON text: no key twice, no float, nothing that two readers could read differently."""
    value = _parsed(_decode, text)
    if canonical(value) != text:
        raise Refused(Fault.MALFORMED, "this is not canonical JSON")
    return value


def parse_leaf(text: str) -> dict[str, object]:
    """The object in a leaf's text, whose hash says already that it is byte by byte what was logged."""
    return _parsed(_decode_unique, text)


def _parsed(decode: Callable[[str], object], text: str) -> dict[str, object]:
    try:
        value = decode(text)
    except (ValueError, RecursionError) as error:
        raise Refused(Fault.MALFORMED, f"this is not JSON ({error})") from None
    if not isinstance(value, dict):
        raise Refused(Fault.MALFORMED, "this is not a JSON object")
    return value


def commitment(salt: bytes, field: str, value: object) -> str:
    """What a leaf says of a personal field instead of its value."""
    return hashlib.sha256(salt + field.encode() + b"\x00" + canonical(value).encode()).hexdigest()


def _is_opening(field: str, opening: object, committed: object) -> bool:
    match opening:
        case [str(salt), value] if _SALT.fullmatch(salt):
            try:
                return commitment(bytes.fromhex(salt), field, value) == committed
            except UnicodeEncodeError:  # half a surrogate, which no log commits to
                return False
    return False


_SALT = re.compile(r"[0-9a-f]{32}")


# ---- receipts (C2SP tlog-proof) ----


@dataclass(frozen=True, slots=True)
class Proof:
    """A receipt: where the entry stands, the way to the root, and the checkpoint with that root."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def __str__(self) -> str:
        extra = f"extra {base64.b64encode(self.extra).decode()}\n" if self.extra else ""
        hashes = "".join(f"{base64.b64encode(node).decode()}\n" for node in self.hashes)
        return f"{PROOF}\n{extra}index {self.index}\n{hashes}\n{self.checkpoint.decode()}"


def parse_proof(data: bytes) -> Proof:
    """The receipt in these bytes, nothing of it verified yet."""
    head, blank, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        lines = []
    if not blank or lines[:1] != [PROOF]:
        raise Refused(Fault.MALFORMED, f"a receipt begins with {PROOF} and ends with a checkpoint")
    extra = unbase64(lines.pop(1)[6:]) if lines[1:] and lines[1].startswith("extra ") else b""
    if not lines[1:] or not lines[1].startswith("index "):
        raise Refused(Fault.MALFORMED, "a receipt says the index of its entry")
    hashes = tuple(map(unbase64, lines[2:]))
    if len(hashes) > 63 or any(len(node) != HASH_SIZE for node in hashes):
        raise Refused(Fault.MALFORMED, "the way to the root is no more than 63 hashes of 32 bytes")
    return Proof(parse_size(lines[1][6:]), hashes, checkpoint, extra)


# ---- prunings ----


@dataclass(frozen=True, slots=True)
class Pruning:
    """What a log let go of: the leaves whose entries went, as `0-5 7`, and the root of the tree of their hashes."""

    leaves: str
    root: bytes

    def spans(self) -> Iterator[tuple[int, int]]:
        """The first and the last leaf of each part without a gap, in order."""
        for span in self.leaves.split(" "):
            first, dash, last = span.partition("-")
            yield parse_size(first), parse_size(last if dash else first)

    def indexes(self, start: int) -> Iterator[int]:
        """Each leaf from `start` on, in order."""
        for first, last in self.spans():
            yield from range(max(first, start), last + 1)


def parse_pruning(note: Note) -> Pruning:
    """The pruning that this note tells of, its signatures not verified; the log's name in it is that of its keys."""
    match note.text[:-1].split("\n"):
        case [title, name, root, leaves] if title == PRUNING and {name} == {one.name for one in note.signatures}:
            pruning, past = Pruning(leaves, unbase64(root)), -1
        case _:
            raise Refused(Fault.MALFORMED, f"a {PRUNING} has the name of its log, a root and leaves")
    for first, last in pruning.spans():
        if not past < first <= last:
            raise Refused(Fault.MALFORMED, "the leaves of a pruning are in order")
        past = last
    return pruning


class Reckoning:
    """What prunings tell, held against the leaves from `first` on, which go by in order."""

    def __init__(self, prunings: Mapping[int, Pruning], first: int = 0) -> None:
        self._prunings = prunings
        self._seen = {name: Frontier() for name in prunings}
        self._told = heapq.merge(*(zip(told.indexes(first), repeat(name)) for name, told in prunings.items()))
        self._next = next(self._told, None)

    def accounts_for(self, index: int, leaf: bytes) -> bool:
        """Whether a pruning tells that the entry of this leaf went."""
        told = False
        while self._next and self._next[0] <= index:
            if self._next[0] == index:
                self._seen[self._next[1]].append(leaf)
                told = True
            self._next = next(self._told, None)
        return told

    def false(self) -> Iterator[int]:
        """The prunings all of whose leaves went by, and were not those of the entries that went."""
        for name, told in self._prunings.items():
            seen, size = self._seen[name], sum(last + 1 - first for first, last in told.spans())
            if told.root and seen.size == size and seen.root() != told.root:
                yield name


# ---- bundles ----


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the reader believes: keys of the log (none: those in the bundle), witnesses, an older checkpoint."""

    keys: tuple[Key, ...] = ()
    witnesses: tuple[Key, ...] = ()
    old: bytes = b""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer yes, and to what."""

    checkpoint: Checkpoint
    signed: tuple[Signed, ...]
    first: int
    count: int
    withheld: int
    pruned: int
    opened: int
    sealed: int


@dataclass(frozen=True, slots=True)
class Range:
    """Which leaves a bundle has, the tree to the left and right of them, and which entries it does not show."""

    first: int
    count: int
    left: tuple[bytes, ...]
    right: tuple[bytes, ...]
    withheld: tuple[tuple[int, int], ...]

    @classmethod
    def parse(cls, text: str) -> "Range":
        """The range that the text of `proof.json` tells of."""
        match parse_canonical(text):
            case {"count": int(count), "first": int(first), "left": [*left], "right": [*right], "withheld": [*gaps]}:
                pairs = [tuple(gap) if isinstance(gap, list) else () for gap in gaps]
            case _:
                raise Refused(Fault.MALFORMED, "first, count, left, right and withheld are needed")
        edges = [edge for pair in pairs for edge in pair]
        if any(len(pair) != 2 for pair in pairs) or not all(type(edge) is int for edge in edges):
            raise Refused(Fault.MALFORMED, "withheld is a list of pairs: first, and the one after the last")
        if first < 0 or count < 0 or edges != sorted(set(edges)) or (edges and edges[0] < first):
            raise Refused(Fault.MALFORMED, "first, count and withheld are in order, and not negative")
        if edges and edges[-1] > first + count:
            raise Refused(Fault.MALFORMED, "withheld ends after the range")
        return cls(first, count, _hashes(left), _hashes(right), tuple((pair[0], pair[1]) for pair in pairs))

    def shown(self) -> Iterator[int]:
        """The indexes of the entries that the bundle shows, in order."""
        start = self.first
        for begin, end in self.withheld:
            yield from range(start, begin)
            start = end
        yield from range(start, self.first + self.count)


def _hashes(texts: Sequence[object]) -> tuple[bytes, ...]:
    if len(texts) > 64 or not all(isinstance(text, str) and re.fullmatch("[0-9a-f]{64}", text) for text in texts):
        raise Refused(Fault.MALFORMED, "left and right are lists of hashes in hexadecimal")
    return tuple(bytes.fromhex(str(text)) for text in texts)


def verify_bundle(path: Path, trust: Trust = Trust()) -> Verdict:
    """The answer yes; raises `Refused` with the place of the first thing that is wrong."""
    with _opened(path) as files:
        with at("keys"):
            listed = tuple(map(parse_key, _text(files, "keys").removesuffix("\n").split("\n")))
        keys = trust.keys or tuple(key for key in listed if key.kind == LOG_KEY)
        with at("checkpoint"):
            checkpoint = open_checkpoint(_text(files, "checkpoint").encode(), keys)
            signed = _all_signed(checkpoint.note, [*keys, *(trust.witnesses or listed)], trust.witnesses)
        sums = _manifest(files, [key for key in keys if key.name == checkpoint.origin])
        with at("proof.json"):
            part = Range.parse(_text(files, "proof.json"))
        with at("leaves"):
            _check_tree(files, part, checkpoint, _old(trust, keys, checkpoint, part))
        opened, sealed, digest, notes = _check_entries(files, part)
        if digest != sums["entries.jsonl"]:
            raise Refused(Fault.CHANGED, "it is not the file that was signed", "entries.jsonl")
        withheld = sum(end - begin for begin, end in part.withheld)
        pruned = _check_prunings(files, part, _prunings(notes, checkpoint.origin, keys))
        return Verdict(checkpoint, signed, part.first, part.count, withheld, pruned, opened, sealed)


def verify_proof(data: bytes, trust: Trust) -> Verdict:
    """The answer yes to a receipt; raises `Refused` when it is not genuine."""
    proof = parse_proof(data)
    with at("checkpoint"):
        checkpoint = open_checkpoint(proof.checkpoint, trust.keys)
        signed = _all_signed(checkpoint.note, [*trust.keys, *trust.witnesses], trust.witnesses)
    with at("extra"):
        entry = parse_canonical(_decoded_text(proof.extra))
        leaf = leaf_hash(str(entry.get("leaf")).encode(errors="replace"))
        _, opened, sealed = _check_entry(entry, leaf)
    with at(f"entry {proof.index}"):
        if inclusion_root(proof.index, checkpoint.size, leaf, proof.hashes) != checkpoint.root:
            raise Refused(Fault.PROOF, "the proof does not lead from this entry to the checkpoint's root")
    return Verdict(checkpoint, signed, proof.index, 1, 0, 0, opened, sealed)


_Files = Mapping[str, Callable[[], io.BufferedReader]]


@contextmanager
def _opened(path: Path) -> Iterator[_Files]:
    """The files of a bundle, by name: of a zip or a folder."""
    if path.is_dir():
        yield {item.name: partial(_file, item) for item in path.iterdir()}
        return
    with path.open("rb") as source:
        try:
            with zipfile.ZipFile(source) as archive:
                items = archive.infolist()
                if len({item.filename for item in items}) != len(items):
                    raise Refused(Fault.MALFORMED, "a name appears twice in the zip")
                if sum(item.file_size for item in items) > MOST_UNPACKED * path.stat().st_size:
                    raise Refused(Fault.MALFORMED, f"it would unpack to more than {MOST_UNPACKED} times its size")
                yield {item.filename: partial(_member, archive, item) for item in items}
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise Refused(Fault.MALFORMED, f"the zip is damaged ({error})") from None


def _file(path: Path) -> io.BufferedReader:
    if path.is_symlink() or not path.is_file():
        raise Refused(Fault.MALFORMED, "this is not a plain file", repr(path.name))
    return path.open("rb")


def _member(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> io.BufferedReader:
    if item.flag_bits & 1 or item.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Refused(Fault.MALFORMED, "the zip is packed in a way that a bundle is not", repr(item.filename))
    return io.BufferedReader(cast("io.RawIOBase", archive.open(item)))  # which reads lines fifty times as fast


def _text(files: _Files, name: str) -> str:
    """The text of a small file."""
    return _decoded_text(_read(files, name))


def _read(files: _Files, name: str) -> bytes:
    if name not in files:
        raise Refused(Fault.MISSING, "the file is missing")
    with files[name]() as source:
        data = source.read(SMALL_FILE + 1)
    if len(data) > SMALL_FILE:
        raise Refused(Fault.MALFORMED, "the file is too large")
    return data


def _decoded_text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Refused(Fault.MALFORMED, "this is not UTF-8") from None


def _all_signed(note: Note, keys: Collection[Key], witnesses: Collection[Key]) -> tuple[Signed, ...]:
    """Every signature of `keys` on the note, those of all `witnesses` among them."""
    signed = tuple(verified(note, keys))
    for witness in witnesses:
        if all(one.key != witness for one in signed):
            raise Refused(Fault.UNSIGNED, f"there is no cosignature by {witness.name!r}")
    return signed


def _manifest(files: _Files, keys: Collection[Key]) -> dict[str, str]:
    """The SHA-256 of each file as the log signed it; all files but the entries are checked against it."""
    with at("manifest"):
        note = parse_note(_read(files, "manifest"))
        verified(note, keys)
        title, *lines = note.text[:-1].split("\n")
        if title != BUNDLE or not all(re.fullmatch(r"[0-9a-f]{64}  [!-~]+", line) for line in lines):
            raise Refused(Fault.MALFORMED, f"this is not the list of files of a {BUNDLE}")
        sums = {line[66:]: line[:64] for line in lines}
    for name in sorted(files.keys() - sums.keys() - {"manifest"}):
        raise Refused(Fault.CHANGED, "the file does not belong to the bundle", repr(name))
    for name in sorted({*NEEDED, *sums} - (files.keys() & sums.keys())):
        raise Refused(Fault.MISSING, "the file is missing", repr(name))
    for name in sums.keys() - {"entries.jsonl"}:
        with files[name]() as source:
            if hashlib.file_digest(source, "sha256").hexdigest() != sums[name]:
                raise Refused(Fault.CHANGED, "it is not the file that was signed", name)
    return sums


def _old(trust: Trust, keys: Collection[Key], checkpoint: Checkpoint, part: Range) -> Checkpoint | None:
    """The reader's older checkpoint, if there is one and the bundle has what connects it with the new one."""
    if not trust.old:
        return None
    old = open_checkpoint(trust.old, keys)
    if old.origin != checkpoint.origin or not part.first <= old.size <= part.first + part.count:
        why = f"this bundle reaches from {part.first} to {part.first + part.count} of {checkpoint.origin!r}"
        raise Refused(Fault.RANGE, f"{why}: ask for one that begins at or before {old.size} of {old.origin!r}")
    return old


def _check_tree(files: _Files, part: Range, checkpoint: Checkpoint, old: Checkpoint | None) -> None:
    """Return if the leaves, with the tree to their left and right, have the checkpoint's root, and the old one's."""
    tree, end = Frontier(part.first, part.left), part.first + part.count
    with files["leaves"]() as leaves:
        for _ in range(part.count):
            _check_old(tree, old)
            leaf = leaves.read(HASH_SIZE)
            if len(leaf) != HASH_SIZE:
                raise Refused(Fault.MISSING, f"leaf {tree.size} is missing")
            tree.append(leaf)
        _check_old(tree, old)
        if leaves.read(1):
            raise Refused(Fault.CHANGED, f"there are more than {part.count} leaves")
    levels = levels_right_of(end, checkpoint.size)
    if end > checkpoint.size or len(levels) != len(part.right):
        raise Refused(Fault.PROOF, f"the range does not fit into a tree of {checkpoint.size}", "right")
    for level, node in zip(levels, part.right, strict=True):
        tree.append(node, level)
    if tree.root() != checkpoint.root:
        raise Refused(Fault.PROOF, "the leaves do not lead to the root that the checkpoint was signed with")


def _check_old(tree: Frontier, old: Checkpoint | None) -> None:
    if old and tree.size == old.size and tree.root() != old.root:
        raise Refused(
            Fault.PROOF, f"history was rewritten before entry {old.size}: the old checkpoint had another root"
        )


def _check_entries(files: _Files, part: Range) -> tuple[int, int, str, dict[int, str]]:
    """How many fields are open and how many sealed in the entries, each one the leaf in its place; the file's hash,
    and the notes of the prunings that some of the entries tell of.
    """
    opened = sealed = number = 0
    digest, position, notes = hashlib.sha256(), part.first, dict[int, str]()
    with files["entries.jsonl"]() as lines, files["leaves"]() as leaves:
        for number, index in enumerate(part.shown(), 1):
            if index != position:
                leaves.seek((index - part.first) * HASH_SIZE)
            position = index + 1
            line = lines.readline(LINE_SIZE)
            digest.update(line)
            try:
                leaf, one, other = _check_line(line, index, leaves.read(HASH_SIZE))
            except Refused as refused:
                place = f"entries.jsonl, line {number}, entry {index}"
                raise Refused(refused.fault, refused.why, ", ".join(filter(None, [place, refused.where]))) from None
            opened, sealed = opened + one, sealed + other
            match leaf:
                case {"action": "log.prune", "detail": {"note": str(note)}}:
                    notes[index] = note
        if lines.read(1):
            raise Refused(Fault.CHANGED, "there are more entries than were signed", f"entries.jsonl, line {number + 1}")
    return opened, sealed, digest.hexdigest(), notes


def _prunings(notes: Mapping[int, str], origin: str, keys: Collection[Key]) -> dict[int, Pruning]:
    """What the log let go of, as one of `keys` signed, by the entry that tells of it."""
    known, found = {(key.name, key.key_id): key for key in keys if key.name == origin}, dict[int, Pruning]()
    for index, text in notes.items():
        with at(f"entries.jsonl, entry {index}, field 'detail'"):
            note = parse_note(text.encode(errors="replace"))
            if any((one.name, one.key_id) in known for one in note.signatures):  # or one of another key of the log
                verified(note, known.values())
                found[index] = parse_pruning(note)
    return found


def _check_prunings(files: _Files, part: Range, prunings: Mapping[int, Pruning]) -> int:
    """How many of the withheld entries were pruned, if what went was what is in the tree."""
    reckoning, pruned = Reckoning(prunings, part.first), 0
    with files["leaves"]() as leaves:
        for begin, end in part.withheld if prunings else ():
            leaves.seek((begin - part.first) * HASH_SIZE)
            pruned += sum(reckoning.accounts_for(index, leaves.read(HASH_SIZE)) for index in range(begin, end))
    for index in reckoning.false():
        raise Refused(
            Fault.CHANGED, "what was pruned is not what was logged", f"entries.jsonl, entry {index}, field 'detail'"
        )
    return pruned


def _check_line(line: bytes, index: int, leaf: bytes) -> tuple[dict[str, object], int, int]:
    """The leaf of the entry in this line, how many of its fields are open, and how many sealed."""
    if not line:
        raise Refused(Fault.MISSING, "the entry is missing, the file ends before it")
    entry = parse_canonical(_decoded_text(line[:-1]))
    found = entry.pop("index", None)
    if line[-1:] != b"\n" or type(found) is not int:
        raise Refused(Fault.MALFORMED, "this is not the line of an entry")
    if found != index:
        raise Refused(Fault.MISSING, f"entry {index} should stand here, and here stands entry {found}")
    return _check_entry(entry, leaf)


def _check_entry(entry: Mapping[str, object], expected: bytes) -> tuple[dict[str, object], int, int]:
    """An entry's leaf, how many of its fields are open and how many sealed, if it is the one of this leaf's hash."""
    match entry:
        case {"leaf": str(text), "openings": openings} if len(entry) == 2:
            data = text.encode(errors="replace")
        case _:
            raise Refused(Fault.MALFORMED, "an entry has a leaf and its openings")
    if len(data) > LEAF_SIZE or leaf_hash(data) != expected:
        raise Refused(Fault.CHANGED, "it is not the entry that was logged", "field 'leaf'")
    leaf = parse_leaf(text)
    commitments = leaf.get("commitments", {})
    if not isinstance(openings, dict) or not isinstance(commitments, dict):
        raise Refused(Fault.MALFORMED, "commitments and openings are objects")
    for field, opening in openings.items():
        if not _is_opening(field, opening, commitments.get(field)):
            raise Refused(Fault.OPENING, "the value is not the one that was logged", f"field {field[:100]!r}")
    return leaf, len(openings), len(commitments) - len(openings)


# ---- the command ----


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 for yes, 1 for no; the answer is printed."""
    parser = argparse.ArgumentParser(description="Says whether a bundle or receipt of the audit log is genuine.")
    parser.add_argument("bundle", type=Path, help="zip file, folder or .tlog-proof file")
    parser.add_argument("--key", action="append", default=[], help="key of the log, from where you trust it")
    parser.add_argument("--witness", action="append", default=[], help="key of a witness that must have cosigned")
    parser.add_argument("--from", dest="old", type=Path, help="checkpoint you kept: nothing before it was changed")
    options = parser.parse_args(arguments)
    try:
        keys, witnesses = _keys(options.key, LOG_KEY), _keys(options.witness, WITNESS_KEY)
        trust = Trust(keys, witnesses, options.old.read_bytes() if options.old else b"")
        answer, status = f"yes: {_answer(options.bundle, trust)}\n", 0
    except (Refused, OSError) as error:
        answer, status = f"no: {error}\n", 1
    sys.stdout.write(answer.encode("ascii", "backslashreplace").decode())  # whatever a terminal would make of it
    return status


def _keys(texts: Sequence[str], kind: int) -> tuple[Key, ...]:
    keys = tuple(map(parse_key, texts))
    if any(key.kind != kind for key in keys):
        raise Refused(Fault.MALFORMED, "--key takes the keys of logs, --witness those of witnesses")
    return keys


def _answer(path: Path, trust: Trust) -> str:
    """What is true of a bundle, a receipt or a note; raises `Refused` with the place of what is wrong first."""
    start = b"PK"
    if path.is_file():
        with path.open("rb") as source:
            start = source.read(2 * NOTE_SIZE)
    if start.startswith(b"PK"):
        return _told(verify_bundle(path, trust), trust)
    if not trust.keys or trust.old:
        raise Refused(
            Fault.UNSIGNED, "this is no bundle: it brings no key (use --key), and continues nothing (no --from)"
        )
    if start.startswith(PROOF.encode()):
        return _told(verify_proof(start, trust), trust)
    signed = _all_signed(parse_note(start), [*trust.keys, *trust.witnesses], trust.witnesses)
    return "\n  ".join(["this note is genuine", *map(_signed, signed)])


def _signed(one: Signed) -> str:
    moment = datetime.fromtimestamp(min(one.time, YEAR_9999), UTC).isoformat()
    when = f", who saw it at {moment}" if one.time else ""
    return f"signed by {str(one.key)!a}{when}"


def _told(verdict: Verdict, trust: Trust) -> str:
    checkpoint, last = verdict.checkpoint, verdict.first + verdict.count - 1
    entries = f"entries {verdict.first} to {last}" if verdict.count else "no entries"
    lines = [
        f"{entries} of {checkpoint.size} in the log {checkpoint.origin!r} are genuine",
        f"root {base64.b64encode(checkpoint.root).decode()}",
        f"{verdict.opened} personal fields open, {verdict.sealed} sealed or erased",
        f"{verdict.withheld} entries not shown, {verdict.pruned} of them pruned, as entries that are shown tell",
    ]
    lines += map(_signed, verdict.signed)
    if not trust.keys:
        lines.append("the keys came with the bundle: compare them with those you know, or name yours with --key")
    if not trust.witnesses:
        lines.append("no witness was asked for with --witness: the log could show others another history")
    return "\n  ".join(lines)


if __name__ == "__main__":
    sys.exit(main())
