"""`python -m benchmarks`: starts what it measures, prints the table, writes JSON to `benchmarks/results/`."""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import relay, servers
from benchmarks.figures import Figure, save, table
from benchmarks.light import Identity
from benchmarks.orders import desk
from benchmarks.room import Room
from rooms.sfu.messages import Alive

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Nothing: the table is printed, whatever it says; only what could not be measured is an error."""
    arguments = _arguments()
    _raise_file_limit()
    figures = asyncio.run(_relay(arguments.listeners, arguments.idle))
    print(table(figures))
    print(f"written to {save(figures, RESULTS, time.strftime('%Y%m%d-%H%M%S'))}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures Stoa on this machine.")
    parser.add_argument("--listeners", type=int, default=relay.LISTENERS)
    parser.add_argument("--idle", type=float, default=relay.IDLE, help="seconds that nobody speaks")
    return parser.parse_args()


async def _relay(listeners: int, idle: float) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="stoa-bench-") as name:
        folder = Path(name)
        with servers.valkey(folder), servers.sfu(folder, servers.free_port()) as sfu:
            async with desk(servers.redis_url(folder), servers.SFU) as orders:
                await orders.report(Alive, seconds=15)
                room = Room(orders, Identity(), "bench")
                figures = []
                async for figure in relay.measure(room, sfu.pid, listeners=listeners, idle=idle):
                    print(*figure.row(), file=sys.stderr, flush=True)
                    figures.append(figure)
                room.close()
                return figures


def _raise_file_limit() -> None:
    """A socket for every client: as many open files as the system allows this process."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    main()
