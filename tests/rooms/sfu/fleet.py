"""Several media processes with one Valkey, and rooms that all of them carry."""

import asyncio
import contextlib
import secrets
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import packets, servers
from benchmarks.wide import Wide, names, wide
from tests.rooms.sfu import harness
from tests.rooms.sfu.harness import ALICE, CAROL, DAVE, Speaker, ear, identity

A, B, C = names(3)


@dataclass
class Fleet:
    """Media processes that share a Valkey."""

    folder: Path
    servers: dict[str, servers.Server]

    @property
    def url(self) -> str:
        return servers.redis_url(self.folder)


@contextlib.contextmanager
def fleet(folder: Path, count: int = 2) -> Iterator[Fleet]:
    with contextlib.ExitStack() as stack:
        stack.enter_context(servers.valkey(folder))
        yield stack.enter_context(processes(folder, count))


@contextlib.contextmanager
def processes(folder: Path, count: int) -> Iterator[Fleet]:
    with contextlib.ExitStack() as stack:
        made = {
            sfu: stack.enter_context(servers.sfu(folder, servers.free_port(), STOA_NODE=sfu.removesuffix("-0")))
            for sfu in names(count)
        }
        yield Fleet(folder, made)


@contextlib.asynccontextmanager
async def room(it: Fleet) -> AsyncIterator[Wide]:
    """A new room that all of them carry."""
    name = f"room-{uuid.uuid4().hex[:8]}"
    async with wide(it.url, tuple(it.servers), identity(), name, secrets.token_bytes(32)) as made:
        yield made


async def want(made: Wide, **fields: Any) -> None:
    """Nothing, once the order is carried out everywhere: a later one was refused."""
    for part in made.parts.values():
        await harness.want(part, **fields)


async def duet(made: Wide) -> tuple[Speaker, list[packets.Packet], list[packets.Packet]]:
    """Alice, who speaks by the first process, with what Carol hears there and Dave by the second."""
    alice, carol, dave = await made.join(A, ALICE), await made.join(A, CAROL), await made.join(B, DAVE)
    await want(made, speak=(ALICE,))
    return Speaker(alice), ear(carol), ear(dave)


async def across(speaker: Speaker, heard: list[packets.Packet]) -> None:
    """Nothing, once what `speaker` says comes through: both processes have subscribed by then."""
    async with asyncio.timeout(10):
        while not heard:
            await speaker.say(1)
    heard.clear()
