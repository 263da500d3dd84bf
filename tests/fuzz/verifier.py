"""What is fuzzed of `verify.py`: bundles, receipts and notes, as they are, and by a thief who has the log's key.

As they are, what was signed is damaged and a signature is good or not. A thief's signatures are good whatever they
sign, and the tree fits what it tells of: so the fuzzer comes to what lies behind both.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from unittest.mock import patch

from moderation.audit import note, verify
from moderation.audit.verify import Frontier, Proof, Range, Refused, Trust, Verdict
from tests.moderation.audit.bundles import ALL, TRUST, Files, resigned
from tests.moderation.audit.logs import LOG, WITNESS_KEY

GENUINE = resigned({name: ALL[name] for name in verify.NEEDED})
"""The smallest bundle that is one."""
_MOST = 64
"""Leaves of a thief's bundle, and of a tree to the right of it."""
_THIEF = Trust((LOG.key,))
_SIGNED_BY_THIEF = str(verify.Signature(LOG.key.name, LOG.key.key_id, bytes(64)))
_as_they_are = patch.object(verify, "ed25519_verifies", lru_cache(verify.ed25519_verifies))
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
        verdict = _verdict(_zipped(_stolen(part, proof, entries)), _THIEF)
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
            assert verify.verified(found, [LOG.key, WITNESS_KEY])
        with suppress(Refused), _all_good:
            assert 0 <= verify.open_checkpoint(data, [LOG.key]).size <= verify.LARGEST
        with suppress(Refused):
            leaves = list(islice(verify.parse_pruning(found).indexes(0), _MOST))
            assert leaves == sorted(set(leaves))


def _verdict(data: bytes, trust: Trust) -> Verdict:
    with NamedTemporaryFile(suffix=".zip") as file:
        file.write(data)
        file.flush()
        return verify.verify_bundle(Path(file.name), trust)


def _unpacked(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _stolen(part: Range, proof: bytes, entries: bytes) -> Files:
    """The files of a bundle of this part, whose hashes and signatures all fit."""
    leaves = list(_leaves(part, entries))
    tree, end = Frontier(part.first, part.left), part.first + len(leaves)
    for leaf in leaves:
        tree.append(leaf)
    sizes = (end + more for more in range(_MOST) if len(verify.levels_right_of(end, end + more)) == len(part.right))
    for level, node in zip(verify.levels_right_of(end, next(sizes, end)), part.right, strict=False):
        tree.append(node, level)
    files = {
        "checkpoint": _signed(note.checkpoint(LOG.name, tree.size, tree.root())),
        "entries.jsonl": entries,
        "keys": f"{LOG.key}\n".encode(),
        "leaves": b"".join(leaves),
        "proof.json": proof,
    }
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    return files | {"manifest": _signed(f"{verify.BUNDLE}\n{sums}")}


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
