"""Writes a bundle: a part of the log that whoever reads it can check without us (`verify.py` is inside)."""

import hashlib
import json
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Template
from tempfile import SpooledTemporaryFile
from typing import IO

from moderation.audit import formats, verify
from moderation.audit.note import Signer, signed
from moderation.audit.verify import Checkpoint, Key

HERE = Path(__file__).parent
IN_MEMORY = 1 << 23  # of the leaves' hashes; more of them go to a temporary file
BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Row:
    """One leaf of the part: its hash and, if the entry is shown, its text and what opens its personal fields."""

    leaf: bytes
    text: str | None
    openings: Mapping[str, Sequence[object]]


@dataclass(frozen=True, slots=True)
class Part:
    """What the bundle is about: the leaves from `first` on, the tree beside them, and the checkpoint over it all."""

    first: int
    left: Sequence[bytes]
    right: Sequence[bytes]
    checkpoint: Checkpoint
    keys: Sequence[Key]


def write(
    out: IO[bytes],
    part: Part,
    rows: Callable[[], Iterable[Row]],
    *,
    signers: Sequence[Signer],
    moment: datetime,
    also: Iterable[str] = (),
    scratch: str | None = None,
) -> int:
    """How many leaves the bundle has that was written to `out`, a zip file.

    `rows` is called once, and once more for each format in `also` (`ocsf`, `ecs`, `cef`), so that whatever the size no
    entry waits in memory, nor anything personal on disk; of the hashes, those that are too many wait in `scratch`.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        box = _Box(archive, moment)
        box.put("verify.py", (HERE / "verify.py").read_bytes())
        box.put("keys", "".join(f"{key}\n" for key in part.keys).encode())
        box.put("checkpoint", str(part.checkpoint.note).encode())
        with SpooledTemporaryFile(IN_MEMORY, dir=scratch) as leaves:
            count, withheld = _put_entries(box, part.first, rows(), leaves)
            leaves.seek(0)
            with box.member("leaves") as write_leaves:
                while block := leaves.read(BLOCK):
                    write_leaves(block)
        for name in also:
            _put_format(box, name, part.first, rows())
        box.put("proof.json", _proof(part, count, withheld).encode())
        box.put("README.md", _readme(part, count, moment).encode())
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(box.sums.items()))
        box.put("manifest", signed(f"{verify.BUNDLE}\n{lines}", signers).encode())
    return count


class _Box:
    """The zip, and the SHA-256 of everything that was put in."""

    def __init__(self, archive: zipfile.ZipFile, moment: datetime) -> None:
        self._archive, self._time = archive, moment.timetuple()[:6]
        self.sums: dict[str, str] = {}

    @contextmanager
    def member(self, name: str) -> Iterator[Callable[[bytes], object]]:
        """What writes to the file `name`."""
        item, digest = zipfile.ZipInfo(name, self._time), hashlib.sha256()
        item.compress_type, item.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        with self._archive.open(item, "w", force_zip64=True) as file:

            def put(data: bytes) -> None:
                digest.update(data)
                file.write(data)

            yield put
        self.sums[name] = digest.hexdigest()

    def put(self, name: str, data: bytes) -> None:
        """Write a small file."""
        with self.member(name) as write_file:
            write_file(data)


def _put_entries(box: _Box, first: int, rows: Iterable[Row], leaves: IO[bytes]) -> tuple[int, list[list[int]]]:
    """How many leaves there are, and from where to where their entries are withheld."""
    index, withheld = first, list[list[int]]()
    with box.member("entries.jsonl") as write_line:
        for index, row in enumerate(rows, first + 1):
            leaves.write(row.leaf)
            if row.text is not None:
                write_line(line(index - 1, row).encode() + b"\n")
            elif withheld and withheld[-1][1] == index - 1:
                withheld[-1][1] = index
            else:
                withheld.append([index - 1, index])
    return index - first, withheld


def line(index: int, row: Row) -> str:
    """An entry as a line of `entries.jsonl`."""
    return verify.canonical({"index": index, "leaf": row.text, "openings": row.openings})


def _put_format(box: _Box, name: str, first: int, rows: Iterable[Row]) -> None:
    suffix = "" if name == "cef" else ".jsonl"
    with box.member(f"entries.{name}{suffix}") as write_line:
        for index, row in enumerate(rows, first):
            if row.text is not None:
                write_line(formats.line(name, index, fields(row)).encode() + b"\n")


def fields(row: Row) -> dict[str, object]:
    """What can be read of an entry: its public fields, and the personal ones that are open."""
    public: dict[str, object] = json.loads(row.text or "{}")
    public.pop("commitments", None)
    return public | {field: opening[1] for field, opening in row.openings.items()}


def _proof(part: Part, count: int, withheld: list[list[int]]) -> str:
    left, right = ([node.hex() for node in side] for side in (part.left, part.right))
    return verify.canonical({"count": count, "first": part.first, "left": left, "right": right, "withheld": withheld})


def _readme(part: Part, count: int, moment: datetime) -> str:
    return Template((HERE / "BUNDLE.md").read_text(encoding="utf-8")).substitute(
        origin=part.checkpoint.origin,
        first=part.first,
        last=part.first + count - 1,
        size=part.checkpoint.size,
        root=b64encode(part.checkpoint.root).decode(),
        moment=moment.isoformat(timespec="seconds"),
    )
