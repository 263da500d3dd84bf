"""What a case keeps of words, under its key: whoever has the public half can put in, the private one takes out.

PURE. As evidence is sealed (`rooms.sfu.seal`): X25519 with a key used once, HKDF, AES-256-GCM.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_DOMAIN = b"stoa hint key\0"
_KEY = 32
_NONCE = bytes(12)  # each key seals once


class ShutError(Exception):
    """The box does not open: another key, another place, or not what was put in."""


def seal(plain: bytes, public: str, place: bytes, ephemeral: X25519PrivateKey) -> bytes:
    """The box with `plain`, for the holder of the other half of `public` (hex), at this `place` alone.

    `ephemeral` is a new key, used for this box alone. Raises `ValueError` for a key that is none.
    """
    theirs = X25519PublicKey.from_public_bytes(bytes.fromhex(public))
    ours = ephemeral.public_key().public_bytes_raw()
    return ours + _cipher(ephemeral.exchange(theirs), ours, theirs).encrypt(_NONCE, plain, place)


def unseal(box: bytes, private: X25519PrivateKey, place: bytes) -> bytes:
    """What was put in. Raises `ShutError`."""
    try:
        ours = box[:_KEY]
        shared = private.exchange(X25519PublicKey.from_public_bytes(ours))
        return _cipher(shared, ours, private.public_key()).decrypt(_NONCE, box[_KEY:], place)
    except (ValueError, InvalidTag) as error:
        raise ShutError from error


def _cipher(shared: bytes, ephemeral: bytes, public: X25519PublicKey) -> AESGCM:
    about = _DOMAIN + ephemeral + public.public_bytes_raw()
    return AESGCM(HKDF(SHA256(), 32, None, about).derive(shared))
