"""The relay at its limit, side by side in one run: the bare loop in C, Stoa with either fan-out, and Janus."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace

from benchmarks import bare, meters, relay, veth
from benchmarks.figures import Figure
from benchmarks.janus import JanusError, janus
from benchmarks.light import Identity
from benchmarks.media import folder, media
from benchmarks.party import STORM, STORM_SECONDS, Party
from benchmarks.room import background, keep
from rooms.sfu.build import BuildError
from rooms.sfu.registry import SETTLED

SIZES = (300, 900)
LARGE = (2500, 5000)
STEP = 900
"""Listeners with whom the goals of delay, the comparison and six talkers are measured."""
HELD = 2500
"""Listeners of one talker that one core must hold."""
TALKERS = 6
IDLE = 20
_TALK = 5
_SPEAKER = 1_000_000

Costs = dict[str, float]
"""CPU us per packet, by how many listened to how many."""


async def measure(listeners: int) -> AsyncIterator[Figure]:
    """Every figure, with 300 and 900 listeners, and with 2,500 and 5,000 where `listeners` says so."""
    sizes = SIZES + tuple(size for size in LARGE if size <= listeners)
    stoa: Costs = {}
    theirs: Costs = {}
    with _network() as (host, ours):
        limit = _limit(sizes, host)
        for size, cost in limit.items():
            yield Figure(f"bare loop in C, AES-128-GCM and sendmmsg, {size} sockets", cost, "us")
        async with _stoa("rooms.sfu", host) as (party, name):
            async for figure in _figures(party, name, sizes, stoa, storm=True):
                yield figure
        async with _stoa("benchmarks.plain", host) as (party, name):
            async for figure in _figures(party, name, SIZES[-1:], {}):
                yield replace(figure, goal=None)
        if ours:
            async for figure in _janus([size for size in sizes if size <= HELD], theirs):
                yield replace(figure, goal=None)
    for crowd in stoa.keys() & theirs.keys():
        goal = 0.25 if crowd == _crowd(STEP, 1) else None
        yield Figure(f"Stoa / Janus, CPU per packet, {crowd}", stoa[crowd] / theirs[crowd], "x", goal)
    for size in limit:
        if (crowd := _crowd(size, 1)) in stoa:
            goal = 1.6 if size == HELD else None
            yield Figure(f"Stoa / bare loop, CPU per packet, {crowd}", stoa[crowd] / limit[size], "x", goal)


def _crowd(listeners: int, talkers: int) -> str:
    return f"{listeners} x {talkers}"


@contextlib.contextmanager
def _network() -> Iterator[tuple[str, bool]]:
    """An address for all servers, and whether it is in a network of ours."""
    with contextlib.ExitStack() as stack:
        try:
            host = stack.enter_context(veth.namespace())
        except OSError as why:
            _say(f"Janus is not measured, as it takes no loopback and there is no network of our own: {why}")
            host = "127.0.0.1"
        yield host, host == veth.ADDRESS


def _limit(sizes: Sequence[int], host: str) -> dict[int, float]:
    try:
        return {size: bare.cost(size, host) for size in sizes}
    except BuildError as why:
        _say(f"the bare loop is not measured: {why}")
        return {}


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


@contextlib.asynccontextmanager
async def _stoa(module: str, host: str) -> AsyncIterator[tuple[Party, str]]:
    async with media(module, STOA_UDP_HOST=host) as (room, pid, fan_out), background(keep(room.clients)):
        numbers = tuple(range(_SPEAKER, _SPEAKER + TALKERS))
        speakers = [await room.join(number) for number in numbers]
        await room.want(speak=numbers)
        yield Party(pid, room.join, speakers), f"Stoa {fan_out}"


async def _janus(sizes: Sequence[int], costs: Costs) -> AsyncIterator[Figure]:
    try:
        with folder() as here:
            async with janus(here, Identity()) as (session, pid), background(keep(session.clients)):
                speakers = [await session.speak(_SPEAKER + number) for number in range(TALKERS)]
                async for figure in _figures(Party(pid, session.join, speakers), "Janus", sizes, costs):
                    yield figure
    except JanusError as why:
        _say(f"Janus is not measured: {why}")


async def _figures(
    party: Party, name: str, sizes: Sequence[int], costs: Costs, *, storm: bool = False
) -> AsyncIterator[Figure]:
    """Joins, memory and one talker for each of `sizes`; six talkers with `STEP` listeners; silence with the most."""
    empty = meters.memory(party.pid)
    for size in sizes:
        yield Figure(f"{name}, {size}: CPU per join", await party.fill(size), "ms", 2 if size == HELD else None)
        await asyncio.sleep(SETTLED + 2)
        memory = (meters.memory(party.pid) - empty) / size / 1024
        yield Figure(f"{name}, {size}: memory per listener", memory, "KB", 60)
        if size > HELD:
            yield Figure(f"{name}, {size}: nobody speaks", await relay.idle_cost(party.pid, IDLE), "% of a core", 10)
            return
        for figure in await _talk(party, name, costs):
            yield figure
        if size == STEP:
            spoken = await party.talk(_TALK, TALKERS)
            costs[_crowd(STEP, TALKERS)] = spoken.cost
            yield Figure(f"{name}, {STEP} x {TALKERS}: packets relayed", sum(spoken.delivered), "")
            yield Figure(f"{name}, {STEP} x {TALKERS}: CPU per relayed packet", spoken.cost, "us")
        if size == SIZES[0] and storm:
            async for figure in _storm(party, name):
                yield figure


async def _talk(party: Party, name: str, costs: Costs) -> list[Figure]:
    size = len(party.listeners)
    spoken = await party.talk(_TALK)
    costs[_crowd(size, 1)] = spoken.cost
    p50, p99 = (1, 5) if size <= STEP else (None, 30)
    here = f"{name}, {_crowd(size, 1)}"
    return [
        Figure(f"{here}: CPU per relayed packet", spoken.cost, "us"),
        Figure(f"{here}: of a core", spoken.cpu / _TALK * 100, "%", 100),
        Figure(f"{here}: packets lost of {spoken.sent * size:,}", spoken.lost, "", 0),
        Figure(f"{here}: delay, p50", meters.percentile(spoken.delays, 0.5), "ms", p50),
        Figure(f"{here}: delay, p99", meters.percentile(spoken.delays, 0.99), "ms", p99),
    ]


async def _storm(party: Party, name: str) -> AsyncIterator[Figure]:
    spoken, rate = await party.storm()
    here = f"{name}, {SIZES[0]} + {STORM} who come in within {STORM_SECONDS} s"
    yield Figure(f"{here}: joins", rate, "/s")
    yield Figure(f"{here}: packets of the talk lost", spoken.lost, "", 0)
    yield Figure(f"{here}: delay, p99", meters.percentile(spoken.delays, 0.99), "ms", 30)
