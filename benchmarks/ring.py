"""What the evidence ring costs: per packet that a room takes, per member who speaks, and to seal a minute of it."""

import gc
import os
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchmarks import meters
from benchmarks.figures import Figure
from rooms.sfu.messages import Freeze, Sealed, Wanted
from rooms.sfu.ring import Rings
from rooms.sfu.room import Keep, Room, forget
from rooms.sfu.rtp import Packet
from rooms.sfu.vault import Vault

PACKETS, ROUNDS = 10_000, 25
SPEAKERS, SECONDS = 50, 60
PAYLOAD, LOUD_PAYLOAD = 120, 400
INTERVAL = 0.02


async def measure() -> AsyncIterator[Figure]:
    """The figures, each as soon as it is there."""
    without, with_it = _packets()
    yield Figure("a packet taken by a room without the ring", without, "us")
    yield Figure("the ring, per packet that a room takes", with_it - without, "us", goal=1.0)
    yield Figure("a packet with the ring, against one without", with_it / without, "times")
    yield Figure("the ring of one who speaks a minute at 48 kbit/s", _memory(PAYLOAD), "MB", goal=0.5)
    yield Figure("the ring of one who sends 160 kbit/s", _memory(LOUD_PAYLOAD), "MB", goal=0.5)
    yield Figure("from a freeze to a minute of three speakers on the disk", await _freeze(), "s", goal=2.0)


def _packets() -> tuple[float, float]:
    """CPU microseconds per packet without the ring and with it: the best of rounds that took turns."""
    spoken = [_packet(number, os.urandom(PAYLOAD)) for number in range(PACKETS)]
    best: dict[bool, float] = {False: float("inf"), True: float("inf")}
    for _ in range(ROUNDS):
        for ring in best:
            keep = Rings(secrets.token_bytes(32)).keep if ring else forget
            best[ring] = min(best[ring], _taken(spoken, keep))
    return best[False], best[True]


def _taken(spoken: list[Packet], keep: Keep) -> float:
    room = Room(Wanted("bench", 1, True, (1,), ()), (1, 2, 3), 0, 0, Counter(), keep=keep)
    room.want(room.wanted, 0.0)
    began, now = time.process_time(), 0.0
    for packet in spoken:
        now += INTERVAL
        room.push(1, packet, now, now)
    return (time.process_time() - began) / len(spoken) * 1e6


def _memory(payload: int) -> float:
    """Megabytes of this process per member whose ring is full."""
    gc.collect()
    before = meters.memory(os.getpid())
    rings = _full(SPEAKERS, payload, 0.0)
    after = meters.memory(os.getpid())
    del rings
    return (after - before) / SPEAKERS / 1e6


def _full(speakers: int, payload: int, began: float) -> Rings:
    """Rings of as many members who spoke for a minute; its last packet came at `began`, in seconds since 1970 too."""
    rings = Rings(secrets.token_bytes(32))
    for number in range(round(SECONDS / INTERVAL)):
        now = began - SECONDS + (number + 1) * INTERVAL
        for member in range(speakers):
            rings.keep("bench", member, _packet(number, os.urandom(payload)), now, max(now, 0.0))
    return rings


async def _freeze() -> float:
    """Seconds from the order to the report."""
    with tempfile.TemporaryDirectory(prefix="stoa-bench-") as folder:
        reports: list[Sealed] = []
        now = time.monotonic()
        vault = Vault("bench-0", _full(3, PAYLOAD, now), Path(folder), reports.append, Counter())
        began = time.monotonic()
        key = X25519PrivateKey.generate().public_key().public_bytes_raw().hex()
        vault.take(Freeze("bench", "0" * 16, key, int(now * 1000)))
        await vault.done()
        took = time.monotonic() - began
        if len(reports[0].tracks) != 3:
            raise RuntimeError("not every speaker was sealed")
        return took


def _packet(number: int, payload: bytes) -> Packet:
    return Packet(111, False, number % 65536, number * 960 % 2**32, 7, 20, payload)
