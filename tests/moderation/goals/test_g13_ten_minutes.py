"""G13 at length: twenty people talk at once for ten minutes; what is left is the last one, and in memory alone."""

import asyncio
import os
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchmarks.meters import memory
from moderation.evidence import sealed
from moderation.evidence.sealed import Code, Refused, Track
from rooms.sfu.counters import Count, Counters
from rooms.sfu.messages import Freeze, Sealed, Wanted
from rooms.sfu.ring import CHUNK, KEPT, MAX_HELD, Rings
from rooms.sfu.room import Room
from rooms.sfu.rtp import Packet
from rooms.sfu.vault import Vault, file_name

pytestmark = pytest.mark.slow
SPEAKERS, MINUTES, EACH = range(1, 21), 10, 50
"""Who speaks, how long, and in how many packets a second."""
MUTED, LISTENER = 21, 22
"""Who sends all the same, which no page of ours would."""
BEGUN, SAID = 1_700_000_000, MINUTES * 60 * EACH
"""When they begin, in seconds since 1970 (by the machine's own clock at 0), and what each says until the end."""
CASE = X25519PrivateKey.generate()
ORDER = Freeze("r", "0123456789abcdef", CASE.public_key().public_bytes_raw().hex(), (BEGUN + MINUTES * 60) * 1000)


@dataclass
class Talk:
    """What there is of it in the media process, and the memory used after each minute."""

    rings: Rings = field(default_factory=lambda: Rings(os.urandom(32)))
    counters: Counters = field(default_factory=Counter)
    used: list[int] = field(default_factory=list)


def word(member: int, number: int) -> bytes:
    """What a member says in a packet, as much as Opus takes for 20 ms."""
    return (b"%d says %d" % (member, number)).ljust(80)


@pytest.fixture(scope="module")
def talk() -> Talk:
    """All have talked, in a room without a network."""
    talk, wanted = Talk(), Wanted("r", 1, live=True, speak=tuple(SPEAKERS), absent=())
    room = Room(wanted, (10, 20, 30), 0, 0, talk.counters, keep=talk.rings.keep)
    room.want(wanted, 0.0)
    for number in range(SAID):
        now = number / EACH
        for member in (*SPEAKERS, MUTED, LISTENER):
            packet = Packet(111, False, number % 65536, number * 960, member, 20, word(member, number))
            room.push(member, packet, now, BEGUN + now)
        if number % EACH == EACH - 1:
            talk.rings.tick(now)
        if number % (60 * EACH) == 60 * EACH - 1:
            talk.used.append(memory(os.getpid()))
    return talk


@pytest.fixture(scope="module")
def folder(talk: Talk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the evidence is, once somebody has reported the last minute; nothing had ever been there before."""
    folder = tmp_path_factory.mktemp("evidence")
    reports: list[Sealed] = []

    async def freeze() -> None:
        vault = Vault("node-0", talk.rings, folder, reports.append, talk.counters)
        vault.take(ORDER)
        await vault.done()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: float(MINUTES * 60))
        asyncio.run(freeze())
    assert set(reports[0].tracks) == {file.name for file in folder.iterdir()}
    return folder


def track(folder: Path, member: int) -> Track:
    return sealed.read((folder / file_name("node-0", ORDER.freeze, member)).read_bytes())


def test_the_tenth_minute_takes_no_more_memory_than_the_second(talk: Talk) -> None:
    assert len(talk.used) == MINUTES
    assert talk.used[-1] - talk.used[1] < 5 * MAX_HELD  # a twentieth of what was said meanwhile


def test_a_report_seals_the_last_minute_of_those_who_spoke_to_the_packet(folder: Path) -> None:
    assert len(list(folder.iterdir())) == len(SPEAKERS), "neither the muted one nor the listener"
    for member in SPEAKERS:
        shut = track(folder, member)
        said = sealed.unseal(shut, CASE, shut.hashes, ("r", member, ORDER.freeze))
        assert (KEPT - CHUNK) * EACH <= len(said) <= KEPT * EACH
        assert [one.payload for one in said] == [word(member, number) for number in range(SAID - len(said), SAID)]


def test_the_muted_and_the_audience_were_refused_with_every_packet(talk: Talk) -> None:
    assert talk.counters[Count.NOT_ALLOWED] == 2 * SAID


def test_no_words_pass_for_those_of_somebody_else_not_even_with_a_log_that_was_forged(folder: Path) -> None:
    for one, other in pairwise(track(folder, member) for member in SPEAKERS):
        assert refusal(one, one.hashes, other.header.place) is Code.ELSEWHERE
        renamed = replace(one, header=replace(one.header, member=other.header.member))
        assert refusal(renamed, other.hashes, other.header.place) is Code.CHANGED
        swapped = replace(other, chunks=one.chunks)
        assert refusal(swapped, swapped.hashes, other.header.place) is Code.SHUT


def refusal(shut: Track, hashes: list[str], place: tuple[str, int, str]) -> Code:
    """Why the case's key does not open it as what was said at `place`."""
    with pytest.raises(Refused) as caught:
        sealed.unseal(shut, CASE, hashes, place)
    return caught.value.code
