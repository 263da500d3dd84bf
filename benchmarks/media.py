"""A media process of our own under measurement, and the one room in it."""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from benchmarks import servers
from benchmarks.light import Identity
from benchmarks.orders import desk
from benchmarks.room import Room
from rooms.sfu.messages import Alive


@contextlib.asynccontextmanager
async def media(module: str, **environment: str) -> AsyncIterator[tuple[Room, int, str]]:
    """An empty room of a media process that `module` runs, the process's id, and the name of its fan-out."""
    port = servers.free_port()
    with (
        folder() as here,
        servers.valkey(here),
        servers.sfu(here, port, module=module, **environment) as sfu,
    ):
        async with desk(servers.redis_url(here), servers.SFU) as orders:
            alive = await orders.report(Alive, seconds=15)
            room = Room(orders, Identity(), "bench")
            yield room, sfu.pid, alive.fan_out
            room.close()


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """An empty folder that is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="stoa-bench-") as name:
        yield Path(name)
