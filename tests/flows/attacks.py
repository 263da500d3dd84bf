"""What Mallory sends: each attack takes her client and the speaker it is aimed at."""

import asyncio
import random
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import pylibsrtp
import pytest
from aioice import stun

from benchmarks import packets, sdp
from benchmarks.light import Client, check
from tests.rooms.sfu.harness import ALICE, Speaker, until

CHANCE = random.Random(7)
Attack = Callable[[Client, Speaker], Awaitable[None]]


async def speaks_without_the_right(mallory: Client, _: Speaker) -> None:
    voice = packets.Voice(mallory.local.ssrc, mallory.remote)
    for _frame in range(50):
        mallory.say(voice.next(0, level=0))
        await asyncio.sleep(0.005)


async def speaks_as_alice(mallory: Client, alice: Speaker) -> None:
    voice = packets.Voice(alice.client.local.ssrc, alice.client.remote)
    voice.sequence, voice.timestamp = alice.voice.sequence, alice.voice.timestamp
    for _frame in range(25):
        mallory.say(voice.next(0, level=0))
        plain = voice.next(0, level=0)
        mallory.say(bytes([plain[0] | 1]) + plain[1:12] + struct.pack("!I", ALICE) + plain[12:])
        await asyncio.sleep(0.005)


async def replays_alice_from_elsewhere(mallory: Client, alice: Speaker) -> None:
    for data in await _overheard(alice):
        mallory.send(data)


async def replays_alice_from_her_own_address(_: Client, alice: Speaker) -> None:
    for data in await _overheard(alice):
        alice.client.send(data)


async def forges_a_bit_of_alice(mallory: Client, alice: Speaker) -> None:
    for data in await _overheard(alice):
        for at in (1, 3, 13, len(data) - 1):
            forged = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            alice.client.send(forged)
            mallory.send(forged)


async def _overheard(alice: Speaker, frames: int = 10) -> list[bytes]:
    seen: list[bytes] = []
    honest = alice.client.send

    def tapped(data: bytes) -> None:
        seen.append(data)
        honest(data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alice.client, "send", tapped)
        await until(lambda: len(seen) >= frames)
    return seen


async def sends_noise_of_every_kind(mallory: Client, _: Speaker) -> None:
    for size in (1, 2, 3, 4, 11, 12, 13, 19, 20, 21, 100, 1200, 1473, 2000, 9000, 65_000):
        for first in (0, 1, 3, 4, 19, 20, 22, 23, 25, 63, 64, 79, 127, 128, 144, 191, 192, 255):
            mallory.send(bytes([first]) + CHANCE.randbytes(size - 1))
        await asyncio.sleep(0)
    mallory.send(b"")


async def sends_broken_stun(mallory: Client, _: Speaker) -> None:
    good = check(mallory.local, mallory.remote)
    for at in range(len(good)):
        mallory.send(good[:at])
        mallory.send(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :])
    mallory.send(good + bytes(4))
    mallory.send(good[:2] + b"\xff\xfc" + good[4:])
    for name in ("", ":", "x" * 513, f"{mallory.remote.ufrag}", f"{mallory.remote.ufrag}:{'y' * 400}"):
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes={"USERNAME": name})
        message.add_message_integrity(b"guess")
        mallory.send(bytes(message))


async def sends_broken_dtls(mallory: Client, _: Speaker) -> None:
    for kind in (20, 21, 22, 23, 24, 25, 26, 63):
        for length in (0, 1, 12, 1400, 0xFFFF):
            head = struct.pack("!BHHIHH", kind, 0xFEFD, CHANCE.choice((0, 1, 9)), 0, CHANCE.randrange(9), length)
            mallory.send(head + CHANCE.randbytes(min(length, 1300)))
    hello = struct.pack("!BHHIHH", 22, 0xFEFF, 0, 0, 0, 200) + b"\x01" + CHANCE.randbytes(199)
    for _time in range(200):
        mallory.send(hello)


async def sends_broken_rtp_and_rtcp(mallory: Client, _: Speaker) -> None:
    ssrc = struct.pack("!I", mallory.local.ssrc)
    for first in (0x8F, 0x90, 0x9F, 0xA0, 0xBF):
        for size in (0, 1, 3, 4, 60, 1200):
            _seal(mallory, bytes([first, sdp.OPUS]) + CHANCE.randbytes(6) + ssrc + CHANCE.randbytes(size))
    for kind in range(192, 224):
        for size in (0, 4, 24, 1000):
            head = bytes([0x80 | CHANCE.randrange(32), kind]) + CHANCE.choice((b"\0\0", b"\0\1", b"\xff\xff"))
            _seal(mallory, head + ssrc + CHANCE.randbytes(size))


def _seal(client: Client, plain: bytes) -> None:
    """Sends `plain` with a valid seal where libsrtp gives one, in the clear where it refuses."""
    with suppress(pylibsrtp.Error):
        rtcp = 192 <= plain[1] <= 223
        client.send(client.outbound.protect_rtcp(plain) if rtcp else client.outbound.protect(plain))
        return
    client.send(plain)


async def checks_in_from_a_hundred_addresses(mallory: Client, _: Speaker) -> None:
    for _address in range(100):
        mallory.move()
        mallory.check()
        await asyncio.sleep(0)


async def uses_a_thousand_streams(mallory: Client, _: Speaker) -> None:
    for ssrc in range(1000):
        mallory.say(packets.Voice(ssrc, mallory.remote).next(0, level=0))
        if ssrc % 50 == 0:
            await asyncio.sleep(0.005)


async def floods_from_unknown_addresses(mallory: Client, _: Speaker) -> None:
    strangers = [socket.socket(mallory.socket.family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) for _one in range(50)]
    stranger_check = check(
        replace(mallory.local, ufrag="none"), replace(mallory.remote, ufrag="none", password="x" * 22)
    )
    kinds = (
        stranger_check,
        b"\x16\xfe\xfd" + bytes(200),
        b"\x80\x6f" + bytes(100),
        b"\x80\xc9" + bytes(30),
        bytes(1400),
    )
    for _round in range(100):
        for number, stranger in enumerate(strangers):
            stranger.sendto(kinds[number % len(kinds)], mallory.remote.address)
        await asyncio.sleep(0.01)
    for stranger in strangers:
        stranger.close()


ATTACKS: tuple[Attack, ...] = (
    speaks_without_the_right,
    speaks_as_alice,
    replays_alice_from_elsewhere,
    replays_alice_from_her_own_address,
    forges_a_bit_of_alice,
    sends_noise_of_every_kind,
    sends_broken_stun,
    sends_broken_dtls,
    sends_broken_rtp_and_rtcp,
    checks_in_from_a_hundred_addresses,
    uses_a_thousand_streams,
    floods_from_unknown_addresses,
)
