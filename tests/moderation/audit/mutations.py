"""More than fifty ways to change a bundle, each with where it is found and which fault it is."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

from moderation.audit import verify
from moderation.audit.verify import Fault
from tests.moderation.audit.bundles import ENTRIES, Files, resigned, unpacked, whole_log, witnessed, written
from tests.moderation.audit.logs import STRANGER, Log


def edited(name: str, change: Callable[[bytes], bytes]) -> Callable[[Files], Files]:
    """A mutation that changes one file."""
    return lambda files: files | {name: change(files[name])}


def replaced(name: str, old: bytes, new: bytes) -> Callable[[Files], Files]:
    return edited(name, lambda data: data.replace(old, new, 1))


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Files], Files]:
    return edited("entries.jsonl", lambda data: b"".join(change(data.splitlines(keepends=True))))


def without(name: str) -> Callable[[Files], Files]:
    return lambda files: {other: data for other, data in files.items() if other != name}


def signed_without(name: str) -> Callable[[Files], Files]:
    return lambda files: resigned(without(name)(files))


def proof(change: Callable[[dict[str, Any]], None]) -> Callable[[Files], Files]:
    def mutate(files: Files) -> Files:
        value = json.loads(files["proof.json"])
        change(value)
        return resigned(files | {"proof.json": verify.canonical(value).encode()})

    return mutate


def forged_leaf(files: Files) -> Files:
    """An entry rewritten so that its line and its leaf agree, in a manifest that fits."""
    text = ENTRIES[7][0].replace("room.join", "room.exit")
    line = verify.canonical({"index": 7, "leaf": text, "openings": {}}).encode() + b"\n"
    leaf = verify.leaf_hash(text.encode())
    changed = lines(lambda all_: [*all_[:2], line, *all_[3:]])(files)
    changed["leaves"] = files["leaves"][: 2 * 32] + leaf + files["leaves"][3 * 32 :]
    return resigned(changed)


def opening(change: Callable[[list[Any]], None]) -> Callable[[Files], Files]:
    def mutate(files: Files) -> Files:
        value = json.loads(files["entries.jsonl"].splitlines()[2])
        change(value["openings"]["actor"])
        line = verify.canonical(value).encode() + b"\n"
        return lines(lambda all_: [*all_[:2], line, *all_[3:]])(files)

    return mutate


def swap(all_: list[bytes]) -> list[bytes]:
    return [all_[1], all_[0], *all_[2:]]


def foreign(files: Files) -> Files:
    """The same part of a log that a stranger signed under the log's name."""
    return unpacked(written(whole_log(STRANGER)))


def reordered(line: bytes) -> bytes:
    value = json.loads(line)
    return json.dumps(dict(reversed(value.items())), separators=(",", ":")).encode() + b"\n"


def unopened(files: Files) -> bytes:
    value = json.loads(files["entries.jsonl"].splitlines()[0])
    value["openings"].pop("port")
    _, *rest = files["entries.jsonl"].splitlines(keepends=True)
    return b"".join([verify.canonical(value).encode() + b"\n", *rest])


def cut(checkpoint: bytes, number: int) -> bytes:
    """The checkpoint without its first or second signature."""
    all_ = checkpoint.splitlines(keepends=True)
    return b"".join([*all_[: 3 + number], *all_[4 + number :]])


def earlier(size: int) -> bytes:
    return witnessed(whole_log().checkpoint(size))


def rewritten() -> bytes:
    return witnessed(Log().grow(b"another past", *(text.encode() for text, _ in ENTRIES[1:])).checkpoint())


