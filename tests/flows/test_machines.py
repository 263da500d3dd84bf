"""A room on two machines, set up as `docs/operations.md` says word by word, and what becomes of it when one fails."""

import asyncio
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import redis

from benchmarks.room import background
from rooms.bus import room_channel
from rooms.sfu.messages import orders_channel
from tests import postgres
from tests.flows import stack, wide
from tests.flows.light import Person
from tests.flows.machines import Machine, machines
from tests.flows.paper import Paper, Service, running
from tests.flows.stack import ROOT, Stoa, until
from tests.flows.wide import BACK, Talk, complete, heard_after, lost, waited

pytestmark = [pytest.mark.server, pytest.mark.timeout(180)]

NAMES = ("alice", "bob", "carol", "dana", "erin", "frank")
BOTH = 2
CUT = 3.0  # seconds: shorter than what makes a media process pass for dead
LOSS = 0.1  # seconds of sound that nobody may lose more of
REFUSED = (
    ("GET", "key"),
    ("LLEN", "celery"),
    ("CONFIG", "GET", "*"),
    ("PUBLISH", orders_channel("first-0"), "nonsense"),
    ("PUBLISH", room_channel("room"), "nonsense"),
)
Figure = Callable[[str], None]


@dataclass(slots=True)
class Pair:
    """A Stoa on the first machine, and a media process on the second."""

    first: Machine
    second: Machine
    stoa: Stoa
    service: Service
    paper: Paper

    def up(self) -> None:
        """Nothing: both media processes take orders."""
        if self.service.ended():
            self.service.start()
        until("both media processes are there", partial(complete, self.stoa, BOTH), 20)

    def near(self, it: Talk) -> list[Person]:
        """Who listens by the first machine, as Alice talks there."""
        return [one for one in it.listeners if one.host == self.first.world]

    def far(self, it: Talk) -> list[Person]:
        """Who listens by the second."""
        return [one for one in it.listeners if one.host == self.second.world]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Both machines, set up as the operator is told to."""
    folder = tmp_path_factory.mktemp("machines")
    (folder / "data" / "evidence").mkdir(mode=0o700, parents=True)
    (folder / "second").mkdir(mode=0o700)
    (folder / "second" / "evidence").symlink_to(folder / "data" / "evidence")  # in place of a mount
    paper = Paper(
        {
            "/etc/redis": str(folder),
            "/etc/stoa": str(folder),
            "/srv/stoa/.venv/bin/python": sys.executable,
            "/srv/stoa": str(ROOT),
            "/var/lib/stoa": str(folder / "second"),
            "%i": "0",
            "WEB_PASSWORD": secrets.token_hex(32),
            "MEDIA_PASSWORD": secrets.token_hex(32),
        }
    )
    with ExitStack() as held:
        try:
            first, second = held.enter_context(machines())
        except OSError as why:
            pytest.skip(f"no networks of our own may be made here: {why}")
        held.enter_context(redis_server(first, folder, paper))
        database = held.enter_context(postgres.running())
        stoa = held.enter_context(
            stack.running(
                folder,
                *first.before,
                DATABASE_URL=database.url,
                REDIS_URL=paper.url("WEB_PASSWORD"),
                STOA_NODE="first",
                STOA_PUBLIC_IP=first.world,
                STOA_SFU_PEERS=str(len(NAMES) // BOTH),
                STOA_HTTP_PORT="8000",
                STOA_UDP_PORT="7882",
                STOA_TCP_PORT="7881",
                PUBLIC_URL=f"http://{first.world}:8000",
                ALLOWED_HOSTS=first.world,
            )
        )
        stoa.sign_in(*NAMES)
        (folder / "redis_url").write_text(paper.url("MEDIA_PASSWORD"))
        service = held.enter_context(running(Service(second, paper.block("rooms.sfu"), folder / "media.log")))
        yield Pair(first, second, stoa, service, paper)


@contextmanager
def redis_server(machine: Machine, folder: Path, paper: Paper) -> Iterator[None]:
    """Debian's Redis on a machine, with what is to stand at the end of its configuration."""
    subprocess.run(["sh", "-e", "-c", paper.block("openssl")], check=True, capture_output=True)
    (folder / "redis.conf").write_text(f"dir {folder}\n{paper.block('tls-port')}")
    command = [*machine.before, "redis-server", str(folder / "redis.conf")]
    with (folder / "redis.log").open("wb") as log, subprocess.Popen(command, stdout=log) as server:
        try:
            until("Redis answers", lambda: _answers(paper.url("WEB_PASSWORD")))
            yield
        finally:
            server.terminate()


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as asked:
            return bool(asked.ping())
    except redis.ConnectionError:
        return False


async def test_who_is_on_either_machine_hears_who_talks_on_the_other_and_each_comes_by_its_own_address(
    pair: Pair, figure: Figure
) -> None:
    async with wide.talk(pair.stoa, NAMES, BOTH) as it:
        assert (len(pair.near(it)), len(pair.far(it)), it.alice.host) == (2, 3, pair.first.world)
        assert {one.port for one in it.people.values()} == {7882}
        frank = it.people["frank"]
        await frank.move("raise_hand")
        await it.alice.move("invite", member=6)
        await frank.move("accept")
        since, said, received = time.time_ns(), len(it.alice.said), pair.second.received()
        await heard_after(since + 1_000_000_000, it.listeners)
        each = (pair.second.received() - received) / (len(it.alice.said) - said)
        figure(f"bytes on the line between two machines for each packet of a voice, of 100 itself: {each:.0f}")
        async with background(frank.talk()):
            await heard_after(time.time_ns() + 1_000_000_000, it.people.values())
        assert [lost(it.alice, one, since) for one in it.listeners] == [0.0] * 5
        assert [lost(frank, one, since) for one in it.people.values() if one is not frank] == [0.0] * 5
        await asyncio.to_thread(sealed_on_both, it)


