"""Redis away for a while: who is in one process with whoever talks notices nothing, and the others need nobody to help.

`STOA_AWAY=60` has it away for a minute.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.flows import stack, wide
from tests.flows.stack import Stoa, fetch
from tests.flows.wide import BACK, heard_after, lost, waited
from tests.valkey import OwnValkey

AWAY = float(os.environ.get("STOA_AWAY", "5"))  # seconds
ALIVE = 1.0
"""Seconds in which the web process says that it lives, whatever else is away."""
PARTS = ("rooms.sfu", "daphne", "hostname worker", "hostname sealer", "quiet beat")
NAMES = ("alice", "bob", "carol", "dana", "erin", "frank")

pytestmark = [pytest.mark.server, pytest.mark.timeout(120 + 2 * AWAY)]


@dataclass(slots=True)
class Apart:
    """A Stoa of three media processes, and its Valkey, which no supervisor starts again."""

    stoa: Stoa
    valkey: OwnValkey

    @property
    def running(self) -> dict[str, list[int]]:
        """The process ids of every part."""
        return {part: sorted(self.stoa.children(part)) for part in PARTS}

    def healthy(self) -> bool:
        """Whether the web process says at once that it lives."""
        began = time.monotonic()
        return fetch("GET", f"{self.stoa.url}/healthz", {})[0] == 200 and time.monotonic() - began < ALIVE


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """It runs, and everybody is signed in."""
    folder = tmp_path_factory.mktemp("away")
    (folder / "data").mkdir(mode=0o700)
    valkey = OwnValkey(folder / "data")
    valkey.start()
    try:
        with wide.running(folder, NAMES, REDIS_URL=valkey.url) as stoa:
            yield Apart(stoa, valkey)
    finally:
        valkey.stop()


@pytest.mark.parametrize(("leave", "return_"), [("stop", "start"), ("hang", "go_on")])
async def test_redis_away_costs_nobody_on_the_speakers_process_anything_and_the_others_are_back_by_themselves(
    apart: Apart, leave: str, return_: str, figure: Callable[[str], None]
) -> None:
    async with wide.talk(apart.stoa, NAMES) as it:
        near = it.on(it.alice.port)
        before = {name: person.connections for name, person in it.people.items()}
        running, since = apart.running, time.time_ns()
        getattr(apart.valkey, leave)()
        healthy = await asked_for(AWAY, apart)
        ready, _ = await asyncio.to_thread(fetch, "GET", f"{apart.stoa.url}/readyz", {})
        await asyncio.to_thread(getattr(apart.valkey, return_))
        back = time.time_ns()
        await heard_after(back, it.listeners, BACK)
        seconds = waited(back, it.listeners, back)[-1]
        figure(f"Redis back ({leave}, {AWAY:.0f} s) to sound between media processes: {seconds:.1f} s")
        await asyncio.to_thread(stack.until, "it is ready again", lambda: ready_again(apart.stoa), BACK)
        await it.people["carol"].move("raise_hand")
        assert (healthy, ready) == ({True}, 503)
        assert [lost(it.alice, one, since) for one in near] == [0.0] * len(near)
        assert {name: person.connections for name, person in it.people.items()} == before, "nobody was declared dead"
        assert apart.running == running, "nothing was started anew"


async def asked_for(seconds: float, apart: Apart) -> set[bool]:
    """Every answer to whether it was healthy, asked twice a second for so long."""
    answers, over = set(), time.monotonic() + seconds
    while time.monotonic() < over:
        answers.add(await asyncio.to_thread(apart.healthy))
        await asyncio.sleep(0.5)
    return answers


def ready_again(stoa: Stoa) -> bool:
    """Whether it says so."""
    return bool(fetch("GET", f"{stoa.url}/readyz", {})[0] == 200)
