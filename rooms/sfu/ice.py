"""STUN binding requests read and answered: the whole of an ICE-lite agent (RFC 8445 section 2.5, RFC 8489). PURE."""

import hashlib
import hmac
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address

from rooms.sfu.refusals import Code, Refused

MAX_REQUEST = 1024
MAX_USERNAME = 513
COOKIE = 0x2112A442

_HEADER = struct.Struct("!HHL12s")
_HEAD = struct.Struct("!HHL")
_ATTRIBUTE = struct.Struct("!HH")
_MAPPED = struct.Struct("!BBH")
_REQUEST, _SUCCESS = 0x0001, 0x0101
_USERNAME, _INTEGRITY, _XOR_MAPPED = 0x0006, 0x0008, 0x0020
_PRIORITY, _USE_CANDIDATE, _FINGERPRINT = 0x0024, 0x0025, 0x8028
_KNOWN_REQUIRED = frozenset({_USERNAME, _INTEGRITY, _PRIORITY, _USE_CANDIDATE})
_OPTIONAL = 0x8000
_DIGEST = 20
_BLOCK = 64
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
            if data[at:] != _fingerprint(data[:at]):
                raise Refused(Code.STUN_INVALID)
            return found
        if kind < _OPTIONAL and kind not in _KNOWN_REQUIRED:
            raise Refused(Code.STUN_INVALID)
        if _INTEGRITY not in found:
            found.setdefault(kind, (at, value))
        at += 4 + length + -length % 4
    return found


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
    if not hmac.compare_digest(_sign(password.encode(), request.covered), request.digest):
        raise Refused(Code.STUN_FORGED)


def answer(request: Request, host: str, port: int, password: str) -> bytes:
    """The success response that tells the sender how we see it: `host`, `port` (RFC 8489 section 6.3.1)."""
    return _success(request.transaction, _mapped(host, port, request.transaction), partial(_sign, password.encode()))


class Routine:
    """The checks that a peer goes on to send from one place: they differ in their transaction alone.

    Every listener sends one each few seconds, for as long as he listens; what they have in common is read once.
    """

    __slots__ = ("_attributes", "_covered", "_head", "_mapped", "_place", "_sign")

    def __init__(self, data: bytes, request: Request, host: str, port: int, password: str) -> None:
        """`data` is a check, and `request` what was read in it, its integrity checked."""
        start = len(request.covered)
        self._head, self._attributes = data[: _HEAD.size], data[_HEADER.size : start + _ATTRIBUTE.size]
        self._covered = request.covered[: _HEAD.size]
        self._place = host, port
        self._mapped = None if ":" in host else _mapped(host, port, request.transaction)
        self._sign = _keyed(password.encode())

    def answer(self, data: bytes) -> bytes | None:
        """The answer to `data`, as `answer` gives it, if it is one of these checks; None if it has to be read."""
        digest = _HEADER.size + len(self._attributes)
        end = digest + _DIGEST
        if data[: _HEAD.size] != self._head or data[_HEADER.size : digest] != self._attributes:
            return None
        signed = self._sign(self._covered + data[_HEAD.size : digest - _ATTRIBUTE.size])
        if not hmac.compare_digest(signed, data[digest:end]) or data[end:] != _fingerprint(data[:end]):
            return None
        transaction = data[_HEAD.size : _HEADER.size]
        return _success(transaction, self._mapped or _mapped(*self._place, transaction), self._sign)


def _success(transaction: bytes, mapped: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    body = transaction + _attribute(_XOR_MAPPED, mapped)
    size = _ATTRIBUTE.size + len(mapped) + _ATTRIBUTE.size + _DIGEST
    digest = sign(_HEAD.pack(_SUCCESS, size, COOKIE) + body)
    message = _HEAD.pack(_SUCCESS, size + 8, COOKIE) + body + _attribute(_INTEGRITY, digest)
    return message + _fingerprint(message)


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


def _sign(key: bytes, covered: bytes) -> bytes:
    return hmac.digest(key, covered, hashlib.sha1)


def _keyed(key: bytes) -> Callable[[bytes], bytes]:
    """What signs as `_sign` does under `key`, 64 bytes at most, with hashes that have read it already (RFC 2104).

    OpenSSL looks up what HMAC and SHA-1 are each time that it is asked by name, which takes longer than all the rest.
    """
    block = key.ljust(_BLOCK, b"\0")
    inside, outside = (hashlib.sha1(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))  # noqa: S324 - it is ICE's

    def sign(covered: bytes) -> bytes:
        inner, outer = inside.copy(), outside.copy()
        inner.update(covered)
        outer.update(inner.digest())
        return outer.digest()

    return sign


def _fingerprint(message: bytes) -> bytes:
    """The attribute that ends `message`."""
    return _attribute(_FINGERPRINT, (zlib.crc32(message) ^ _FINGERPRINT_XOR).to_bytes(4, "big"))
