"""Web Push messages, sealed for one browser (RFC 8291). PURE: the one-time key and the salt are arguments."""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SALT = 16  # bytes
RECORD = 4096  # bytes; a message is one record
LONGEST = RECORD - 17 - 86  # bytes of plain text: less padding delimiter, tag and header
CURVE = ec.SECP256R1()


def seal(plain: bytes, p256dh: str, auth: str, *, key: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The body of a push request, which only the browser of `p256dh` and `auth` (base64url) can read.

    Raises `ValueError` for keys that are none, and for more than `LONGEST` bytes.
    """
    if len(plain) > LONGEST:
        raise ValueError("longer than a push message may be")
    browser, secret = keys(p256dh, auth)
    ours, theirs = point(key.public_key()), point(browser)
    shared = _derive(key.exchange(ec.ECDH(), browser), secret, b"WebPush: info\0" + theirs + ours, 32)
    cipher = AESGCM(_derive(shared, salt, b"Content-Encoding: aes128gcm\0", 16))
    nonce = _derive(shared, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + struct.pack(">IB", RECORD, len(ours)) + ours
    return header + cipher.encrypt(nonce, plain + b"\x02", None)


def keys(p256dh: str, auth: str) -> tuple[ec.EllipticCurvePublicKey, bytes]:
    """A browser's public key and secret, out of base64url; raises `ValueError` for what is none."""
    secret = unpacked(auth)
    if len(secret) != 16:
        raise ValueError("a browser's secret has 16 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unpacked(p256dh)), secret


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """The public key as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def packed(data: bytes) -> str:
    """The data as base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    """The data again; raises `ValueError`."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
