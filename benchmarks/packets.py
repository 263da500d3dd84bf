"""RTP as a light client writes and reads it: a second witness, independent of `rooms.sfu.rtp`."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from struct import Struct

from benchmarks import sdp

FRAME = 960
INTERVAL = 0.02
_HEADER = Struct("!BBHII")
_REPORT = Struct("!BBHI")
_TOC = 0x78


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet as a listener got it; `arrived` is the kernel's time, ns of the real-time clock.

    Of RED the `payload` is the frame alone, `copies` are those before it.
    """

    ssrc: int
    sequence: int
    timestamp: int
    csrcs: tuple[int, ...]
    payload_type: int
    payload: bytes
    arrived: int
    copies: tuple[bytes, ...] = ()

    @property
    def sent(self) -> int:
        """When the speaker sent it, in ns of the real-time clock: the payload of a `Voice` carries it."""
        return int.from_bytes(self.payload[1:9], "big")

    @property
    def delay(self) -> float:
        """Milliseconds from the speaker's send call to this listener's socket."""
        return (self.arrived - self.sent) / 1e6


def parse(data: bytes, arrived: int) -> Packet:
    """The packet in decrypted `data` (RFC 3550, section 5.1)."""
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    start = 12 + 4 * (first & 15)
    csrcs = tuple(int.from_bytes(data[at : at + 4], "big") for at in range(12, start, 4))
    if first & 16:
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    frames = _frames(data[start:]) if second & 127 == sdp.RED else (data[start:],)
    return Packet(ssrc, sequence, timestamp, csrcs, second & 127, frames[-1], arrived, frames[:-1])


def _frames(payload: bytes) -> tuple[bytes, ...]:
    """The frames in a payload of RED, the newest last (RFC 2198, section 3)."""
    lengths, at = [], 0
    while payload[at] & 128:
        lengths.append(int.from_bytes(payload[at + 2 : at + 4], "big") & 1023)
        at += 4
    frames, at = [], at + 1
    for length in lengths:
        frames.append(payload[at : at + length])
        at += length
    return (*frames, payload[at:])


def receiver_report(ssrc: int) -> bytes:
    """An RTCP receiver report without blocks (RFC 3550, 6.4.2), as an idle browser sends every 5 s."""
    return _REPORT.pack(128, 201, 1, ssrc)


class Voice:
    """A microphone: gives one RTP packet after the other, continuous in sequence and time.

    With `red` each carries the frame before it again.
    """

    red = False

    def __init__(self, ssrc: int, remote: sdp.Remote, seed: int = 1) -> None:
        self.ssrc = ssrc
        self.sequence = 1000
        self.timestamp = 5000
        self._chance = random.Random(seed)
        self._level_id = remote.level_id
        self._mid_id = remote.mid_id
        self._last = b""

    def next(self, sent: int, level: int = 30) -> bytes:
        """The next 20 ms: 80 to 120 bytes of payload that carry `sent`; `level` is -dBov, 0 the loudest."""
        filler = self._chance.randbytes(self._chance.randint(71, 111))
        return self.packet(bytes([_TOC]) + sent.to_bytes(8, "big") + filler, level)

    def packet(self, frame: bytes, level: int) -> bytes:
        """The next packet, with this Opus frame."""
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.timestamp = (self.timestamp + FRAME) & 0xFFFFFFFF
        extension = self._extension(level)
        name = sdp.RED if self.red else sdp.OPUS
        header = _HEADER.pack(144 if extension else 128, name, self.sequence, self.timestamp, self.ssrc)
        return header + extension + (self._again() if self.red else b"") + self._keep(frame)

    def _again(self) -> bytes:
        """The block headers of RED, and the frame before (RFC 2198, section 3)."""
        copy = (128 | sdp.OPUS) << 24 | FRAME << 10 | len(self._last)
        return (copy.to_bytes(4, "big") if self._last else b"") + bytes([sdp.OPUS]) + self._last

    def _keep(self, frame: bytes) -> bytes:
        self._last = frame
        return frame

    def _extension(self, level: int) -> bytes:
        elements = b""
        if self._level_id is not None:
            elements += bytes([self._level_id << 4, 128 | level])
        if self._mid_id is not None:
            elements += bytes([self._mid_id << 4, ord("0")])
        if not elements:
            return b""
        elements += bytes(-len(elements) % 4)
        return b"\xbe\xde" + (len(elements) // 4).to_bytes(2, "big") + elements


def breaks(packets: Iterable[Packet]) -> list[str]:
    """Every place where a slot of one listener is not continuous, in words; empty is as it should be.

    Sequence numbers must rise by exactly one; time must rise, by a whole number of frames or by a pause.
    """
    found = []
    for slot, track in by_slot(packets).items():
        for before, after in pairwise(track):
            if (after.sequence - before.sequence) & 0xFFFF != 1:
                found.append(f"slot {slot:x}: sequence {before.sequence} then {after.sequence}")
            if not 0 < (after.timestamp - before.timestamp) & 0xFFFFFFFF < 1 << 31:
                found.append(f"slot {slot:x}: time {before.timestamp} then {after.timestamp}")
    return found


def by_slot(packets: Iterable[Packet]) -> dict[int, list[Packet]]:
    """The packets of each slot's SSRC, in order of arrival."""
    slots: dict[int, list[Packet]] = defaultdict(list)
    for packet in packets:
        slots[packet.ssrc].append(packet)
    return slots
