"""STUN binding requests read and answered: the whole of an ICE-lite agent (RFC 8445 section 2.5, RFC 8489). PURE."""

import hashlib
import hmac
import struct
import zlib
from dataclasses import dataclass
from ipaddress import ip_address

from rooms.sfu.messages import Code, Refused

MAX_REQUEST = 1024
MAX_USERNAME = 513
COOKIE = 0x2112A442

_HEADER = struct.Struct("!HHL12s")
_ATTRIBUTE = struct.Struct("!HH")
_MAPPED = struct.Struct("!BBH")
_REQUEST, _SUCCESS = 0x0001, 0x0101
_USERNAME, _INTEGRITY, _XOR_MAPPED = 0x0006, 0x0008, 0x0020
_PRIORITY, _USE_CANDIDATE, _FINGERPRINT = 0x0024, 0x0025, 0x8028
_KNOWN_REQUIRED = frozenset({_USERNAME, _INTEGRITY, _PRIORITY, _USE_CANDIDATE})
_OPTIONAL = 0x8000
_DIGEST = 20
_FINGERPRINT_XOR = 0x5354554E


@dataclass(frozen=True, slots=True)
class Request:
    """A binding request whose integrity is not checked yet.

    `user` is our own ufrag, the part of USERNAME before the colon; `nominated` tells that the browser chose this
    address. `covered` are the bytes that the `digest` of MESSAGE-INTEGRITY covers.
    """

    transaction: bytes
    user: str
    nominated: bool
    covered: bytes
    digest: bytes


def parse(data: bytes) -> Request:
    """The binding request in `data`.

    Raises `Refused(STUN_INVALID)`: oversize, another message, cut short, no USERNAME or MESSAGE-INTEGRITY, a wrong
    FINGERPRINT, or an attribute that must be understood and is not.
    """
    if not _HEADER.size <= len(data) <= MAX_REQUEST:
        raise Refused(Code.STUN_INVALID)
    kind, length, cookie, transaction = _HEADER.unpack_from(data)
    if kind != _REQUEST or cookie != COOKIE or length != len(data) - _HEADER.size or length % 4:
        raise Refused(Code.STUN_INVALID)
    attributes = _attributes(data)
    if _USERNAME not in attributes or _INTEGRITY not in attributes:
        raise Refused(Code.STUN_INVALID)
    start, digest = attributes[_INTEGRITY]
    if len(digest) != _DIGEST:
        raise Refused(Code.STUN_INVALID)
    return Request(
        transaction=transaction,
        user=_user(attributes[_USERNAME][1]),
        nominated=_USE_CANDIDATE in attributes,
        covered=_with_length(data[:start], start + 4 + _DIGEST),
        digest=digest,
    )


def _attributes(data: bytes) -> dict[int, tuple[int, bytes]]:
    """Where each attribute starts and its value; the first of a kind counts (RFC 8489 section 14)."""
    found: dict[int, tuple[int, bytes]] = {}
    at = _HEADER.size
    while at + _ATTRIBUTE.size <= len(data):
        kind, length = _ATTRIBUTE.unpack_from(data, at)
        value = data[at + 4 : at + 4 + length]
        if len(value) != length:
            raise Refused(Code.STUN_INVALID)
        if kind == _FINGERPRINT:
            _check_fingerprint(data, at, value)
            return found
        if kind < _OPTIONAL and kind not in _KNOWN_REQUIRED:
            raise Refused(Code.STUN_INVALID)
        if _INTEGRITY not in found:
            found.setdefault(kind, (at, value))
        at += 4 + length + -length % 4
    return found


def _check_fingerprint(data: bytes, at: int, value: bytes) -> None:
    if value != _fingerprint(data[:at]) or at + 8 != len(data):
        raise Refused(Code.STUN_INVALID)


def _user(value: bytes) -> str:
    try:
        username = value.decode()
    except UnicodeDecodeError as error:
        raise Refused(Code.STUN_INVALID) from error
    user, colon, _ = username.partition(":")
    if not user or not colon or len(value) > MAX_USERNAME:
        raise Refused(Code.STUN_INVALID)
    return user


def check(request: Request, password: str) -> None:
    """Nothing, when the request was made with `password`, our own; else `Refused(STUN_FORGED)`."""
    if not hmac.compare_digest(_sign(request.covered, password), request.digest):
        raise Refused(Code.STUN_FORGED)


def answer(request: Request, host: str, port: int, password: str) -> bytes:
    """The success response that tells the sender how we see it: `host`, `port` (RFC 8489 section 6.3.1)."""
    mapped = _mapped(host, port, request.transaction)
    size = _ATTRIBUTE.size + len(mapped) + _ATTRIBUTE.size + _DIGEST
    covered = _HEADER.pack(_SUCCESS, size, COOKIE, request.transaction) + _attribute(_XOR_MAPPED, mapped)
    message = _with_length(covered + _attribute(_INTEGRITY, _sign(covered, password)), _HEADER.size + size + 8)
    return message + _attribute(_FINGERPRINT, _fingerprint(message))


def _mapped(host: str, port: int, transaction: bytes) -> bytes:
    """The address as XOR-MAPPED-ADDRESS has it. Every listener's check comes by here: IPv4 takes no parser."""
    if ":" in host:
        mask = COOKIE << 96 | int.from_bytes(transaction, "big")
        return _MAPPED.pack(0, 2, port ^ (COOKIE >> 16)) + (int(ip_address(host)) ^ mask).to_bytes(16, "big")
    first, second, third, fourth = map(int, host.split("."))
    address = first << 24 | second << 16 | third << 8 | fourth
    return _MAPPED.pack(0, 1, port ^ (COOKIE >> 16)) + (address ^ COOKIE).to_bytes(4, "big")


def _attribute(kind: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(kind, len(value)) + value


def _with_length(message: bytes, total: int) -> bytes:
    """`message` whose header says that the whole is `total` bytes long."""
    return message[:2] + (total - _HEADER.size).to_bytes(2, "big") + message[4:]


def _sign(covered: bytes, password: str) -> bytes:
    return hmac.digest(password.encode(), covered, hashlib.sha1)


def _fingerprint(message: bytes) -> bytes:
    return (zlib.crc32(message) ^ _FINGERPRINT_XOR).to_bytes(4, "big")
