"""Mallory against a talk that is on: whatever she sends is dropped, she is not heard, and nobody else notices."""

import asyncio
import random
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pylibsrtp
import pytest
from aioice import stun

from benchmarks import packets, sdp
from benchmarks.light import Client, NotConnectedError, check
from benchmarks.room import Room
from rooms.sfu.messages import MAX_SDP, Code, Gone, Refused
from tests.rooms.sfu.harness import (
    ALICE,
    BOB,
    CAROL,
    MALLORY,
    Media,
    Speaker,
    duet,
    ear,
    hears,
    media,
    room,
    until,
    want,
)

pytestmark = pytest.mark.server

CHANCE = random.Random(7)
Attack = Callable[[Client, Speaker], Awaitable[None]]


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Media]:
    """One media process that has to stand all of it."""
    with media(tmp_path_factory.mktemp("hostile")) as it:
        yield it


@asynccontextmanager
async def talk_is_on(made: Room) -> AsyncIterator[Speaker]:
    """Alice talks to Carol during the block; afterwards Carol must have heard all of it, in order, and only it."""
    speaker, _, heard = await duet(made)
    first = speaker.voice.sequence
    async with speaker.on():
        await until(lambda: len(heard) > 5)
        yield speaker
        await asyncio.sleep(0.2)
    said = (speaker.voice.sequence - first) & 0xFFFF
    await until(lambda: len(heard) >= said)
    await hears(speaker, heard)
    assert packets.breaks(heard) == []
    assert len(heard) == said + 5
    assert {packet.csrcs for packet in heard} == {(ALICE,)}


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


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
async def test_the_talk_goes_on_when_a_connected_mallory(relay: Media, attack: Attack) -> None:
    async with room(relay) as made:
        mallory = await made.join(MALLORY)
        async with talk_is_on(made) as alice:
            await attack(mallory, alice)


@pytest.mark.parametrize("attack", ATTACKS[5:8], ids=lambda attack: attack.__name__)
async def test_the_talk_goes_on_when_a_mallory_who_has_only_an_answer(relay: Media, attack: Attack) -> None:
    async with room(relay) as made:
        mallory = await made.answered(MALLORY)
        async with talk_is_on(made) as alice:
            await attack(mallory, alice)
            mallory.check()
            await attack(mallory, alice)


async def test_a_speaker_who_floods_is_cut_and_the_others_are_heard(relay: Media) -> None:
    async with room(relay) as made:
        mallory = Speaker(await made.join(MALLORY))
        alice, _, heard = await duet(made)
        await want(made, speak=(ALICE, MALLORY))
        began = time.monotonic()
        async with alice.on():
            for frame in range(2000):
                mallory.client.say(mallory.voice.next(0, level=0))
                if frame % 20 == 0:
                    await asyncio.sleep(0.005)
            await asyncio.sleep(0.2)
        hers = [packet for packet in heard if packet.csrcs == (MALLORY,)]
        rest = [packet for packet in heard if packet.csrcs == (ALICE,)]
        assert 0 < len(hers) < 100 + 150 * (time.monotonic() - began)
        assert packets.breaks(rest) == []
        await hears(alice, heard)


async def test_a_wrong_certificate_does_not_get_in(relay: Media) -> None:
    async with room(relay) as made, talk_is_on(made):
        mallory = await made.answered(BOB, fingerprint=":".join(["AB"] * 32))
        stolen = ear(mallory)
        with suppress(NotConnectedError):
            await mallory.connect(seconds=2)
        gone = await made.desk.report(Gone, peer=made.peers[BOB])
        assert gone.reason == "failed"
        assert stolen == []


async def test_an_offer_with_video_data_and_more_lines_is_answered_without_them(relay: Media) -> None:
    async with room(relay) as made:
        local = made.identity.local()
        audio = sdp.offer(local)
        video = audio[audio.index("m=audio") :].split("m=audio")[1]
        more = "".join(
            f"m={kind}{video}".replace("a=mid:0", f"a=mid:{mid}").replace("111 opus/48000/2", f"111 {codec}")
            for mid, kind, codec in (
                (4, "video", "VP8/90000"),
                (5, "video", "H264/90000"),
                (6, "audio", "opus/48000/2"),
            )
        )
        data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:7\r\na=sctp-port:5000\r\n"
        answer = await made.desk.answer(made.offer(CAROL, audio.replace("0 1 2 3", "0 1 2 3 4 5 6 7") + more + data))
        carol = Client(made.identity, local, sdp.answer(answer))
        await carol.connect()
        alice = Speaker(await made.join(ALICE))
        await want(made, speak=(ALICE,))
        await hears(alice, ear(carol))
        heads = [line for line in answer.splitlines() if line.startswith("m=")]
        assert [head.split()[0] for head in heads[4:]] == ["m=video", "m=video", "m=audio", "m=application"]
        assert [head.split()[1] for head in heads[4:]] == ["0"] * 4
        carol.close()


def _offers() -> dict[str, tuple[str, set[Code]]]:
    local = sdp.Local("ufra", "p" * 22, ":".join(["AB"] * 32), 1)
    good = sdp.offer(local)
    return {
        "empty": ("", {Code.SDP_INVALID, Code.NO_AUDIO}),
        "oversize": (good + "a=x\r\n" * MAX_SDP, {Code.SDP_TOO_LARGE, Code.SDP_INVALID}),
        "words": ("hello", {Code.SDP_INVALID}),
        "nothing but video": (good.replace("m=audio", "m=video"), {Code.NO_AUDIO}),
        "no opus": (good.replace("opus", "speex"), {Code.NO_OPUS}),
        "no fingerprint": (good.replace("a=fingerprint", "a=finger"), {Code.NO_FINGERPRINT}),
        "a cut fingerprint": (good.replace("AB:" * 31, ""), {Code.NO_FINGERPRINT, Code.SDP_INVALID}),
        "huge numbers": (good.replace("111", "1" * 4000), {Code.SDP_TOO_LARGE}),
        "a zero byte": (good.replace("opus", "op\0us"), {Code.NO_OPUS, Code.SDP_INVALID}),
    }


@pytest.mark.parametrize("kind", _offers())
async def test_a_broken_offer_is_refused_with_a_code(relay: Media, kind: str) -> None:
    text, codes = _offers()[kind]
    async with room(relay) as made:
        with pytest.raises(Refused) as refused:
            await made.desk.answer(made.offer(MALLORY, text))
        assert refused.value.code in codes


async def test_orders_nobody_could_have_given_are_ignored(relay: Media) -> None:
    async with room(relay) as made, talk_is_on(made):
        for text in (
            b"",
            b"{}",
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"kind":"wanted"}',
            b'{"kind":"alive"}',
            b"x" * 300_000,
        ):
            await made.desk.say(text)
