"""A room's key on its way to one media process: closed for the public key that its `Alive` told. PURE.

The web side closes, the media process opens. Whoever reads along in Redis has neither half of what it takes.
"""

import json
from dataclasses import replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rooms.sfu.messages import Spread
from rooms.sfu.refusals import Code, Refused

SIZE = 32
"""Bytes of a room's key, and of a public one."""
LABEL = b"stoa room key\0"

_NONCE = bytes(12)
"""Each envelope has a key of its own."""


def close(order: Spread, key: bytes, public: str, ephemeral: X25519PrivateKey) -> Spread:
    """The order with the room's `key` in it, for the process whose `Alive.key` is `public`.

    `ephemeral` is a new key, used for this envelope alone. Raises `Refused(MESSAGE_INVALID)` for a `public` that is no
    key.
    """
    theirs = _bytes(public, SIZE)
    ours = ephemeral.public_key().public_bytes_raw()
    box = AESGCM(_key(ephemeral, theirs, ours + theirs))
    return replace(order, key=(ours + box.encrypt(_NONCE, key, _place(order))).hex())


def open_(order: Spread, private: X25519PrivateKey) -> bytes:
    """The room's key in the order.

    Raises `Refused`: MESSAGE_INVALID for what is no envelope, FORGED for one that was closed for another process, room,
    turn or set of carriers.
    """
    sealed = _bytes(order.key, SIZE + SIZE + 16)
    theirs = sealed[:SIZE]
    box = AESGCM(_key(private, theirs, theirs + private.public_key().public_bytes_raw()))
    try:
        return box.decrypt(_NONCE, sealed[SIZE:], _place(order))
    except InvalidTag as error:
        raise Refused(Code.FORGED) from error


def _bytes(text: str, size: int) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError as error:
        raise Refused(Code.MESSAGE_INVALID) from error
    if len(value) != size:
        raise Refused(Code.MESSAGE_INVALID)
    return value


def _key(own: X25519PrivateKey, other: bytes, both: bytes) -> bytes:
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(other))
    except ValueError as error:  # a point that would give everybody the same secret
        raise Refused(Code.MESSAGE_INVALID) from error
    return HKDF(SHA256(), SIZE, None, LABEL + both).derive(shared)


def _place(order: Spread) -> bytes:
    """What the envelope belongs to, and where alone it can be opened."""
    return json.dumps([order.room, order.turn, order.carriers]).encode()
