"""Contract of `rooms.sfu.vault`: one file per speaker and freeze, all of them or none, and every order is answered."""

import asyncio
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from moderation.evidence import sealed
from rooms.sfu import vault as module
from rooms.sfu.counters import Counters
from rooms.sfu.messages import Freeze, Sealed
from rooms.sfu.refusals import Code
from rooms.sfu.ring import Rings
from rooms.sfu.rtp import Packet
from rooms.sfu.vault import SLACK, Vault, file_name

ALICE, BOB = 1, 2
CASE = X25519PrivateKey.generate()
NOW = 1_700_000_000_000
FREEZE = "0123456789abcdef"
ORDER = Freeze("r", FREEZE, CASE.public_key().public_bytes_raw().hex(), NOW)


class House:
    """A vault, its rings, its clock and what it reported."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "evidence"
        self.reports: list[Sealed] = []
        self.counters: Counters = Counter()
        self.now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        self.begin()

    def begin(self) -> None:
        """The process starts, or starts again: what was in memory is gone."""
        self.rings = Rings(os.urandom(32))
        self.vault = Vault("node-0", self.rings, self.folder, self.reports.append, self.counters)

    def say(self, member: int, wall: float, payload: bytes = b"voice", room: str = "r") -> None:
        self.rings.keep(room, member, Packet(111, False, 1, 960, 7, 20, payload), self.now, wall / 1000)

    async def freeze(self, order: Freeze = ORDER) -> tuple[str, ...] | None:
        """The files of the answer, if there was one."""
        before = len(self.reports)
        self.vault.take(order)
        await self.vault.done()
        assert len(self.reports) - before <= 1
        return self.reports[-1].tracks if len(self.reports) > before else None

    def payloads(self, name: str) -> list[bytes]:
        track = sealed.read((self.folder / name).read_bytes())
        found = sealed.unseal(track, CASE, track.hashes, track.header.place)
        return [one.payload for one in found]

    def files(self) -> set[str]:
        return {file.name for file in self.folder.glob("*")}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    return House(tmp_path, monkeypatch)


async def test_each_speaker_of_the_room_has_a_file_that_the_cases_key_opens(house: House) -> None:
    house.say(ALICE, NOW - 500, b"alice")
    house.say(BOB, NOW - 400, b"bob")
    house.say(ALICE, NOW - 300, b"elsewhere", room="another")
    names = await house.freeze()
    assert names == (file_name("node-0", FREEZE, 1), file_name("node-0", FREEZE, 2))
    assert house.reports == [Sealed("node-0", "r", FREEZE, names)]
    assert house.files() == set(names)
    assert [house.payloads(name) for name in names] == [[b"alice"], [b"bob"]]


async def test_only_the_server_may_read_the_folder(house: House) -> None:
    house.say(ALICE, NOW)
    await house.freeze()
    assert house.folder.stat().st_mode & 0o077 == 0
    assert (house.folder / file_name("node-0", FREEZE, 1)).stat().st_mode & 0o077 == 0


async def test_where_nobody_spoke_nothing_is_written_and_the_answer_says_so(house: House) -> None:
    house.say(ALICE, NOW, room="another")
    assert await house.freeze() == ()
    assert house.files() == set()


async def test_what_was_said_after_the_report_or_a_minute_before_it_is_not_in_it(house: House) -> None:
    for wall in (NOW + SLACK - 60_001, NOW + SLACK - 60_000, NOW + SLACK, NOW + SLACK + 1):
        house.say(ALICE, wall, str(wall).encode())
    (name,) = await house.freeze() or ()
    assert house.payloads(name) == [str(wall).encode() for wall in (NOW + SLACK - 60_000, NOW + SLACK)]


async def test_a_repeat_gets_the_same_answer_and_writes_nothing(house: House) -> None:
    house.say(ALICE, NOW)
    first = await house.freeze()
    before = {name: (house.folder / name).read_bytes() for name in house.files()}
    house.say(BOB, NOW)
    assert await house.freeze() == first
    assert {name: (house.folder / name).read_bytes() for name in house.files()} == before


async def test_a_repeat_gets_the_same_answer_where_nothing_was_kept(house: House) -> None:
    assert await house.freeze() == ()
    house.say(BOB, NOW)
    assert await house.freeze() == ()


async def test_a_repeat_while_the_files_are_written_is_answered_once(house: House) -> None:
    house.say(ALICE, NOW)
    house.vault.take(ORDER)
    house.vault.take(ORDER)
    await house.vault.done()
    assert len(house.reports) == 1


async def test_a_repeat_to_a_process_that_began_anew_finds_the_files(house: House) -> None:
    house.say(ALICE, NOW)
    first = await house.freeze()
    house.begin()
    house.say(BOB, NOW)
    assert await house.freeze() == first
    assert house.files() == set(first or ())


async def test_another_media_process_seals_for_the_same_report_beside_it(house: House) -> None:
    house.say(ALICE, NOW)
    first = await house.freeze() or ()
    other = Vault("node-1", house.rings, house.folder, house.reports.append, house.counters)
    other.take(ORDER)
    await other.done()
    second = house.reports[-1].tracks
    assert house.files() == {*first, *second}
    assert len(house.files()) == 2


async def test_two_freezes_of_one_room_have_files_of_their_own(house: House) -> None:
    house.say(ALICE, NOW)
    another = Freeze("r", "f" * 16, ORDER.key, NOW)
    assert await house.freeze() != await house.freeze(another)
    assert len(house.files()) == 2


@pytest.mark.parametrize("fails", [1, 2])
async def test_a_disk_that_fails_leaves_no_file_no_answer_and_no_end_and_a_repeat_may_succeed(
    house: House, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    house.say(ALICE, NOW)
    house.say(BOB, NOW)
    calls, fsync = [], os.fsync

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == fails:
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    assert await house.freeze() is None
    assert house.files() == set()
    assert await house.freeze() == (file_name("node-0", FREEZE, 1), file_name("node-0", FREEZE, 2))


@pytest.mark.parametrize(
    "change",
    [
        {"freeze": "../../../etc/x"},
        {"freeze": "0123456789ABCDEF"},
        {"freeze": "0123456789abcdef\n"},
        {"freeze": ""},
        {"key": "00"},
        {"key": "zz" * 32},
    ],
)
async def test_an_order_that_makes_no_sense_is_counted_and_nothing_is_written(
    house: House, change: dict[str, str]
) -> None:
    house.say(ALICE, NOW)
    fields: dict[str, Any] = {"room": "r", "freeze": FREEZE, "key": ORDER.key, "at": NOW}
    assert await house.freeze(Freeze(**fields | change)) is None
    assert house.counters == {Code.MESSAGE_INVALID: 1}
    assert house.files() == set()


async def test_a_key_that_everybody_could_open_seals_nothing(house: House) -> None:
    house.say(ALICE, NOW)
    assert await house.freeze(Freeze("r", FREEZE, "00" * 32, NOW)) is None
    assert house.files() == set()


async def test_drafts_of_a_process_that_was_killed_are_removed_and_no_others(house: House) -> None:
    house.say(ALICE, NOW)
    (name,) = await house.freeze() or ()
    for draft in (f".node-0~{FREEZE}-7.sealed", f".node-0-1~{FREEZE}-7.sealed"):
        (house.folder / draft).write_bytes(b"half a file")
    house.begin()
    assert house.files() == {name, f".node-0-1~{FREEZE}-7.sealed"}


async def test_answers_are_not_remembered_for_ever(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ANSWERS", 3)
    for number in range(5):
        await house.freeze(Freeze("r", f"{number:016x}", ORDER.key, NOW))
        await asyncio.sleep(0)
    assert len(house.vault._answers) == 3
