"""What a fuzzer changes where bytes alone lead nowhere: the values of bundles, receipts and notes, and files of a zip.

libFuzzer changes bytes, and next to all that comes of it is refused where it is read first. These leave the form whole,
and mostly mend what depends on what they changed (places, sizes, commitments), so that what lies behind is tried.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random
from typing import Any

from moderation.audit import note, tree, verify
from moderation.audit.verify import Proof, Refused
from tests.fuzz import zips
from tests.fuzz.values import LINES, Bytes, any_bytes, any_text, lines, read, rearranged, value, written
from tests.moderation.audit.logs import LOG

Mutator = Callable[[bytes, Random, Bytes], bytes]
Fields = dict[str, Any]

_MOST = 64
"""Entries that one gap in a bundle hides."""
_OPENING = {"actor": ["ab" * 16, "bob"]}
_UNSIGNED = bytes(64)


def bundle(data: bytes, chance: Random, changed: Bytes) -> bytes:
    """The text of a part, a zero byte and its entries, some of it changed."""
    proof, _, entries = data.partition(b"\0")
    part, rows = read(proof), [read(line) for line in entries.split(b"\n") if line]
    if not chance.randrange(4) or not _are_objects(part, *rows):
        return any_bytes(data, chance, changed)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if _are_objects(part, *rows):
            part, rows = _changed(part, rows, chance)
    if _are_objects(part, *rows) and chance.randrange(8):
        part, rows = _mended(part, rows)
    return b"%b\0%b" % (written(part), b"".join(written(row) + b"\n" for row in rows))


def receipt(data: bytes, chance: Random, changed: Bytes) -> bytes:
    """A receipt, some of it changed: its entry, its place and the length of its way, or a line."""
    try:
        proof = verify.parse_proof(data)
        checkpoint = verify.parse_checkpoint(proof.checkpoint)
    except Refused:
        return lines(data, chance, changed)
    index, size, entry = proof.index, checkpoint.size, read(proof.extra)
    match chance.randrange(3):
        case 0 if isinstance(entry, dict):
            entry = _entry(entry, chance)
        case 1:
            size = chance.choice((size + 1, 2 ** chance.randrange(63), chance.randrange(1, 300)))
            index = chance.choice((0, size - 1, chance.randrange(size)))
        case _:
            return lines(data, chance, changed)
    way = tree.inclusion(lambda level, _: bytes([level]) * 32, index, size) if index < size else ()
    signed = verify.Note(note.checkpoint(LOG.name, size, bytes(32)), checkpoint.note.signatures)
    return str(Proof(index, tuple(way), str(signed).encode(), written(entry))).encode()


def _are_objects(*values: Any) -> bool:
    return all(isinstance(one, dict) for one in values)


def _changed(part: Fields, rows: list[Fields], chance: Random) -> tuple[Any, list[Any]]:
    """A part and its entries, one thing changed."""
    rows = rows or [{"index": 0, "leaf": "{}", "openings": {}}]
    place = chance.randrange(len(rows))
    match chance.randrange(6):
        case 0:
            return value(part, chance), rows
        case 1:
            return part | {"withheld": _gaps(_start(part), len(rows), chance)}, rows
        case 2:
            return part, rearranged(rows, chance)
        case 3:
            new = _pruning(rows[place], _start(part), chance)
        case _:
            new = _entry(rows[place], chance)
    return part, [*rows[:place], new, *rows[place + 1 :]]


def _start(part: Fields) -> int:
    first = part.get("first")
    return first if type(first) is int else 0


def _mended(part: Fields, rows: list[Fields]) -> tuple[Fields, list[Fields]]:
    """The part with the sizes that it has, and its entries with their places, as far as both can be told."""
    with suppress(TypeError, ValueError, LookupError):
        first = _start(part)
        hidden = {index for begin, end in part["withheld"] for index in range(begin, min(end, begin + _MOST))}
        part = part | {"count": len(rows) + len(hidden), "left": ["ab" * 32] * first.bit_count()}
        shown = (index for index in range(first, first + part["count"]) if index not in hidden)
        return part, [row | {"index": index} for row, index in zip(rows, shown, strict=False)]
    return part, rows


def _gaps(place: int, shown: int, chance: Random) -> list[list[int]]:
    """Which entries a part does not show: none, or some in up to three places."""
    gaps = []
    for _ in range(chance.randrange(4)):
        begin = place + chance.randrange(shown + 1)
        place = begin + 1 + chance.randrange(4)
        gaps.append([begin, place - 1 + chance.randrange(2)])
    return gaps


def _entry(entry: Fields, chance: Random) -> Any:
    """An entry, it or its openings or its leaf changed; mostly the leaf commits to what is open then."""
    leaf, openings = read(str(entry.get("leaf")).encode("utf-8", "replace")), entry.get("openings")
    match chance.randrange(4):
        case 0:
            return value(entry, chance)
        case 1:
            openings = value(openings or _OPENING, chance)
        case 2:
            leaf = value(leaf, chance)
        case _:
            return entry | {"leaf": any_text(str(entry.get("leaf")), chance)}
    if isinstance(leaf, dict) and chance.randrange(3):
        leaf = leaf | {"commitments": _committed(leaf.get("commitments"), openings)}
    return entry | {"leaf": written(leaf).decode("utf-8", "replace"), "openings": openings}


def _committed(commitments: Any, openings: Any) -> Any:
    """The commitments, and those to what is open."""
    if not isinstance(openings, dict) or not isinstance(commitments, dict):
        return commitments
    for field, opening in openings.items():
        with suppress(Refused, ValueError, TypeError, LookupError):
            commitments = commitments | {field: verify.commitment(bytes.fromhex(opening[0]), field, opening[1])}
    return commitments


def _pruning(entry: Fields, start: int, chance: Random) -> Fields:
    """The entry of a pruning. Its root is right where all that went is hidden, which hashes to zeroes here."""
    gone, place = list[int](), max(0, start + chance.randrange(-3, 4))
    for _ in range(chance.randrange(1, 4)):
        last = place + chance.choice((0, 0, 1, 2, 3))
        gone += range(place, last + 1)
        place = last + chance.choice((0, 1, 2, 3))
    text = note.pruning(LOG.name, dict.fromkeys(gone, bytes(verify.HASH_SIZE)))
    if not chance.randrange(3):
        text = "\n".join([*text.split("\n")[:3], chance.choice(LINES), ""])
    signed = f"{text}\n{verify.Signature(LOG.name, LOG.key.key_id, _UNSIGNED)}"
    leaf = {"action": verify.PRUNED, "detail": {"kept": {"400": len(gone)}, "note": signed}, "event": "0" * 32}
    return entry | {"leaf": written(leaf).decode(), "openings": {}}


MUTATORS: Mapping[str, Mutator] = {"zip": zips.archive, "bundle": bundle, "receipt": receipt, "note": lines}
