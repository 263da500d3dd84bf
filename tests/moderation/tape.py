"""What a media process would have sealed for a freeze: real files in the folder, under the case's key."""

import math
from array import array
from collections.abc import Sequence
from functools import cache

import av
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from moderation.actions import evidence
from moderation.models import Freeze
from rooms.sfu import messages
from rooms.sfu.ring import Record
from rooms.sfu.seal import seal

RATE, FRAME = 48_000, 960


@cache
def tone(frequency: int, packets: int = 100) -> tuple[bytes, ...]:
    """A tone as Opus packets of 20 ms."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = RATE, "mono", "s16", 32_000
    found: list[bytes] = []
    for number in range(packets + 5):
        at = range(number * FRAME, (number + 1) * FRAME)
        wave = array("h", [round(math.sin(2 * math.pi * frequency * one / RATE) * 12_000) for one in at])
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(wave.tobytes())
        frame.sample_rate, frame.pts = RATE, number * FRAME
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(found[:packets])


def sealed(freeze: Freeze, member: int, said: Sequence[bytes] = (b"\xf8\xff\xfe",) * 100, room: str = "") -> str:
    """The name of the file of what this member said in the seconds before the report."""
    at = int(freeze.asked_at.timestamp() * 1000)
    records = [
        Record(at - 20 * (len(said) - number), number, number * FRAME, payload) for number, payload in enumerate(said)
    ]
    chunks = [records[begin : begin + 50] for begin in range(0, len(records), 50)]
    order = messages.Freeze(room or freeze.room, freeze.pk, freeze.case.key, at)
    evidence.folder().mkdir(mode=0o700, exist_ok=True)
    file = evidence.folder() / f"{freeze.pk}-{member}.sealed"
    file.write_bytes(seal(order, member, chunks, X25519PrivateKey.generate()))
    return file.name
