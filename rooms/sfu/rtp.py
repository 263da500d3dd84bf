"""RTP packets read and written (RFC 3550 section 5.1) with the audio level extension (RFC 6464). PURE."""

import struct
from dataclasses import dataclass

from rooms.sfu.red import Copy
from rooms.sfu.refusals import Code, Refused

CLOCK_RATE = 48_000
SILENCE = 127
MAX_PAYLOAD = 1275

_FIXED = struct.Struct("!BBHLL")
_LEVEL_BLOCK = struct.Struct("!HHBBH")
_ONE_BYTE_PROFILE = 0xBEDE
_TWO_BYTE_PROFILE = 0x1000
_VERSION, _PADDING, _EXTENSION, _COUNT = 0xC0, 0x20, 0x10, 0x0F
_MARKER, _PAYLOAD_TYPE = 0x80, 0x7F


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet of a speaker: `level` is in -dBov, 0 (loudest) to 127, None where the header has none.

    `copies` are those of earlier frames that came with it, its `payload` is its own frame alone.
    """

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    level: int | None
    payload: bytes
    copies: tuple[Copy, ...] = ()


def is_rtcp(data: bytes) -> bool:
    """True when a packet of 128 to 191 in its first byte is RTCP (RFC 5761 section 4). Needs two bytes."""
    return 192 <= data[1] <= 223


def parse(data: bytes, level_id: int | None) -> Packet:
    """The packet in `data`; `level_id` is the negotiated id of the level extension.

    Raises `Refused(RTP_INVALID)`: wrong version, cut short, padding beyond the end, empty or too long a payload.
    """
    if len(data) < _FIXED.size:
        raise Refused(Code.RTP_INVALID)
    first, second, sequence, timestamp, ssrc = _FIXED.unpack_from(data)
    if first & _VERSION != 0x80:
        raise Refused(Code.RTP_INVALID)
    start = _FIXED.size + 4 * (first & _COUNT)
    level = None
    if first & _EXTENSION:
        level, start = _extension(data, start, level_id)
    end = len(data)
    if first & _PADDING:
        end -= data[-1] or end
    if not start < end <= start + MAX_PAYLOAD:
        raise Refused(Code.RTP_INVALID)
    return Packet(second & _PAYLOAD_TYPE, bool(second & _MARKER), sequence, timestamp, ssrc, level, data[start:end])


def _extension(data: bytes, start: int, level_id: int | None) -> tuple[int | None, int]:
    """The level, if it is there, and where the payload starts (RFC 8285 sections 4.2 and 4.3)."""
    if len(data) < start + 4:
        raise Refused(Code.RTP_INVALID)
    profile, words = struct.unpack_from("!HH", data, start)
    start += 4
    end = start + 4 * words
    if end > len(data):
        raise Refused(Code.RTP_INVALID)
    if profile == _ONE_BYTE_PROFILE:
        return _level(data, start, end, level_id, 1), end
    if profile & 0xFFF0 == _TWO_BYTE_PROFILE:
        return _level(data, start, end, level_id, 2), end
    return None, end


def _level(data: bytes, at: int, end: int, level_id: int | None, head: int) -> int | None:
    """The level among the elements of `data[at:end]`, whose heads have one or two bytes."""
    while at + head <= end:
        if data[at] == 0:
            at += 1
            continue
        if head == 1:
            number, length = data[at] >> 4, (data[at] & 0x0F) + 1
            if number == 15:
                return None
        else:
            number, length = data[at], data[at + 1]
        at += head
        if at + length > end:
            raise Refused(Code.RTP_INVALID)
        if number == level_id and length:
            return data[at] & SILENCE
        at += length
    return None


def build(packet: Packet, csrc: int | None, payload_type: int, sequence: int, level_id: int | None) -> bytes:
    """The bytes of `packet` as a listener gets it: one CSRC or none, his payload type, his sequence number.

    The level goes along where the packet has one and `level_id` is not None.
    """
    first, second = 0x80, payload_type | (_MARKER if packet.marker else 0)
    source = level = b""
    if csrc is not None:
        first |= 1
        source = csrc.to_bytes(4, "big")
    if level_id is not None and packet.level is not None:
        first |= _EXTENSION
        level = _LEVEL_BLOCK.pack(_ONE_BYTE_PROFILE, 1, level_id << 4, packet.level, 0)
    head = _FIXED.pack(first, second, sequence, packet.timestamp, packet.ssrc)
    return head + source + level + packet.payload
