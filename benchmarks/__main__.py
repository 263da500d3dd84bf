"""`python -m benchmarks`: starts what it measures, prints a table, writes JSON to `benchmarks/results/`."""

import argparse
import asyncio
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from benchmarks import (
    bridge,
    browser,
    bundles,
    cases,
    flood,
    hallway,
    hearing,
    joins,
    limit,
    log,
    loss,
    moderation,
    own,
    page,
    relay,
    ring,
    sockets,
)
from benchmarks.figures import Figure, save, table
from benchmarks.media import folder, media
from benchmarks.meters import Others
from benchmarks.product import Product, product

RESULTS = Path(__file__).parent / "results"
PARTS = (
    "relay",
    "limit",
    "bridge",
    "flood",
    "sockets",
    "joins",
    "browser",
    "page",
    "hearing",
    "hallway",
    "queue",
    "bundles",
    "log",
    "ring",
    "moderation",
    "own",
    "loss",
)
ASKED = {"hearing", "loss"}
"""Parts that run only by name: they take long, and want what `make` does not install."""
_SPARE = 30


def main() -> None:
    """Nothing: the table is printed, whatever it says; only what could not be measured is an error."""
    if sys.platform != "linux":
        sys.exit("The benchmarks need Linux: /proc, and socket filters that let the kernel drop what listeners ignore.")
    arguments = _arguments()
    _raise_file_limit()
    parts = {
        "relay": lambda: _relay(arguments.listeners, arguments.idle),
        "limit": lambda: limit.measure(arguments.listeners),
        "bridge": lambda: bridge.measure(arguments.listeners),
        "flood": lambda: flood.measure(),
        "sockets": lambda: _product(sockets.SOCKETS, sockets.measure),
        "joins": lambda: _product(joins.JOINS, joins.measure),
        "browser": lambda: _product(0, browser.measure),
        "page": lambda: _product(0, page.measure),
        "hearing": lambda: _product(hearing.COMPANY, hearing.measure),
        "hallway": lambda: _product(0, hallway.measure, hallway.ROOMS),
        "queue": lambda: _product(0, cases.measure),
        "bundles": lambda: bundles.measure(),
        "log": lambda: log.measure(arguments.entries),
        "ring": lambda: ring.measure(),
        "moderation": lambda: _product(moderation.REPORTERS, moderation.measure),
        "own": lambda: own.measure(),
        "loss": lambda: _product(0, loss.measure),
    }
    wanted = arguments.part or [name for name in parts if name not in ASKED]
    figures = [figure for name in wanted for figure in asyncio.run(_told(parts[name]()))]
    print(table(figures))
    print(f"written to {save(figures, RESULTS, time.strftime('%Y%m%d-%H%M%S'))}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures Stoa on this machine.")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this one; may be repeated")
    parser.add_argument("--listeners", type=int, default=relay.LISTENERS, help="2500 or 5000 takes `limit` that far")
    parser.add_argument("--entries", type=int, default=log.ENTRIES, help="of the log that is searched")
    parser.add_argument("--idle", type=float, default=relay.IDLE, help="seconds that nobody speaks")
    return parser.parse_args()


async def _told(part: AsyncIterator[Figure]) -> list[Figure]:
    """The figures of a part, each told to whoever waits as soon as it is there."""
    figures = []
    async for figure in part:
        print(*figure.row(), file=sys.stderr, flush=True)
        figures.append(figure)
    return figures


async def _relay(listeners: int, idle: float) -> AsyncIterator[Figure]:
    async with media("rooms.sfu") as (room, pid, fan_out):
        others = Others(pid)
        async for figure in relay.measure(room, pid, fan_out, listeners=listeners, idle=idle):
            yield figure
        yield Figure("cores that others kept busy during the relay's figures", others.cores(), "cores")
    async with media("benchmarks.plain") as (room, pid, fan_out):
        others = Others(pid)
        async for figure in relay.compare(room, pid, fan_out, listeners=listeners):
            yield figure
        yield Figure("cores that others kept busy during the plain fan-out's figures", others.cores(), "cores")


async def _product(
    people: int, measure: Callable[[Product], AsyncIterator[Figure]], rooms: int = 1
) -> AsyncIterator[Figure]:
    with folder() as here, product(here, people + _SPARE, rooms) as stoa:
        others = Others(stoa.web, stoa.sfu)
        async for figure in measure(stoa):
            yield figure
        yield Figure(
            f"cores that others kept busy during {measure.__module__.rpartition('.')[2]}", others.cores(), "cores"
        )


def _raise_file_limit() -> None:
    """A socket for every client: as many open files as the system allows this process."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    main()
