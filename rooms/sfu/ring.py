"""The last minute of everybody who may speak: in memory alone, sealed second by second. PURE.

It is kept by member, not by connection or room: who leaves, is muted, or whose room ends, takes nothing along. Only
time empties it. `rooms.sfu.seal` writes down what a report asks for.
"""

import struct
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rooms.sfu.rtp import Packet

KEPT = 60.0
"""Seconds that anything is kept."""
CHUNK = 1.0
"""Seconds of speech in a chunk; until it is closed, they lie open in memory."""
MAX_HELD = 480_000
"""Bytes kept of one member; beyond them the oldest chunk goes first."""
MAX_OPEN = 32_000
"""Bytes after which a chunk is closed before its time."""

_RECORD = struct.Struct("!QHIH")


Plain = tuple[int, int, int, bytes]
"""A `Record` without its name: one is made for every packet."""


class Record(NamedTuple):
    """A packet as it came: when (ms since 1970), its RTP sequence and timestamp, and what it carried."""

    at: int
    sequence: int
    timestamp: int
    payload: bytes


def pack(records: Iterable[Plain]) -> bytes:
    """The records as bytes, one behind the other; `moderation.evidence.sealed` reads them too."""
    head = _RECORD.pack
    return b"".join([head(at, number, time, len(payload)) + payload for at, number, time, payload in records])


def unpack(data: bytes) -> list[Record]:
    """The records that `pack` wrote."""
    records, place = [], 0
    while place < len(data):
        at, sequence, timestamp, size = _RECORD.unpack_from(data, place)
        place += _RECORD.size
        records.append(Record(at, sequence, timestamp, data[place : place + size]))
        place += size
    return records


class Chunk(NamedTuple):
    """Records under the process's key; `opened` is when the first of them came, in monotonic seconds."""

    opened: float
    nonce: bytes
    box: bytes


@dataclass(slots=True)
class Ring:
    """What is kept of one member: closed chunks, the oldest first, and the open one since `opened`."""

    opened: float
    open: list[Plain] = field(default_factory=list)
    octets: int = 0
    chunks: deque[Chunk] = field(default_factory=deque)
    held: int = 0


class Rings:
    """Everybody's ring, under `key` (32 bytes), which nobody else may ever see. Times are monotonic seconds."""

    def __init__(self, key: bytes) -> None:
        self._box = AESGCM(key)
        self._closed = 0
        self._rings: dict[tuple[str, int], Ring] = {}

    def keep(self, room: str, member: int, packet: Packet, now: float, wall: float) -> None:
        """Nothing: `packet`, which the stage took from a member who may speak, is kept for a minute."""
        ring = self._rings.get((room, member))
        if ring is None:
            ring = self._rings[room, member] = Ring(now)
        elif now - ring.opened >= CHUNK or ring.octets >= MAX_OPEN:
            self._close(ring, now)
        payload = packet.payload
        ring.open.append((int(wall * 1000), packet.sequence, packet.timestamp, payload))
        ring.octets += len(payload)

    def tick(self, now: float) -> None:
        """Nothing: what is older than a minute is gone, and nothing lies open longer than it must."""
        for who, ring in list(self._rings.items()):
            if ring.open and now - ring.opened >= CHUNK:
                self._close(ring, now)
            while ring.chunks and now - ring.chunks[0].opened > KEPT:
                ring.held -= len(ring.chunks.popleft().box)
            if not ring.open and not ring.chunks:
                del self._rings[who]

    def held(self, room: str, now: float) -> dict[int, tuple[Chunk, ...]]:
        """What is kept of each member of the room, still shut: `open` reads it."""
        self.tick(now)
        found = {}
        for (name, member), ring in self._rings.items():
            if name == room:
                self._close(ring, now)
                found[member] = tuple(ring.chunks)
        return found

    def open(self, chunk: Chunk) -> list[Record]:
        """The records of `chunk`."""
        return unpack(self._box.decrypt(chunk.nonce, chunk.box, None))

    def _close(self, ring: Ring, now: float) -> None:
        """Nothing: what lay open is a chunk of its own, if it was anything, and the next one begins now."""
        opened, records = ring.opened, ring.open
        ring.opened, ring.open, ring.octets = now, [], 0
        if not records:
            return
        self._closed += 1
        nonce = self._closed.to_bytes(12, "big")
        box = self._box.encrypt(nonce, pack(records), None)
        ring.chunks.append(Chunk(opened, nonce, box))
        ring.held += len(box)
        while ring.held > MAX_HELD:
            ring.held -= len(ring.chunks.popleft().box)
