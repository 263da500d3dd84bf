"""The key pairs of cases. The public half goes to the media process; the private one stays here, wrapped.

What wraps it is a key of the case alone, in STOA_DATA/keys and apart from the database: a backup of the one opens
nothing without the other. Once that key is destroyed, nothing of the case opens any more, in no backup of the database.
"""

import os
import resource
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from moderation.audit import keys

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
    wrap = AESGCM(keys.named(_name(public.hex())))
    return Pair(public.hex(), nonce + wrap.encrypt(nonce, private.private_bytes_raw(), public))


def private(public: str, secret: bytes) -> X25519PrivateKey:
    """The private half again; a crash of this process writes no core from now on, in which what it opens would be.

    Raises `KeysMissingError` where it was destroyed or another server wrapped it, `InvalidTag` where it is not that of
    `public`.
    """
    _undumped()
    wrap = AESGCM(keys.found(_name(public)))
    raw = wrap.decrypt(secret[:_NONCE], secret[_NONCE:], bytes.fromhex(public))
    return X25519PrivateKey.from_private_bytes(raw)


def destroy(public: str) -> None:
    """Nothing: what is sealed under this pair opens never again."""
    keys.drop(_name(public))


def _undumped() -> None:
    """Nothing: the limit is one byte, as in `rooms.sfu.heap`, which the web side does not know."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (1 if most else 0, most))


def _name(public: str) -> str:
    return f"evidence-{public[:32]}"
