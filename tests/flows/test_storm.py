"""A media process with a crowd on it is killed: everybody is back within moments, and nobody else loses a packet.

`STOA_STORM=100` has a hundred people on each of three.
"""

import os
import signal
import statistics
import time
from collections.abc import Callable, Iterator

import pytest

from tests.flows import wide
from tests.flows.stack import Stoa
from tests.flows.wide import BACK, PROCESSES, heard_after, lost, waited

CROWD = int(os.environ.get("STOA_STORM", "20"))  # people on each media process
NAMES = ("alice", *(f"guest-{number}" for number in range(1, CROWD * PROCESSES)))

pytestmark = [pytest.mark.server, pytest.mark.timeout(120 + CROWD)]


@pytest.fixture(scope="module")
def stoa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa whose three media processes the crowd fills."""
    with wide.running(tmp_path_factory.mktemp("storm"), NAMES) as running:
        yield running


async def test_a_crowd_whose_media_process_is_killed_is_back_within_moments_and_nobody_else_loses_a_packet(
    stoa: Stoa, figure: Callable[[str], None]
) -> None:
    async with wide.talk(stoa, NAMES) as it:
        port = it.elsewhere
        hit, others = it.on(port), [one for one in it.listeners if one.port != port]
        assert len(hit) == CROWD
        killed = time.time_ns()
        os.kill(stoa.media()[port], signal.SIGKILL)
        moment = killed + 50_000_000  # of the old process nothing is on its way then
        await heard_after(moment, hit, 2 * BACK)
        seconds = waited(moment, hit, killed)
        middle, last = statistics.median(seconds), seconds[-1]
        figure(f"{CROWD} listeners of a killed process hear again: {middle:.1f} s, {last:.1f} s the last")
        await heard_after(time.time_ns(), others)
        late = max(packet.delay for one in others for packet in one.heard if packet.sent > killed)
        figure(f"delay of the others meanwhile, at worst: {late:.0f} ms")
        assert [lost(it.alice, one, killed) for one in others] == [0.0] * len(others)
        assert {one.connections for one in others} == {1}
        assert last < BACK