OTHER_ROOT = base64.b64encode(bytes(32))
THE_ROOT = base64.b64encode(whole_log().root())
# What was done, where the answer says it was, and which fault it names.
MUTATIONS: list[tuple[str, Callable[[Files], Files], str, Fault]] = [
    ("a value changed", replaced("entries.jsonl", b"bob-5", b"bob-6"), "line 1, entry 5, field 'actor'", Fault.OPENING),
    ("a number changed", replaced("entries.jsonl", b",50007]", b",50008]"), "entry 7, field 'port'", Fault.OPENING),
    ("a value's type changed", replaced("entries.jsonl", b",50007]", b',"50007"]'), "field 'port'", Fault.OPENING),
    ("a value removed", opening(lambda pair: pair.pop()), "entry 7, field 'actor'", Fault.OPENING),
    ("a salt changed", opening(lambda pair: pair.__setitem__(0, "00" * 16)), "field 'actor'", Fault.OPENING),
    ("a salt of another length", opening(lambda pair: pair.__setitem__(0, "00" * 17)), "field 'actor'", Fault.OPENING),
    ("a salt in capitals", opening(lambda pair: pair.__setitem__(0, "AB" * 16)), "field 'actor'", Fault.OPENING),
    ("a salt that is a number", opening(lambda pair: pair.__setitem__(0, 7)), "field 'actor'", Fault.OPENING),
    (
        "a value moved to another field",
        replaced("entries.jsonl", b'"openings":{"actor":', b'"openings":{"abtor":'),
        "entry 5, field 'abtor'",
        Fault.OPENING,
    ),
    (
        "openings of another entry",
        lines(
            lambda all_: [
                all_[0].split(b'"openings":')[0] + b'"openings":' + all_[2].split(b'"openings":')[1],
                *all_[1:],
            ]
        ),
        "entry 5, field 'actor'",
        Fault.OPENING,
    ),
    (
        "a leaf's field changed",
        replaced("entries.jsonl", b"room.join", b"room.exit"),
        "entry 5, field 'leaf'",
        Fault.CHANGED,
    ),
    (
        "a commitment changed",
        edited("entries.jsonl", lambda data: re.sub(rb'(actor\\":\\")[0-9a-f]', rb"\1z", data, count=1)),
        "entry 5, field 'leaf'",
        Fault.CHANGED,
    ),
    (
        "a space in a leaf",
        replaced("entries.jsonl", b'{\\"action\\":', b'{ \\"action\\":'),
        "field 'leaf'",
        Fault.CHANGED,
    ),
    (
        "a leaf that is no text",
        replaced("entries.jsonl", b'"leaf":"', b'"leaf":7,"x":"'),
        "line 1, entry 5",
        Fault.MALFORMED,
    ),
    ("an index changed", replaced("entries.jsonl", b'"index":7', b'"index":8'), "line 3, entry 7", Fault.MISSING),
    ("an index that is text", replaced("entries.jsonl", b'"index":7', b'"index":"7"'), "line 3", Fault.MALFORMED),
    ("an index that is true", replaced("entries.jsonl", b'"index":7', b'"index":true'), "line 3", Fault.MALFORMED),
    ("an index missing", replaced("entries.jsonl", b'"index":7,', b""), "line 3, entry 7", Fault.MALFORMED),
    ("a key twice", replaced("entries.jsonl", b'"index":7', b'"index":7,"index":7'), "line 3", Fault.MALFORMED),
    ("a key more", replaced("entries.jsonl", b'"index":7', b'"a":1,"index":7'), "line 3", Fault.MALFORMED),
    ("keys in another order", lines(lambda all_: [reordered(all_[0]), *all_[1:]]), "line 1", Fault.MALFORMED),
    ("a space between", replaced("entries.jsonl", b'"index":7', b'"index": 7'), "line 3", Fault.MALFORMED),
    ("a fraction", replaced("entries.jsonl", b'"index":7', b'"index":7.0'), "line 3", Fault.MALFORMED),
    (
        "a number no reader keeps",
        replaced("entries.jsonl", b'"index":7', b'"index":9007199254740993'),
        "line 3",
        Fault.MALFORMED,
    ),
    ("bytes that are no text", replaced("entries.jsonl", b"bob-5", b"bob-\xff"), "line 1", Fault.MALFORMED),
    ("half a surrogate", replaced("entries.jsonl", b"bob-5", b"bob-\\ud800"), "line 1", Fault.MALFORMED),
    ("nesting without end", lines(lambda all_: [b"[" * 100_000 + b"\n", *all_[1:]]), "line 1", Fault.MALFORMED),
    ("a line without end", lines(lambda all_: [b"x" * (2 << 20), *all_]), "line 1", Fault.MALFORMED),
    ("the first entry dropped", lines(lambda all_: all_[1:]), "line 1, entry 5", Fault.MISSING),
    ("an entry dropped", lines(lambda all_: [*all_[:9], *all_[10:]]), "line 10, entry 17", Fault.MISSING),
    ("the last entry dropped", lines(lambda all_: all_[:-1]), "line 36, entry 44", Fault.MISSING),
    ("every entry dropped", lines(lambda _: []), "line 1, entry 5", Fault.MISSING),
    ("two entries swapped", lines(swap), "line 1, entry 5", Fault.MISSING),
    ("an entry twice", lines(lambda all_: [all_[0], *all_]), "line 2, entry 6", Fault.MISSING),
    ("an entry more at the end", lines(lambda all_: [*all_, all_[-1]]), "line 37", Fault.CHANGED),
    ("an empty line at the end", lines(lambda all_: [*all_, b"\n"]), "line 37", Fault.CHANGED),
    ("the last newline gone", lines(lambda all_: [*all_[:-1], all_[-1][:-1]]), "line 36, entry 44", Fault.MALFORMED),
    ("another end of line", lines(lambda all_: [all_[0][:-1] + b"\r\n", *all_[1:]]), "line 1", Fault.MALFORMED),
    ("a mark before it all", lines(lambda all_: [b"\xef\xbb\xbf" + all_[0], *all_[1:]]), "line 1", Fault.MALFORMED),
    ("an opening less", lambda files: files | {"entries.jsonl": unopened(files)}, "entries.jsonl", Fault.CHANGED),
    ("a leaf's hash changed", edited("leaves", lambda data: bytes([data[0] ^ 1]) + data[1:]), "leaves", Fault.CHANGED),
    (
        "a leaf's hash dropped",
        lambda files: resigned(edited("leaves", lambda data: data[:-32])(files)),
        "leaves",
        Fault.MISSING,
    ),
    (
        "a leaf's hash more",
        lambda files: resigned(edited("leaves", lambda data: data + data[:32])(files)),
        "leaves",
        Fault.CHANGED,
    ),
    ("half a hash", lambda files: resigned(edited("leaves", lambda data: data[:-1])(files)), "leaves", Fault.MISSING),
    ("an entry forged with its leaf", forged_leaf, "leaves", Fault.PROOF),
    ("the part moved", proof(lambda value: value.update(first=4)), "leaves", Fault.PROOF),
    ("the part made longer", proof(lambda value: value.update(count=41)), "leaves", Fault.MISSING),
    ("the part made shorter", proof(lambda value: value.update(count=39)), "leaves", Fault.CHANGED),
    ("a hash to the left changed", proof(lambda value: value["left"].__setitem__(0, "00" * 32)), "leaves", Fault.PROOF),
    ("a hash to the left dropped", proof(lambda value: value["left"].pop()), "leaves", Fault.PROOF),
    ("hashes to the right reversed", proof(lambda value: value["right"].reverse()), "leaves", Fault.PROOF),
    ("a hash to the right more", proof(lambda value: value["right"].append("00" * 32)), "leaves", Fault.PROOF),
    ("a hash that is none", proof(lambda value: value["right"].append("0")), "proof.json", Fault.MALFORMED),
    ("a negative part", proof(lambda value: value.update(first=-1)), "proof.json", Fault.MALFORMED),
    ("one more withheld", proof(lambda value: value["withheld"].append([40, 41])), "line 32, entry 41", Fault.MISSING),
    ("one less withheld", proof(lambda value: value["withheld"].pop()), "entry 30", Fault.MISSING),
    ("withheld backwards", proof(lambda value: value["withheld"].reverse()), "proof.json", Fault.MALFORMED),
    (
        "withheld beyond the part",
        proof(lambda value: value["withheld"].append([44, 46])),
        "proof.json",
        Fault.MALFORMED,
    ),
    ("withheld that are no pair", proof(lambda value: value["withheld"].append(7)), "proof.json", Fault.MALFORMED),
    ("a proof that is not signed", replaced("proof.json", b'"first":5', b'"first":6'), "proof.json", Fault.CHANGED),
    ("a size forged", replaced("checkpoint", b"\n70\n", b"\n71\n"), "checkpoint", Fault.FORGED),
    ("a root forged", replaced("checkpoint", THE_ROOT, OTHER_ROOT), "checkpoint", Fault.FORGED),
    ("an origin forged", replaced("checkpoint", b"stoa.example", b"soat.example"), "checkpoint", Fault.UNSIGNED),
    ("a line more in the checkpoint", replaced("checkpoint", b"\n\n", b"\nmore\n\n"), "checkpoint", Fault.FORGED),
    ("the log's signature gone", edited("checkpoint", lambda data: cut(data, 1)), "checkpoint", Fault.UNSIGNED),
    ("the witness's signature gone", edited("checkpoint", lambda data: cut(data, 2)), "checkpoint", Fault.UNSIGNED),
    ("an older checkpoint", lambda files: resigned(files | {"checkpoint": earlier(60)}), "leaves", Fault.PROOF),
    (
        "a checkpoint of another history",
        lambda files: resigned(files | {"checkpoint": rewritten()}),
        "leaves",
        Fault.PROOF,
    ),
    ("a stranger's bundle under our name", foreign, "checkpoint", Fault.UNSIGNED),
    ("a key changed", edited("keys", lambda data: data.replace(b"A", b"B", 1)), "keys", Fault.MALFORMED),
    ("another's key", edited("keys", lambda data: f"{STRANGER.key}\n".encode() + data), "keys", Fault.CHANGED),
    ("every key gone", edited("keys", lambda _: b""), "keys", Fault.MALFORMED),
    ("another verifier", replaced("verify.py", b"no: {error}", b"yes: {error}"), "verify.py", Fault.CHANGED),
    ("another README", replaced("README.md", b"5 to 44", b"0 to 44"), "README.md", Fault.CHANGED),
    ("another story in OCSF", replaced("entries.ocsf.jsonl", b"bob-5", b"bob-6"), "entries.ocsf.jsonl", Fault.CHANGED),
    ("another story in ECS", replaced("entries.ecs.jsonl", b"bob-5", b"bob-6"), "entries.ecs.jsonl", Fault.CHANGED),
    ("another story in CEF", replaced("entries.cef", b"bob-5", b"bob-6"), "entries.cef", Fault.CHANGED),
    ("a file more", lambda files: files | {"more.txt": b"trust me"}, "more.txt", Fault.CHANGED),
    ("a sum changed", edited("manifest", lambda data: data.replace(b"a", b"b", 1)), "manifest", Fault.FORGED),
    ("a manifest by a stranger", lambda files: resigned(files, STRANGER), "manifest", Fault.UNSIGNED),
    (
        "a checkpoint for a manifest",
        lambda files: files | {"manifest": files["checkpoint"]},
        "manifest",
        Fault.MALFORMED,
    ),
    *((f"no {name}", without(name), name, Fault.MISSING) for name in sorted(unpacked())),
    *((f"no {name}, signed so", signed_without(name), name, Fault.MISSING) for name in verify.NEEDED),
]
