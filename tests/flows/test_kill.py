"""Those who talk go on talking, whatever dies; and if the media process itself dies, they are back by themselves."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator

import psycopg
import pytest

from benchmarks import packets
from benchmarks.packets import Packet
from tests import postgres
from tests.flows import stack
from tests.flows.light import Person, conversation, missed
from tests.flows.stack import Stoa, fetch
from tests.postgres import Cluster

pytestmark = pytest.mark.server

LATE = 1000  # milliseconds: what is lost comes never, what a busy machine delays comes after all
BACK = 10.0  # seconds; 2 are to be reached on a quiet machine, a busy one must not fail a change


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa of this module's own, since the tests break it."""
    with stack.running(tmp_path_factory.mktemp("kill")) as running:
        yield running


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that may be killed."""
    with postgres.running() as running:
        yield running


@pytest.fixture(scope="module")
def on_postgres(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa whose database is that PostgreSQL."""
    with stack.running(tmp_path_factory.mktemp("kill-pg"), DATABASE_URL=cluster.url) as running:
        yield running


async def survives(stoa: Stoa, kill: Callable[[], Awaitable[None]]) -> None:
    """Carol hears all that Alice says, in time, from before `kill` until two seconds after Stoa is ready again."""
    async with conversation(stoa) as (alice, carol):
        await asyncio.sleep(0.5)
        assert carol.heard, "nobody was heard even before"
        await kill()
        await asyncio.to_thread(stack.until, "it is ready again", lambda: ready(stoa), 30)
        await asyncio.sleep(2)
        assert alice.said[-1] - carol.heard[-1].sent < LATE * 1_000_000, "she fell silent"
        assert missed(alice, carol) == 0
        assert max(packet.delay for packet in carol.heard) < LATE
        assert packets.breaks(carol.heard) == []
        assert (alice.connections, carol.connections) == (1, 1)


def ready(stoa: Stoa) -> bool:
    """Whether it says so."""
    try:
        return fetch("GET", f"{stoa.url}/readyz", {})[0] == 200
    except OSError:
        return False


def says(stoa: Stoa, part: str) -> object:
    """What it says of a part of itself."""
    return fetch("GET", f"{stoa.url}/readyz", {})[1][part]


@pytest.mark.parametrize("victim", ["daphne", "hostname worker", "hostname sealer", "quiet beat", "valkey-server"])
async def test_who_talks_is_heard_on_while_this_process_is_killed(own: Stoa, victim: str) -> None:
    async def kill() -> None:
        own.kill(victim)
        await asyncio.sleep(0.2)

    await survives(own, kill)


async def test_who_talks_is_heard_on_while_postgresql_is_killed_and_started_again(
    on_postgres: Stoa, cluster: Cluster
) -> None:
    async def kill() -> None:
        os.kill(cluster.pid, signal.SIGKILL)
        await asyncio.sleep(2)
        assert not await asyncio.to_thread(ready, on_postgres)
        await asyncio.to_thread(cluster.start)

    await survives(on_postgres, kill)


async def test_who_talks_is_heard_on_while_the_log_cannot_be_written(on_postgres: Stoa, cluster: Cluster) -> None:
    def full() -> None:
        with psycopg.connect(cluster.dsn, autocommit=True) as database:
            database.execute("ALTER TABLE audit_entry ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
            try:
                stack.until("it says so", lambda: says(on_postgres, "log") == "IntegrityError", 3)
                time.sleep(3)
            finally:
                database.execute("ALTER TABLE audit_entry DROP CONSTRAINT full_disk")

    await survives(on_postgres, lambda: asyncio.to_thread(full))


async def test_after_a_killed_media_process_talking_goes_on_by_itself(own: Stoa, figure: Callable[[str], None]) -> None:
    async with conversation(own) as (alice, carol):
        await asyncio.sleep(0.5)
        own.kill("rooms.sfu")
        killed = time.time_ns()
        await asyncio.to_thread(stack.until, "she is heard again", lambda: after(carol, killed))
        first = after(carol, killed)[0]
        figure(f"media process killed to heard again: {(first.arrived - killed) / 1e9:.1f} s")
        assert (first.arrived - killed) / 1e9 < BACK
        assert (alice.connections, carol.connections) == (2, 2)


def after(listener: Person, moment: int) -> list[Packet]:
    """What the listener heard of a new media process: nothing of the old one is on its way after 50 ms."""
    return [packet for packet in listener.heard if packet.arrived > moment + 50_000_000]
