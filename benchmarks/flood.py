"""A talk while strangers flood the UDP port: is a packet of it lost, what does it cost, and is it told."""

import asyncio
import contextlib
import ctypes
import multiprocessing
import os
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from benchmarks import light, meters
from benchmarks.figures import Figure
from benchmarks.media import media
from benchmarks.party import Party
from benchmarks.room import background, keep
from rooms.sfu.build import build
from rooms.sfu.messages import Figures

LISTENERS = 300
RATE = 50_000
SECONDS = 20
HOST = "127.0.0.1"
_AHEAD = 1.0
"""Seconds that the flood runs before the talk is measured, and after."""
_SPEAKER = 1_000_000
_FIRST = -15
_SOURCE = Path(__file__).with_name("flood.c")
_TOLD = {"unknown_source", "stun_unknown", "too_vain", "receive_overflow"}
"""What a flood's datagrams are counted as."""


async def measure() -> AsyncIterator[Figure]:
    """The figures of one talk, in silence around it and in the flood."""
    with tempfile.TemporaryDirectory(prefix="stoa-bench-") as folder:
        library = Path(folder, "flood.so")
        build(library, source=_SOURCE)
        async with media("rooms.sfu", STOA_UDP_HOST=HOST) as (room, pid, _), background(keep(room.clients)):
            speaker = await room.join(_SPEAKER)
            await room.want(speak=(_SPEAKER,))
            party = Party(pid, room.join, [speaker])
            await party.fill(LISTENERS)
            _apart(pid)
            calm = await party.talk(SECONDS)
            before = _told(room.desk.pile(Figures))
            request = light.check(speaker.local, replace(speaker.remote, ufrag=secrets.token_hex(8)))
            port = int(speaker.remote.address[1])
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                flooding = pool.apply_async(_flood, (str(library), port, request, SECONDS + 2 + 2 * _AHEAD))
                await asyncio.sleep(_AHEAD)
                wet = await party.talk(SECONDS)
                sent = await asyncio.to_thread(flooding.get)
            await asyncio.sleep(3)
            told = _told(room.desk.pile(Figures)) - before
    yield Figure(
        "flood: datagrams a second at the UDP port", sent / (SECONDS + 2 + 2 * _AHEAD), "/s", RATE * 0.98, at_least=True
    )
    yield Figure(f"flood: packets of the talk lost of {wet.sent * LISTENERS:,}", wet.lost, "", 0)
    yield Figure("flood: of it told in the figures", told / sent * 100, "%", 99, at_least=True)
    for name, spoken in (("without the flood", calm), ("in the flood", wet)):
        yield Figure(f"talk to {LISTENERS} {name}: of a core", spoken.cpu / SECONDS * 100, "%")
        yield Figure(f"talk to {LISTENERS} {name}: delay, p50", meters.percentile(spoken.delays, 0.5), "ms")
        yield Figure(f"talk to {LISTENERS} {name}: delay, p99", meters.percentile(spoken.delays, 0.99), "ms")


def _apart(pid: int) -> None:
    """Nothing: the media process has the first core, and everybody else the others, where there are two.

    It goes before whoever else works there, if we may say so: what is measured is what it can do with a core.
    """
    first, *others = sorted(os.sched_getaffinity(0))
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, pid, _FIRST)
    if others:
        os.sched_setaffinity(pid, {first})
        os.sched_setaffinity(0, set(others))


def _told(piles: list[Figures]) -> int:
    """How many datagrams the last report tells of that a flood's may be."""
    return sum(number for name, number in piles[-1].drops.items() if name in _TOLD)


def _flood(library: str, port: int, request: bytes, seconds: float) -> int:
    """How many datagrams were sent; it runs in a process of its own."""
    code = ctypes.CDLL(library)
    code.stoa_flood.restype = ctypes.c_size_t
    code.stoa_flood.argtypes = [
        ctypes.c_uint32,
        ctypes.c_uint16,
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_double,
        ctypes.c_double,
    ]
    host = int.from_bytes(socket.inet_aton(HOST), "little")
    sent: int = code.stoa_flood(host, port, request, len(request), RATE, seconds)
    return sent
