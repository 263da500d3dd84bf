"""RTCP written for listeners and read from browsers (RFC 3550 section 6). PURE."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from rooms.sfu.refusals import Code, Refused

NTP_EPOCH = 2_208_988_800
CNAME = b"stoa"

_HEADER = struct.Struct("!BBH")
_SENDER = struct.Struct("!LQLLL")
_BLOCK = struct.Struct("!LBBHLLLL")
_SR, _RR, _SDES, _BYE = 200, 201, 202, 203
_WORD = 1 << 32
_SECOND = 1 << 16
_SEQUENCES = 1 << 16
_LOST = 1 << 23


@dataclass(frozen=True, slots=True)
class Block:
    """What a receiver says of one stream.

    `lost` is the fraction of the last interval, 0 to 255; `jitter` is in timestamp units. `last` is the middle of
    the time in our last sender report that he had, 0 for none, and `delay` how long ago, in 65536ths of a second.
    """

    ssrc: int
    lost: int
    jitter: int
    last: int = 0
    delay: int = 0


@dataclass(slots=True)
class Reception:
    """How one stream arrives (RFC 3550 appendices A.3 and A.8); `packets` counts all of them, late ones too.

    `told_at` is when its sender was last told, in seconds, and `lost` the fraction that he was told, 0 to 255.
    """

    ssrc: int
    first: int
    newest: int
    transit: int
    packets: int = 0
    jitter: float = 0.0
    told_expected: int = 0
    told_packets: int = 0
    told_at: float = float("-inf")
    lost: int = 0

    def note(self, sequence: int, timestamp: int, arrival: int) -> None:
        """Nothing: a packet came at `arrival`, in units of its timestamp."""
        ahead = (sequence - self.newest) % _SEQUENCES
        if ahead < _SEQUENCES // 2:
            self.newest += ahead
        self.packets += 1
        transit = arrival - timestamp
        shift = abs((transit - self.transit + _WORD // 2) % _WORD - _WORD // 2)
        self.transit = transit
        self.jitter += (shift - self.jitter) / 16

    def block(self) -> bytes:
        """The report block on everything since the last one."""
        expected = self.newest - self.first + 1
        due, came = expected - self.told_expected, self.packets - self.told_packets
        self.told_expected, self.told_packets = expected, self.packets
        self.lost = 0 if due <= 0 else max(0, min(255, (due - came) * 256 // due))
        lost = max(-_LOST, min(_LOST - 1, expected - self.packets)) % (2 * _LOST)
        return _BLOCK.pack(
            self.ssrc, self.lost, lost >> 16, lost & 0xFFFF, self.newest % _WORD, round(self.jitter) % _WORD, 0, 0
        )


def receiver_report(ssrc: int, reception: Reception) -> bytes:
    """The compound packet by which `ssrc` tells a sender how his stream arrives."""
    report = ssrc.to_bytes(4, "big") + reception.block()
    return _packet(_RR, 1, report) + _packet(_SDES, 1, _description(ssrc))


def sender_report(ssrc: int, wall: float, timestamp: int, packets: int, octets: int) -> bytes:
    """The compound packet that ties `timestamp` to the wall clock (`wall` in seconds since 1970)."""
    ntp = round((wall + NTP_EPOCH) * _WORD) % (_WORD * _WORD)
    report = _SENDER.pack(ssrc, ntp, timestamp, packets % _WORD, octets % _WORD)
    return _packet(_SR, 0, report) + _packet(_SDES, 1, _description(ssrc))


def round_trip(block: Block, wall: float) -> float | None:
    """Seconds from our report to him and back until `wall` (since 1970), or None where he had none (section 6.4.1)."""
    if not block.last:
        return None
    passed = (round((wall + NTP_EPOCH) * _SECOND) - block.last - block.delay) % _WORD
    return passed / _SECOND if passed < _WORD // 2 else 0.0  # his clock is a little fast


def goodbye(ssrcs: Iterable[int]) -> bytes:
    """The compound packet that ends the streams `ssrcs`, at least one."""
    sources = tuple(ssrcs)
    names = b"".join(_description(ssrc) for ssrc in sources)
    head = _packet(_RR, 0, sources[0].to_bytes(4, "big")) + _packet(_SDES, len(sources), names)
    return head + _packet(_BYE, len(sources), b"".join(ssrc.to_bytes(4, "big") for ssrc in sources))


def _description(ssrc: int) -> bytes:
    item = ssrc.to_bytes(4, "big") + bytes((1, len(CNAME))) + CNAME
    return item + bytes(4 - len(item) % 4)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return _HEADER.pack(0x80 | count, kind, len(body) // 4) + body


def parse(data: bytes) -> list[Block]:
    """All report blocks of the sender and receiver reports in a compound packet; other packets are passed over.

    Raises `Refused(RTCP_INVALID)`: wrong version, or a packet that ends beyond the data or before its blocks do.
    """
    blocks: list[Block] = []
    at = 0
    while at < len(data):
        if len(data) - at < _HEADER.size:
            raise Refused(Code.RTCP_INVALID)
        first, kind, words = _HEADER.unpack_from(data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            raise Refused(Code.RTCP_INVALID)
        if kind in (_SR, _RR):
            blocks += _blocks(data, at + (28 if kind == _SR else 8), end, first & 0x1F)
        at = end
    return blocks


def _blocks(data: bytes, start: int, end: int, count: int) -> list[Block]:
    if start + count * _BLOCK.size > end:
        raise Refused(Code.RTCP_INVALID)
    found = (_BLOCK.unpack_from(data, start + index * _BLOCK.size) for index in range(count))
    return [Block(ssrc, lost, jitter, last, delay) for ssrc, lost, _, _, _, jitter, last, delay in found]
