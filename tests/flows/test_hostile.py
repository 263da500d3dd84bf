"""Mallory against a talk that is on: whatever she sends is dropped, she is not heard, and nobody else notices."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from benchmarks import packets, sdp
from benchmarks.light import Client, NotConnectedError
from benchmarks.room import Room
from rooms.sfu.messages import MAX_SDP, Gone
from rooms.sfu.refusals import Code, Refused
from tests.flows.attacks import ATTACKS, Attack
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
