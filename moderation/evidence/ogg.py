"""Ogg Opus (RFC 7845, RFC 3533) of packets as they came, without decoding them. PURE.

Everything starts at one moment of the room's clock, so that players of several tracks run together; what was not said
is filled with frames of silence. Within a run of speech the RTP timestamps tell where a packet belongs; arrivals, which
the network delays, only tell where the run does.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence

from moderation.evidence.sealed import Record

RATE = 48
"""Samples in a millisecond."""
PRE_SKIP = 312
"""Samples by which an Opus encoder is late: players leave them out, and are on time."""
PAUSE = 1000
"""Milliseconds after which timestamps are not believed: a browser's stand still while it has no microphone."""
SILENCE = ((960, b"\xf8\xff\xfe"), (480, b"\xf0\xff\xfe"), (240, b"\xe8\xff\xfe"), (120, b"\xe0\xff\xfe"))
"""Opus frames of silence of 20, 10, 5 and 2.5 ms, and their samples."""
LONGEST = 120 * RATE
"""Samples in a packet at most (RFC 6716 section 3.2.5)."""

_PAGE, _CHECKSUM = struct.Struct("<4sBBqIIIB"), struct.Struct("<I")
_CHECKSUM_AT = 22
_HEAD = struct.Struct("<8sBBHIhB")
_TAGS = b"OpusTags" + struct.pack("<I4sI", 4, b"Stoa", 0)
_FIRST, _LAST = 2, 4
_PACKETS = 50
_SEGMENTS = 255
_STEREO = 4
_SILK, _HYBRID, _CELT = (480, 960, 1920, 2880), (480, 960), (120, 240, 480, 960)
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))

Frame = tuple[int, bytes]
"""A packet and the samples it lasts."""


def ogg(records: Sequence[Record], start_ms: int, serial: int) -> bytes:
    """A file that plays what was said, from `start_ms` of the room's clock on; `serial` names the stream."""
    channels = 2 if any(record.payload[0] & _STEREO for record in records) else 1
    head = _HEAD.pack(b"OpusHead", 1, channels, PRE_SKIP, RATE * 1000, 0, 0)
    parts = [_page([head], 0, serial, 0, _FIRST), _page([_TAGS], 0, serial, 1, 0)]
    said = list(_pages(_filled(_placed(records, start_ms))))
    for number, (packets, end) in enumerate(said, 2):
        parts.append(_page(packets, end, serial, number, _LAST if number == len(said) + 1 else 0))
    return b"".join(parts)


def samples(packet: bytes) -> int:
    """How long an Opus packet lasts, in samples at 48 kHz (RFC 6716 section 3.1); 0 for what is none."""
    if not packet:
        return 0
    mode, code = packet[0] >> 3, packet[0] & 3
    if mode < 12:
        frame = _SILK[mode % 4]
    elif mode < 16:
        frame = _HYBRID[mode % 2]
    else:
        frame = _CELT[mode % 4]
    if code < 3:
        return frame * (1 if code == 0 else 2)
    total = frame * (packet[1] & 63) if len(packet) > 1 else 0
    return total if total <= LONGEST else 0


def _placed(records: Sequence[Record], start_ms: int) -> Iterator[tuple[int, bytes]]:
    """Each packet and the sample it begins at."""
    for run in _runs(records):
        first = run[0].timestamp
        spoken = sorted((_since(record.timestamp, first), record.payload) for record in run)
        begin = min((record.at - start_ms) * RATE - _since(record.timestamp, first) for record in run)
        yield from ((begin + offset, payload) for offset, payload in spoken)


def _runs(records: Iterable[Record]) -> Iterator[list[Record]]:
    """The records in runs whose timestamps and arrivals tell of the same clock."""
    run: list[Record] = []
    least = 0
    for record in records:
        lag = record.at * RATE - _since(record.timestamp, run[0].timestamp) if run else 0
        if run and (record.at - run[-1].at > PAUSE or abs(lag - least) > PAUSE * RATE):
            yield run
            run = []
        if not run:
            lag = least = record.at * RATE
        run.append(record)
        least = min(least, lag)
    if run:
        yield run


def _since(timestamp: int, first: int) -> int:
    """How many samples `timestamp` is after `first`, on the circle of 32 bits; negative before it."""
    return (timestamp - first + 2**31) % 2**32 - 2**31


def _filled(placed: Iterable[tuple[int, bytes]]) -> Iterator[Frame]:
    """The packets with silence between them. One that comes too early for its place waits: none is left out."""
    clock = 0
    for begin, packet in placed:
        for length, silence in SILENCE:
            while begin - clock >= length:
                yield length, silence
                clock += length
        lasts = samples(packet)
        frame = (lasts, packet) if lasts else SILENCE[0]  # what no decoder would take
        yield frame
        clock += frame[0]


def _pages(frames: Iterable[Frame]) -> Iterator[tuple[list[bytes], int]]:
    """The packets of each page, of about a second, and the sample at which it ends."""
    packets: list[bytes] = []
    segments = clock = 0
    for lasts, packet in frames:
        needed = len(packet) // 255 + 1
        if len(packets) == _PACKETS or segments + needed > _SEGMENTS:
            yield packets, clock
            packets, segments = [], 0
        packets.append(packet)
        segments += needed
        clock += lasts
    if packets:
        yield packets, clock


def _page(packets: Sequence[bytes], end: int, serial: int, number: int, flags: int) -> bytes:
    """One page of whole packets."""
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    head = _PAGE.pack(b"OggS", 0, flags, end, serial, number, 0, len(lacing))
    page = head + lacing + b"".join(packets)
    return page[:_CHECKSUM_AT] + _CHECKSUM.pack(_checksum(page)) + page[_CHECKSUM_AT + 4 :]


def _checksum(page: bytes) -> int:
    """Ogg's CRC: zlib's with the bits of every byte and of the result the other way round, and not inverted."""
    mirrored = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_REVERSED), "big")
