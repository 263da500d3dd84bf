"""Invite codes as people meet them: sixteen random symbols in fours, and a check letter (`7KQM-R2VX-94TD-HWPA-C`).

No symbol can be taken for another (no 0 and O, no 1, I and L). That leaves 31, a prime, so the weighted sum behind the
check letter catches every single wrong symbol and every two that changed places. Sixteen symbols are 79 bits; guessing
them is throttled besides. The check letter follows from the other symbols and so says nothing about which codes exist.
"""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 16
RANDOM_BYTES = 32
_LONGEST = 400  # a pasted link is short; anything longer is not one

_SEPARATORS = re.compile(r"[\s\-_\u00ad\u2010-\u2015\u2212\u30fc\u00b7.,]+")
_LINK = re.compile(r"^.*/join/([^/?#]*).*$", re.IGNORECASE | re.DOTALL)


class Code(StrEnum):
    """Why a code does not open the door. A stranger is told apart only the first two."""

    MALFORMED = "malformed"  # cannot be a code at all
    MISTYPED = "mistyped"  # the check letter does not fit
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED = "used"


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not an error
    """The code is not accepted; `code` says why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed when a code was issued, as it stands now."""

    uses_left: int
    expires_at: datetime
    revoked_at: datetime | None

    def refusal(self, now: datetime) -> Code | None:
        """Why the code no longer opens the door at `now`; None while it does."""
        if self.revoked_at is not None:
            return Code.REVOKED
        if self.uses_left < 1:
            return Code.USED
        return Code.EXPIRED if now >= self.expires_at else None


def make(random: bytes) -> str:
    """A code, without dashes, from `RANDOM_BYTES` random bytes; 32 of them leave no measurable bias."""
    if len(random) < RANDOM_BYTES:
        raise ValueError("too few random bytes for a code")
    number = int.from_bytes(random, "big")
    symbols = []
    for _ in range(LENGTH):
        number, value = divmod(number, len(ALPHABET))
        symbols.append(ALPHABET[value])
    body = "".join(symbols)
    return body + check_letter(body)


def check_letter(body: str) -> str:
    """The letter that ends a code whose first sixteen symbols are `body`."""
    return ALPHABET[sum(weight * ALPHABET.index(symbol) for weight, symbol in enumerate(body, 1)) % len(ALPHABET)]


def pretty(code: str) -> str:
    """The code in fours, for people: `7KQM-R2VX-94TD-HWPA-C`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def normalise(text: str) -> str:
    """The code in `text`, without dashes and in capitals.

    Takes what people type and paste: lower case, any dashes and spaces, full-width letters, a whole link. Raises
    `Refused` with `MALFORMED` or `MISTYPED`.
    """
    if len(text) > _LONGEST:
        raise Refused(Code.MALFORMED)
    plain = unicodedata.normalize("NFKC", text).strip()
    code = _SEPARATORS.sub("", _LINK.sub(r"\1", plain)).upper()
    if len(code) != LENGTH + 1 or any(symbol not in ALPHABET for symbol in code):
        raise Refused(Code.MALFORMED)
    if check_letter(code[:LENGTH]) != code[LENGTH]:
        raise Refused(Code.MISTYPED)
    return code


def digest(code: str, key: bytes) -> str:
    """The keyed hash a code is stored and found by: HMAC-SHA256, 64 hex characters."""
    return hmac.new(key, code.encode(), hashlib.sha256).hexdigest()
