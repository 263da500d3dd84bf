"""The keys that SRTP seals RTP with, derived from those of the handshake (RFC 7714, RFC 3711 section 4.3). PURE."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

SALT = 12
"""Bytes of an AEAD's salt, master or not (RFC 7714 section 12)."""
_ENCRYPTION, _SALTING = 0, 2


@dataclass(frozen=True, slots=True)
class Keys:
    """An AES key of 16 or 32 bytes, and the salt that a packet's number is mixed with for its nonce."""

    key: bytes = field(repr=False)
    salt: bytes = field(repr=False)


def session(master: bytes) -> Keys:
    """The keys of RTP for a master key with its salt behind it (RFC 3711 section 4.3.1, for AES-256 RFC 6188)."""
    key, salt = master[:-SALT], master[-SALT:]
    return Keys(_derived(key, salt, _ENCRYPTION, len(key)), _derived(key, salt, _SALTING, SALT))


def _derived(key: bytes, salt: bytes, label: int, size: int) -> bytes:
    start = int.from_bytes(salt.ljust(14, b"\0")) ^ label << 48
    return Cipher(AES(key), CTR((start << 16).to_bytes(16))).encryptor().update(bytes(size))
