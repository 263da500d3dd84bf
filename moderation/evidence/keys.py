"""The key pairs of cases. The public half goes to the media process; the private one stays here, wrapped.

What wraps it stands in STOA_DATA/keys, apart from the database: a backup of the one opens nothing without the other. A
case whose wrapped half is deleted opens never again.
"""

import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from moderation.audit import keys

_NAME = "evidence"
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """A case's keys as its row has them: `public` in hexadecimal, `secret` wrapped."""

    public: str
    secret: bytes


def new_pair() -> Pair:
    """A fresh pair."""
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    nonce = os.urandom(_NONCE)
    return Pair(public.hex(), nonce + _wrap().encrypt(nonce, private.private_bytes_raw(), public))


def private(public: str, secret: bytes) -> X25519PrivateKey:
    """The private half again; raises `InvalidTag` where it is not that of `public`, or another server wrapped it."""
    raw = _wrap().decrypt(secret[:_NONCE], secret[_NONCE:], bytes.fromhex(public))
    return X25519PrivateKey.from_private_bytes(raw)


def _wrap() -> AESGCM:
    return AESGCM(keys.named(_NAME))
