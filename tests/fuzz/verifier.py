"""What is fuzzed of `verify.py`: bundles, receipts and notes, as they are, and by a thief who has the log's key.

As they are, what was signed is damaged and a signature is good or not. A thief's signatures are good whatever they
sign, and the tree fits what it tells of: so the fuzzer comes to what lies behind both. Nothing touches a disk, a
thief's bundle is no zip (what one can do is the business of `damaged_zip`), and OpenSSL checks signatures, a hundred
times as fast as the verifier itself, which is tried with published signatures elsewhere.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from unittest.mock import patch

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from moderation.audit import note, verify
from moderation.audit.verify import Frontier, Proof, Range, Refused, Trust, Verdict
from tests.moderation.audit.bundles import ALL, TRUST, Files, resigned
from tests.moderation.audit.logs import LOG, WITNESS_KEY

GENUINE = resigned({name: ALL[name] for name in verify.NEEDED})
"""The smallest bundle that is one."""
_MOST = 64
"""Leaves of a thief's bundle, and of a tree to the right of it."""
_KEY = LOG.key
_THIEF = Trust((_KEY,))
_SIGNED_BY_THIEF = str(verify.Signature(_KEY.name, _KEY.key_id, bytes(64)))
_IN_MEMORY = Path("in memory")


@lru_cache
def _openssl(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


_as_they_are = patch.object(verify, "ed25519_verifies", _openssl)
_all_good = patch.object(verify, "ed25519_verifies", lambda *_: True)


def damaged_zip(data: bytes) -> None:
    """A zip gets a yes if it holds what the log signed, and nothing else."""
    with suppress(Refused), _as_they_are:
        _verdict(data, TRUST)
        assert _unpacked(data) == GENUINE


def stolen_bundle(data: bytes) -> None:
    """The text of `proof.json`, a zero byte and the entries: all of them are counted."""
    proof, _, entries = data.partition(b"\0")
    with suppress(Refused), _all_good:
        part = Range.parse(proof.decode("utf-8", "replace"))
        with _unzipped(_stolen(part, proof, entries)):
            verdict = verify.verify_bundle(_IN_MEMORY, _THIEF)
        assert verdict.count == part.count == verdict.withheld + len(entries.splitlines())
        assert verdict.pruned <= verdict.withheld


def receipt(data: bytes) -> None:
    """A receipt is read in one way alone, and one that a thief signed is checked to its end."""
    with suppress(Refused):
        proof = verify.parse_proof(data)
        assert str(replace(proof, checkpoint=b"")).encode() + proof.checkpoint == data
        with suppress(Refused), _as_they_are:
            assert verify.verify_proof(data, TRUST).count == 1
        with _all_good:
            assert verify.verify_proof(_stolen_receipt(proof), _THIEF).first == proof.index


def signed_note(data: bytes) -> None:
    """A note, its keys and what it tells of are read in one way alone."""
    with suppress(Refused):
        found = verify.parse_note(data)
        assert str(found).encode() == data
        with suppress(Refused):
            line = found.text.partition("\n")[0]
            assert str(verify.parse_key(line)) == line
        with suppress(Refused), _as_they_are:
            assert verify.verified(found, [_KEY, WITNESS_KEY])
        with suppress(Refused), _all_good:
            assert 0 <= verify.open_checkpoint(data, [_KEY]).size <= verify.LARGEST
        with suppress(Refused):
            leaves = list(islice(verify.parse_pruning(found).indexes(0), _MOST))
            assert leaves == sorted(set(leaves))


def _verdict(data: bytes, trust: Trust) -> Verdict:
    size = SimpleNamespace(st_size=len(data))
    file = SimpleNamespace(is_dir=bool, open=lambda _mode: io.BytesIO(data), stat=lambda: size)
    return verify.verify_bundle(cast("Path", file), trust)


def _unpacked(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@contextmanager
def _unzipped(files: Files) -> Iterator[None]:
    """A block in which whatever bundle is opened has these files."""

    @contextmanager
    def opened(_path: Path) -> Iterator[Mapping[str, Callable[[], io.BytesIO]]]:
        yield {name: partial(io.BytesIO, data) for name, data in files.items()}

    with patch.object(verify, "_opened", opened):
        yield


def _stolen(part: Range, proof: bytes, entries: bytes) -> Files:
    """The files of a bundle of this part, whose hashes and signatures all fit."""
    leaves = list(_leaves(part, entries))
    tree, end = Frontier(part.first, part.left), part.first + len(leaves)
    for leaf in leaves:
        tree.append(leaf)
    for level, node in zip(_right_of(end, len(part.right)), part.right, strict=False):
        tree.append(node, level)
    files = {
        "checkpoint": _signed(note.checkpoint(LOG.name, tree.size, tree.root())),
        "entries.jsonl": entries,
        "keys": f"{_KEY}\n".encode(),
        "leaves": b"".join(leaves),
        "proof.json": proof,
    }
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    return files | {"manifest": _signed(f"{verify.BUNDLE}\n{sums}")}


@lru_cache
def _right_of(end: int, count: int) -> list[int]:
    """The levels of so many subtrees to the right of the leaf `end`, of a tree that is no larger than it must be."""
    sizes = (end + more for more in range(_MOST) if len(verify.levels_right_of(end, end + more)) == count)
    return verify.levels_right_of(end, next(sizes, end))


def _leaves(part: Range, entries: bytes) -> Iterator[bytes]:
    lines, shown = iter(entries.splitlines()), set(islice(part.shown(), _MOST))
    for index in range(part.first, part.first + min(part.count, _MOST)):
        yield _leaf(next(lines, b"")) if index in shown else bytes(32)


def _leaf(entry: bytes) -> bytes:
    """The hash of the leaf in this entry; zeroes where there is none."""
    with suppress(Refused):
        fields = verify.parse_canonical(entry.decode("utf-8", "replace"))
        return verify.leaf_hash(str(fields.get("leaf")).encode(errors="replace"))
    return bytes(32)


def _stolen_receipt(proof: Proof) -> bytes:
    """The receipt under a checkpoint that it leads to."""
    size = verify.parse_checkpoint(proof.checkpoint).size
    root = verify.inclusion_root(proof.index, size, _leaf(proof.extra), proof.hashes)
    return str(replace(proof, checkpoint=_signed(note.checkpoint(LOG.name, size, root)))).encode()


def _signed(text: str) -> bytes:
    return f"{text}\n{_SIGNED_BY_THIEF}".encode()
