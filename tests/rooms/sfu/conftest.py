"""What the tests of the media process share."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

from benchmarks import servers
from rooms.sfu import accelerator, build
from rooms.sfu.fanout import Hearing
from tests.rooms.sfu.desk import Desk
from tests.rooms.sfu.harness import Media, media

# An example of a property may take as long as the machine needs.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

READY_MADE = "STOA_TEST_FANOUT"
"""Names a compiled `fanout.c`: the sanitizer's, in the run that is made for it."""


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Memory that only the cyclic collector would free is not freed during the test."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Where a Valkey of one's own is reached."""
    with servers.valkey(tmp_path):
        yield servers.redis_url(tmp_path)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Media]:
    """One media process for all tests of a file; each has a room of its own."""
    with media(tmp_path_factory.mktemp("relay")) as it:
        yield it


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`fanout.c` as it is now, compiled without a warning."""
    if READY_MADE in os.environ:
        return Path(os.environ[READY_MADE])
    path = tmp_path_factory.mktemp("fanout") / "fanout.so"
    try:
        build.compiler()
    except build.BuildError as why:
        pytest.skip(str(why))
    build.build(path, "-Werror", "-Wpedantic", "-Wconversion", "-Wshadow")
    return path


@pytest.fixture
def accelerated(compiled: Path) -> Callable[[], Hearing]:
    """What makes hearings that send by compiled code."""
    return partial(accelerator.Crowd, accelerator.load(compiled))


@pytest.fixture(params=["plain", "accelerated"])
def hearing(request: pytest.FixtureRequest) -> Callable[[], Hearing]:
    """Both ways to send, one after the other: whoever takes this must find no difference."""
    made: Callable[[], Hearing] = Hearing if request.param == "plain" else request.getfixturevalue("accelerated")
    return made


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A registry with its wire and its clients, drained afterwards."""
    made = Desk()
    yield made
    await made.registry.drain()
    for client in made.clients:
        await client.close()
    await asyncio.sleep(0)
