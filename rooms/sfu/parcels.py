"""A speaker's packet on its way to the other media processes of the room: closed under a key of who sends it. PURE.

A parcel is a version, the sender's epoch and a number that rises by one, then AES-256-GCM of the few header fields and
the frames, with all before it authenticated. The key is derived from the room's, the sender's name and the epoch, so
that no two senders share one, and the number is the nonce.
"""

import json
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rooms.sfu.red import MAX_AGE, MAX_COPIES, MAX_SIZE, Copy
from rooms.sfu.refusals import Code, Refused
from rooms.sfu.rtp import MAX_PAYLOAD, SILENCE, Packet

VERSION = 1
EPOCH = 8
"""Bytes of an epoch: random, new with every sender."""
MAX_PARCEL = 10_000
"""Bytes, more than any parcel has."""
MAX_EPOCHS = 100
"""Epochs remembered of one sender, so that nothing of them is taken twice."""
LABEL = b"stoa parcels\0"

_HEAD = struct.Struct("!B8sQ")
_BODY = struct.Struct("!QIBHIIBH")
_COPY = struct.Struct("!HH")
_MARKER, _LEVEL = 1, 2


@dataclass(frozen=True, slots=True)
class Parcel:
    """A packet of `member`, whose connection is that of `hop`, as `Offer` counts them.

    None in place of a packet says that nothing more comes from this connection.
    """

    member: int
    hop: int
    packet: Packet | None


class Sender:
    """Closes the parcels of one process in one room; `epoch` was never used before under this `key`."""

    def __init__(self, key: bytes, sfu: str, epoch: bytes) -> None:
        self._box = _box(key, sfu, epoch)
        self._epoch = epoch
        self._number = 0

    def close(self, parcel: Parcel) -> bytes:
        """The parcel as it travels."""
        self._number += 1
        head = _HEAD.pack(VERSION, self._epoch, self._number)
        return head + self._box.encrypt(_nonce(self._number), _body(parcel), head)


class Receiver:
    """Opens the parcels of one other process in one room."""

    def __init__(self, key: bytes, sfu: str) -> None:
        self._key, self._sfu = key, sfu
        self._epochs: dict[bytes, AESGCM] = {}
        self._number = 0

    def open(self, data: bytes) -> tuple[Parcel, int]:
        """The parcel, and how many before it never came.

        Raises `Refused`: PARCEL_INVALID for what no `Sender` makes, FORGED for what this one did not make, REPLAYED for
        what is not newer than the last one.
        """
        if not _HEAD.size < len(data) <= MAX_PARCEL:
            raise Refused(Code.PARCEL_INVALID)
        version, epoch, number = _HEAD.unpack_from(data)
        if version != VERSION:
            raise Refused(Code.PARCEL_INVALID)
        current = next(reversed(self._epochs), None)
        if epoch in self._epochs and (epoch != current or number <= self._number):
            raise Refused(Code.REPLAYED)
        box = self._epochs.get(epoch) or _box(self._key, self._sfu, epoch)
        try:
            body = box.decrypt(_nonce(number), data[_HEAD.size :], data[: _HEAD.size])
        except InvalidTag as error:
            raise Refused(Code.FORGED) from error
        parcel = _read(body)
        missed = number - self._number - 1 if epoch == current else 0
        self._epochs[epoch], self._number = box, number
        if len(self._epochs) > MAX_EPOCHS:
            del self._epochs[next(iter(self._epochs))]
        return parcel, missed


def _box(key: bytes, sfu: str, epoch: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, LABEL + epoch + json.dumps(sfu).encode()).derive(key))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _body(parcel: Parcel) -> bytes:
    packet = parcel.packet
    if packet is None:
        return _BODY.pack(parcel.hop, parcel.member, 0, 0, 0, 0, 0, 0)
    flags = (_MARKER if packet.marker else 0) | (0 if packet.level is None else _LEVEL)
    numbers = packet.sequence, packet.timestamp, packet.ssrc, packet.level or 0, len(packet.payload)
    copies = (_COPY.pack(copy.age, len(copy.payload)) + copy.payload for copy in packet.copies)
    return b"".join((_BODY.pack(parcel.hop, parcel.member, flags, *numbers), packet.payload, *copies))


def _read(data: bytes) -> Parcel:
    """The parcel in `data`, which its sender made. Raises `Refused(PARCEL_INVALID)` all the same."""
    if len(data) < _BODY.size:
        raise Refused(Code.PARCEL_INVALID)
    hop, member, flags, sequence, timestamp, ssrc, level, size = _BODY.unpack_from(data)
    end = _BODY.size + size
    if end > len(data) or size > MAX_PAYLOAD or level > SILENCE or flags > _MARKER | _LEVEL:
        raise Refused(Code.PARCEL_INVALID)
    copies = _copies(data, end)
    if size == 0:
        return Parcel(member, hop, None)
    payload = data[_BODY.size : end]
    known = level if flags & _LEVEL else None
    packet = Packet(0, bool(flags & _MARKER), sequence, timestamp, ssrc, known, payload, copies)
    return Parcel(member, hop, packet)


def _copies(data: bytes, at: int) -> tuple[Copy, ...]:
    copies: list[Copy] = []
    while at < len(data):
        if at + _COPY.size > len(data) or len(copies) == MAX_COPIES:
            raise Refused(Code.PARCEL_INVALID)
        age, size = _COPY.unpack_from(data, at)
        at += _COPY.size
        if age > MAX_AGE or not 0 < size <= MAX_SIZE or at + size > len(data):
            raise Refused(Code.PARCEL_INVALID)
        copies.append(Copy(age, data[at : at + size]))
        at += size
    return tuple(copies)
