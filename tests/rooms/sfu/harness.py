"""A media process with its Valkey, and rooms of light clients in it: what the tests of the running relay stand on."""

import asyncio
import contextlib
import socket
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks import packets, servers
from benchmarks.light import Client, Identity
from benchmarks.orders import desk
from benchmarks.room import Room, background, talk
from rooms.sfu.messages import Alive
from rooms.sfu.refusals import Refused

ALICE, BOB, CAROL, DAVE, MALLORY = 1, 2, 3, 4, 66


@dataclass
class Media:
    """One running media process and where it lives."""

    folder: Path
    port: int
    server: servers.Server
    valkey: servers.Server
    tcp: int

    @property
    def url(self) -> str:
        """The address of its Valkey."""
        return servers.redis_url(self.folder)


@contextlib.contextmanager
def media(folder: Path, **environment: str) -> Iterator[Media]:
    """A Valkey and a media process of their own in `folder`, up and reporting."""
    port, tcp = servers.free_port(), servers.free_port(socket.SOCK_STREAM)
    with (
        servers.valkey(folder) as valkey,
        servers.sfu(folder, port, STOA_TCP_PORT=str(tcp), **environment) as server,
    ):
        it = Media(folder, port, server, valkey, tcp)
        asyncio.run(_first_sign(it))
        yield it


async def _first_sign(it: Media) -> None:
    async with desk(it.url, servers.SFU) as reports:
        await reports.report(Alive, seconds=15)


@cache
def identity() -> Identity:
    """The certificate that all clients of a test run share."""
    return Identity()


@contextlib.asynccontextmanager
async def rooms(it: Media, count: int = 1) -> AsyncIterator[list[Room]]:
    """`count` new rooms on `it`; all leave at the end. Nobody checks in again by himself: tests are over in 30 s."""
    async with desk(it.url, servers.SFU) as orders:
        made = [Room(orders, identity(), f"room-{uuid.uuid4().hex[:8]}") for _ in range(count)]
        yield made
        for one in made:
            one.close()


@contextlib.asynccontextmanager
async def room(it: Media) -> AsyncIterator[Room]:
    """One new room on `it`."""
    async with rooms(it) as (made,):
        yield made


def ear(client: Client) -> list[packets.Packet]:
    """The list that every packet `client` gets from now on is added to."""
    heard: list[packets.Packet] = []
    client.heard = heard.append
    return heard


class Speaker:
    """A client with a microphone."""

    def __init__(self, client: Client, seed: int = 1) -> None:
        self.client = client
        self.voice = packets.Voice(client.local.ssrc, client.remote, seed)

    async def say(self, frames: int = 25, *, level: int = 30) -> int:
        """Speaks for so many times 20 ms; gives the real-time ns at which the first packet left at the earliest."""
        began = time.time_ns()
        await talk(self.client, self.voice, range(frames), level=level)
        return began

    def on(self, *, level: int = 30) -> contextlib.AbstractAsyncContextManager[None]:
        """Speaks as long as the block lasts."""
        return background(talk(self.client, self.voice, level=level))


async def until(condition: Callable[[], object], seconds: float = 5) -> None:
    """Returns once `condition` holds. Raises `TimeoutError`."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # it is another process that is waited for
            await asyncio.sleep(0.005)


async def want(made: Room, **fields: Any) -> None:
    """Nothing, once the order is carried out: orders are read one after the other, and a later one was refused."""
    await made.want(**fields)
    with contextlib.suppress(Refused):
        await made.desk.answer(made.offer(0, ""))


async def duet(made: Room) -> tuple[Speaker, Client, list[packets.Packet]]:
    """Alice, who may speak, and Carol, who listens, with what Carol hears."""
    alice, carol = await made.join(ALICE), await made.join(CAROL)
    await want(made, speak=(ALICE,))
    return Speaker(alice), carol, ear(carol)


async def hears(speaker: Speaker, heard: list[packets.Packet], frames: int = 5) -> None:
    """Nothing, once `speaker` has been heard again in `heard`: the fence after which silence before it is a fact."""
    since = await speaker.say(frames)
    await until(lambda: sum(packet.sent >= since for packet in heard) == frames)
