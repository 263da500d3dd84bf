"""The running media process and a report: what the speaker sent is sealed at once, nothing else is kept."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from redis.asyncio import Redis

from benchmarks import servers
from benchmarks.room import Room
from benchmarks.servers import ROOT
from moderation.evidence import sealed
from rooms.sfu.messages import Freeze, Sealed
from rooms.sfu.vault import file_name
from tests.canary import Singer, cores, dumping, found_in, found_on, overheard, sings
from tests.rooms.sfu.harness import ALICE, BOB, CAROL, MALLORY, Media, ear, hears, media, room, until, want

pytestmark = pytest.mark.server

CASE = X25519PrivateKey.generate()
FREEZE = "0123456789abcdef"
SEALED_WITHIN = 2.0


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Media]:
    with dumping(), media(tmp_path, STOA_DATA=str(tmp_path / "data"), TMPDIR=str(tmp_path)) as it:
        yield it


@pytest.fixture
def ringless(tmp_path: Path) -> Iterator[Media]:
    with media(tmp_path, STOA_DATA=str(tmp_path / "data"), STOA_PROFILE="private") as it:
        yield it


async def freeze(made: Room) -> Sealed:
    key = CASE.public_key().public_bytes_raw().hex()
    await made.desk.order(Freeze(made.wanted.room, FREEZE, key, time.time_ns() // 1_000_000))
    return await made.desk.report(Sealed, seconds=SEALED_WITHIN)


async def test_a_freeze_seals_within_two_seconds_exactly_what_the_speaker_sent(relay: Media) -> None:
    async with overheard(relay.url) as commands, room(relay) as made:
        alice, heard = Singer(await made.join(ALICE)), ear(await made.join(CAROL))
        bob, mallory = Singer(await made.join(BOB)), Singer(await made.join(MALLORY))
        await want(made, speak=(ALICE,))  # Bob is muted, Mallory listens; both send all the same
        await asyncio.gather(alice.say(60), bob.say(60), mallory.say(60))
        await until(lambda: len(heard) == 60)
        report = await freeze(made)
        assert report.tracks == (file_name(servers.SFU, FREEZE, ALICE),)
        again = await freeze(made)
        assert again == report
    evidence = relay.folder / "data" / "evidence"
    assert [file.name for file in evidence.iterdir()] == [file_name(servers.SFU, FREEZE, ALICE)]
    track = sealed.read((evidence / report.tracks[0]).read_bytes())
    records = sealed.unseal(track, CASE, track.hashes, (made.wanted.room, ALICE, FREEZE))
    assert [record.payload for record in records] == alice.sent
    assert track.header.packets == 60
    assert any('"kind":"freeze"' in command.replace("\\", "") for command in commands)
    assert not [command for command in commands if sings(command.encode())]
    assert found_on(relay.folder, relay.server.pid) == []
    relay.server.stop()
    assert found_in(relay.folder) == []


async def test_without_a_report_what_was_said_is_found_nowhere(relay: Media) -> None:
    async with overheard(relay.url) as commands, room(relay) as made:
        alice, heard = Singer(await made.join(ALICE)), ear(await made.join(CAROL))
        await want(made, speak=(ALICE,))
        await hears(alice, heard, 100)
        assert commands
        assert not [command for command in commands if sings(command.encode())]
        assert found_on(relay.folder, relay.server.pid) == []
        async with Redis.from_url(relay.url) as redis:
            await redis.save()
    assert not (relay.folder / "data").exists()
    assert (relay.folder / "dump.rdb").exists()
    relay.server.stop()
    assert found_in(relay.folder) == []


async def test_a_crash_while_somebody_speaks_leaves_nothing_of_what_was_said(relay: Media) -> None:
    before = cores(ROOT)
    async with room(relay) as made:
        alice, heard = Singer(await made.join(ALICE)), ear(await made.join(CAROL))
        await want(made, speak=(ALICE,))
        await hears(alice, heard, 50)
        os.kill(relay.server.pid, signal.SIGABRT)
        assert relay.server.process.wait(10) == -signal.SIGABRT
    assert cores(ROOT) == before
    assert found_in(relay.folder) == []


async def test_what_was_said_is_still_evidence_after_the_speaker_left_and_the_room_ended(relay: Media) -> None:
    async with room(relay) as made:
        alice, heard = Singer(await made.join(ALICE)), ear(await made.join(CAROL))
        await want(made, speak=(ALICE,))
        await hears(alice, heard, 10)
        await made.drop(ALICE)
        await want(made, live=False, speak=())
        assert (await freeze(made)).tracks == (file_name(servers.SFU, FREEZE, ALICE),)


async def test_the_private_profile_keeps_nothing_to_be_reported(ringless: Media) -> None:
    async with room(ringless) as made:
        alice, heard = Singer(await made.join(ALICE)), ear(await made.join(CAROL))
        await want(made, speak=(ALICE,))
        await hears(alice, heard, 10)
        assert (await freeze(made)).tracks == ()
    assert not (ringless.folder / "data").exists()
