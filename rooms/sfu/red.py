"""RED payloads read and written: a frame of Opus and copies of the ones before it (RFC 2198). PURE.

A speaker's payload is taken apart once, on its way in. It is put together again per view, since its block headers name
Opus by the number that the listener gave it.
"""

from typing import NamedTuple

from rooms.sfu.refusals import Code, Refused

MAX_COPIES = 8
"""Copies that one packet may bring. Browsers send one, two at most."""
FEW, MANY = 1, 2
"""Copies that a listener is sent on a good line, and on one that loses."""
MAX_AGE, MAX_SIZE = 0x3FFF, 0x3FF
"""What a block header has room for."""
WEAK = 5
"""256ths of the packets lost, 2 %, from which on a line loses."""
WELL = 6
"""Reports in a row, half a minute of a browser's, without that until it does not any more."""
HEADER = 4
"""Bytes before each copy."""
_FOLLOWS, _PAYLOAD_TYPE = 0x80, 0x7F
_LENGTH_BITS = 10


class Copy(NamedTuple):
    """An earlier frame again, `age` units of time before the packet's own."""

    age: int
    payload: bytes


def parse(data: bytes, payload_type: int) -> tuple[bytes, tuple[Copy, ...]]:
    """The packet's own frame, and the copies before it, oldest first; empty ones are left out.

    Raises `Refused(RED_INVALID)`: cut short, more than `MAX_COPIES`, without a frame of its own, or with a block of
    another `payload_type`.
    """
    heads: list[tuple[int, int]] = []
    at = 0
    while data[at : at + 1] and data[at] & _FOLLOWS:
        head = int.from_bytes(data[at : at + HEADER], "big")
        at += HEADER
        if at > len(data) or len(heads) == MAX_COPIES or head >> 24 & _PAYLOAD_TYPE != payload_type:
            raise Refused(Code.RED_INVALID)
        heads.append((head >> _LENGTH_BITS & MAX_AGE, head & MAX_SIZE))
    if data[at : at + 1] != bytes((payload_type,)):
        raise Refused(Code.RED_INVALID)
    at += 1
    copies = []
    for age, length in heads:
        if length:
            copies.append(Copy(age, data[at : at + length]))
        at += length
    if at >= len(data):
        raise Refused(Code.RED_INVALID)
    return data[at:], tuple(copies)


def build(payload: bytes, copies: tuple[Copy, ...], payload_type: int) -> bytes:
    """The RED payload with the frame `payload` and its `copies`, all of Opus by the name of `payload_type`."""
    heads = (
        ((_FOLLOWS | payload_type) << 24 | copy.age << _LENGTH_BITS | len(copy.payload)).to_bytes(HEADER, "big")
        for copy in copies
    )
    return b"".join((*heads, bytes((payload_type,)), *(copy.payload for copy in copies), payload))


class Need:
    """How many copies one listener needs, by what his receiver reports say: more at once, fewer after a while."""

    __slots__ = ("_well", "copies")

    def __init__(self) -> None:
        self.copies = MANY  # nobody knows the line yet
        self._well = 0

    def report(self, lost: int) -> bool:
        """True when `copies` changed: `lost` is the share of the last interval, in 256ths."""
        before = self.copies
        self._well = 0 if lost >= WEAK else self._well + 1
        if lost >= WEAK:
            self.copies = MANY
        elif self._well >= WELL:
            self.copies = FEW
        return self.copies != before
