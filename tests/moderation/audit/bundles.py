"""A bundle of a part of a small log, in memory and as files; some entries withheld, some values erased."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from moderation.audit import bundle, note, verify
from moderation.audit.bundle import Part, Row
from moderation.audit.verify import Trust
from tests.moderation.audit.logs import LOG, WITNESS_KEY, Log, cosignature

NOW = datetime(2026, 11, 25, 20, tzinfo=UTC)
FIRST, COUNT, SIZE = 5, 40, 70
WITHHELD = {9, 10, 11, 30}
Files = dict[str, bytes]


def entry(number: int) -> tuple[str, dict[str, list[object]]]:
    """The leaf's text and the openings of an entry that bob made; those of every third are erased."""
    values = {"actor": f"bob-{number}", "address": "192.0.2.1", "port": 50_000 + number}
    openings: dict[str, list[object]] = {
        field: [bytes([number, place] * 8).hex(), value] for place, (field, value) in enumerate(values.items())
    }
    leaf = {
        "action": "room.join",
        "channel": "http",
        "commitments": {
            field: verify.commitment(bytes.fromhex(str(salt)), field, value)
            for field, (salt, value) in openings.items()
        },
        "event": f"{number:032x}",
        "occurred_at": "2026-11-25T19:46:01.123456Z",
        "result": "ok",
        "schema": 2,
    }
    return verify.canonical(leaf), openings if number % 3 else {}


ENTRIES = [entry(number) for number in range(SIZE)]


def whole_log(signer: note.Signer = LOG) -> Log:
    return Log(signer).grow(*(text.encode() for text, _ in ENTRIES))


def rows() -> Iterator[Row]:
    for index in range(FIRST, FIRST + COUNT):
        text, openings = ENTRIES[index]
        hidden = index in WITHHELD
        yield Row(verify.leaf_hash(text.encode()), None if hidden else text, {} if hidden else openings)


def witnessed(checkpoint: bytes) -> bytes:
    return checkpoint + cosignature(verify.parse_note(checkpoint).text, 1_790_000_000).encode()


def part(log: Log) -> Part:
    left, right = log.left_and_right(FIRST, COUNT)
    head = verify.parse_checkpoint(witnessed(log.checkpoint()))
    return Part(FIRST, left, right, head, [log.signer.key, WITNESS_KEY])


def written(log: Log, also: tuple[str, ...] = ("ocsf", "ecs", "cef")) -> bytes:
    out = io.BytesIO()
    assert bundle.write(out, part(log), rows, signers=[log.signer], moment=NOW, also=also) == COUNT
    return out.getvalue()


BUNDLE = written(whole_log())
TRUST = Trust((LOG.key,), (WITNESS_KEY,))


def unpacked(data: bytes = BUNDLE) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def put(folder: Path, files: Files) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def resigned(files: Files, signer: note.Signer = LOG) -> Files:
    """The files with a manifest that fits them, as only somebody with the log's key can make it."""
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "manifest"}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    return files | {"manifest": note.signed(f"{verify.BUNDLE}\n{lines}", [signer]).encode()}


ALL = unpacked()
