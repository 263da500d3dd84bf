"""A sealed file opened, and proven to be what the log says it is. PURE.

`rooms.sfu.seal` writes these files. Everything in one hangs on the SHA-256 of its header, which says whose words they
are and for which report: the file's key is derived with it, every chunk authenticates it with its place, and every hash
in the log covers it. A chunk that was changed, moved, left out or taken from elsewhere is found by the hashes, without
the key.
"""

import hashlib
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
HEADER, KEY, CHUNK = b"stoa evidence header\0", b"stoa evidence key\0", b"stoa evidence chunk\0"
MAX_HEADER = 1024
MAX_CHUNKS = 128

_SIZE, _PLACE, _INDEX = struct.Struct("!I"), struct.Struct("!I?"), struct.Struct("!I")
_RECORD = struct.Struct("!QHIH")


class Code(StrEnum):
    """Why a file is not opened."""

    MALFORMED = "malformed"
    ELSEWHERE = "elsewhere"  # another room, speaker or report than it was kept as
    CHANGED = "changed"  # not what the log says
    SHUT = "shut"  # the key does not open it


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not an error
    """The file is not evidence; `code` says why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself; the times are ms since 1970, `ephemeral` is the public half of its own key."""

    version: int
    room: str
    member: int
    freeze: str
    start_ms: int
    end_ms: int
    packets: int
    chunks: int
    ephemeral: str

    @property
    def place(self) -> tuple[str, int, str]:
        """Room, member and freeze: whose words these are, and for which report."""
        return self.room, self.member, self.freeze


class Record(NamedTuple):
    """A packet as it came: when (ms since 1970), its RTP sequence and timestamp, and the Opus it carried."""

    at: int
    sequence: int
    timestamp: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Track:
    """A file taken apart and still shut; `digest` is the hash of its header."""

    header: Header
    digest: bytes
    chunks: tuple[bytes, ...]

    @property
    def hashes(self) -> list[str]:
        """The hash of every chunk, as the log has them."""
        return [
            hashlib.sha256(CHUNK + self.digest + _INDEX.pack(index) + chunk).hexdigest()
            for index, chunk in enumerate(self.chunks)
        ]


def read(data: bytes) -> Track:
    """The track in `data`. Raises `Refused(MALFORMED)`."""
    end = data.find(b"\n", 0, MAX_HEADER) + 1
    line = data[:end]
    header = _header(line)
    chunks: list[bytes] = []
    place = end
    while place < len(data):
        if place + _SIZE.size > len(data) or len(chunks) == header.chunks:
            _refuse()
        (size,) = _SIZE.unpack_from(data, place)
        place += _SIZE.size + size
        chunks.append(data[place - size : place])
    if place != len(data) or len(chunks) != header.chunks:
        _refuse()
    return Track(header, hashlib.sha256(HEADER + line).digest(), tuple(chunks))


def unseal(track: Track, private: X25519PrivateKey, hashes: Sequence[str], place: tuple[str, int, str]) -> list[Record]:
    """What was said, packet by packet, once it is proven: `hashes` are the log's, `place` is where the track belongs.

    `private` is the case's key. Raises `Refused`.
    """
    if track.header.place != place:
        raise Refused(Code.ELSEWHERE)
    if track.hashes != list(hashes):
        raise Refused(Code.CHANGED)
    box, last = _box(track, private), len(track.chunks) - 1
    records: list[Record] = []
    for index, chunk in enumerate(track.chunks):
        try:
            where = track.digest + _PLACE.pack(index, index == last)
            records += _records(box.decrypt(index.to_bytes(12, "big"), chunk, where))
        except InvalidTag as error:
            raise Refused(Code.SHUT) from error
    if len(records) != track.header.packets:
        _refuse()
    return records


def _box(track: Track, private: X25519PrivateKey) -> AESGCM:
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(track.header.ephemeral)))
    except ValueError as error:
        raise Refused(Code.SHUT) from error
    public = private.public_key().public_bytes_raw()
    return AESGCM(HKDF(SHA256(), 32, None, KEY + track.digest + public).derive(shared))


def _header(line: bytes) -> Header:
    try:
        body = json.loads(line)
        header = Header(**body)
        bytes.fromhex(header.ephemeral)
    except (ValueError, TypeError, RecursionError) as error:
        raise Refused(Code.MALFORMED) from error
    fine = all(type(body[name]) is kind for name, kind in Header.__annotations__.items())
    if not fine or header.version != VERSION or not 0 < header.chunks <= MAX_CHUNKS or _line(body) != line:
        _refuse()
    return header


def _line(body: dict[str, object]) -> bytes:
    """The one way to write this header."""
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _records(data: bytes) -> list[Record]:
    records, place = [], 0
    while place < len(data):
        if place + _RECORD.size > len(data):
            _refuse()
        at, sequence, timestamp, size = _RECORD.unpack_from(data, place)
        place += _RECORD.size + size
        if place > len(data):
            _refuse()
        records.append(Record(at, sequence, timestamp, data[place - size : place]))
    return records


def _refuse() -> NoReturn:
    raise Refused(Code.MALFORMED)
