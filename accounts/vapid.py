"""Who we are to push services (VAPID, RFC 8292): a key made when it is first needed, and kept in the data folder."""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from accounts.sealing import CURVE, packed, point
from moderation.audit.keyfile import kept

LIFETIME = timedelta(hours=12)  # push services take 24 at most
_HEADER = packed(b'{"typ":"JWT","alg":"ES256"}')


def public_key() -> str:
    """What a browser subscribes with, in base64url."""
    return packed(point(_key(settings.STOA_DATA / "push_key").public_key()))


def authorization(endpoint: str, now: datetime) -> str:
    """The `Authorization` of a request to this endpoint: a token for its host, signed by us."""
    host = urlsplit(endpoint)
    claims = {
        "aud": f"{host.scheme}://{host.netloc}",
        "exp": int((now + LIFETIME).timestamp()),
        "sub": settings.PUBLIC_URL,
    }
    signed = f"{_HEADER}.{packed(json.dumps(claims).encode())}"
    numbers = decode_dss_signature(_key(settings.STOA_DATA / "push_key").sign(signed.encode(), ec.ECDSA(SHA256())))
    signature = b"".join(number.to_bytes(32, "big") for number in numbers)
    return f"vapid t={signed}.{packed(signature)}, k={public_key()}"


@cache
def _key(file: Path) -> ec.EllipticCurvePrivateKey:
    """The key in the file, which is made if it is missing; of several processes at once, one makes it."""
    key = load_pem_private_key(kept(file, _made), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  # what `_made` gives
    return key


def _made() -> bytes:
    return ec.generate_private_key(CURVE).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
