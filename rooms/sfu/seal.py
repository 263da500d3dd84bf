"""What one speaker said, as a file that only the key of the case opens. PURE.

A file is a line of JSON, the header, and chunks: four bytes of length, then AES-256-GCM. The header says whose words
these are and for which report. Its SHA-256 is part of the file's key and of what every chunk authenticates: nothing can
be taken from one file and put into another. `moderation.evidence.sealed` reads it.
"""

import hashlib
import json
import struct
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rooms.sfu.messages import Freeze
from rooms.sfu.ring import Record, pack

VERSION = 1
HEADER, KEY = b"stoa evidence header\0", b"stoa evidence key\0"

_SIZE, _PLACE = struct.Struct("!I"), struct.Struct("!I?")


def seal(order: Freeze, member: int, chunks: Sequence[Sequence[Record]], ephemeral: X25519PrivateKey) -> bytes:
    """The file of what `member` said: `chunks` of at least one record each, at least one of them.

    `ephemeral` is a new key, used for this file alone. Raises `ValueError` for a key of the case that is none.
    """
    header = {
        "version": VERSION,
        "room": order.room,
        "member": member,
        "freeze": order.freeze,
        "start_ms": min(record.at for records in chunks for record in records),
        "end_ms": max(record.at for records in chunks for record in records),
        "packets": sum(map(len, chunks)),
        "chunks": len(chunks),
        "ephemeral": ephemeral.public_key().public_bytes_raw().hex(),
    }
    line = json.dumps(header, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    digest = hashlib.sha256(HEADER + line).digest()
    public = bytes.fromhex(order.key)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    box = AESGCM(HKDF(SHA256(), 32, None, KEY + digest + public).derive(shared))
    parts = [line]
    for index, records in enumerate(chunks):
        place = digest + _PLACE.pack(index, index == len(chunks) - 1)
        sealed = box.encrypt(index.to_bytes(12, "big"), pack(records), place)
        parts += _SIZE.pack(len(sealed)), sealed
    return b"".join(parts)