def sealed_on_both(it: Talk) -> None:
    """What each of both talkers said is sealed by the process they were on, into the one folder."""
    body = {"policy": "spam", "member": 6}
    assert it.stoa.ask("bob", "POST", f"/api/v1/rooms/{it.room}/reports/", body)[0] == 201
    sealed = partial((it.stoa.folder / "data" / "evidence").glob, "*.sealed")
    until("both are sealed", lambda: {file.stem.rpartition("-")[2] for file in sealed()} == {"1", "6"})
    assert len({file.stem.split("-")[1] for file in sealed()}) == BOTH, "by two processes"


def test_doctor_counts_both(pair: Pair) -> None:
    pair.up()
    told = pair.stoa.manage(
        "shell", "--verbosity", "0", "--command", "from config import doctor; print(doctor.spread())"
    )
    assert "2 media processes; a room spreads when one has 3 connections" in told


@pytest.mark.parametrize("command", REFUSED)
def test_the_password_of_the_second_machine_gives_no_orders_to_others_and_opens_no_key(
    pair: Pair, command: tuple[str, ...]
) -> None:
    with redis.Redis.from_url(pair.paper.url("MEDIA_PASSWORD")) as second:
        assert second.ping()
        with pytest.raises(redis.exceptions.NoPermissionError):
            second.execute_command(*command)


async def test_who_listened_to_a_killed_machine_is_on_the_other_by_themselves_and_nobody_there_hears_a_gap(
    pair: Pair, figure: Figure
) -> None:
    await asyncio.to_thread(pair.up)
    async with wide.talk(pair.stoa, NAMES, BOTH) as it:
        near, far = pair.near(it), pair.far(it)
        killed = time.time_ns()
        pair.service.send(signal.SIGKILL)
        seconds = await back(killed + 50_000_000, far, killed)
        figure(f"a machine's media process killed to its listeners hearing again by the other: {seconds:.1f} s")
        assert far
        assert pair.far(it) == []
        assert [lost(it.alice, one, killed) for one in near] == [0.0] * len(near)


async def back(moment: int, listeners: Sequence[Person], since: int) -> float:
    """Seconds from `since` (ns) until the last of them heard of what was said after this moment (ns)."""
    await heard_after(moment, listeners)
    seconds = waited(moment, listeners, since)[-1]
    assert seconds < BACK
    return seconds


async def test_a_line_that_is_cut_and_mended_carries_sound_again_by_itself(pair: Pair, figure: Figure) -> None:
    await asyncio.to_thread(pair.up)
    async with wide.talk(pair.stoa, NAMES, BOTH) as it:
        near, far = pair.near(it), pair.far(it)
        pair.second.cut()
        cut = time.time_ns()
        await heard_after(cut + int(CUT * 1e9), near)
        pair.second.mend()
        mended = time.time_ns()
        seconds = await back(mended, far, mended)
        figure(f"the line between two machines cut for {CUT:.0f} s, then mended, to sound: {seconds:.1f} s")
        assert [one for one in far if lost(it.alice, one, cut) < CUT / 2] == []
        assert [lost(it.alice, one, cut) for one in near] == [0.0] * len(near)


async def test_who_is_on_a_machine_that_stays_cut_off_is_moved_to_the_other_and_it_is_used_again_once_it_is_back(
    pair: Pair, figure: Figure
) -> None:
    await asyncio.to_thread(pair.up)
    try:
        async with wide.talk(pair.stoa, NAMES, BOTH) as it:
            far = pair.far(it)
            pair.second.cut()
            cut = time.time_ns()
            seconds = await back(cut + 100_000_000, far, cut)
            figure(f"a machine cut off to its listeners hearing again by the other: {seconds:.1f} s")
            assert far
            assert pair.far(it) == []
    finally:
        pair.second.mend()
    async with wide.talk(pair.stoa, NAMES, BOTH) as it:
        assert pair.far(it)


async def test_a_machine_that_is_told_to_go_hands_everybody_over_and_nobody_loses_a_tenth_of_a_second(
    pair: Pair, figure: Figure
) -> None:
    await asyncio.to_thread(pair.up)
    async with wide.talk(pair.stoa, NAMES, BOTH) as it:
        since = time.time_ns()
        assert pair.far(it)
        pair.service.send(signal.SIGTERM)
        await asyncio.to_thread(until, "it is gone", pair.service.ended, 40)
        figure(f"a machine's media process told to go to its end: {(time.time_ns() - since) / 1e9:.1f} s")
        await heard_after(time.time_ns(), it.listeners)
        assert pair.service.process.returncode == 0
        assert pair.far(it) == []
        assert max(lost(it.alice, one, since) for one in it.listeners) <= LOSS
