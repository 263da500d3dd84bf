"""Talkers and listeners at one media server, whoever made it: all come in alike, and its CPU is read."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from benchmarks import meters, packets, relay
from benchmarks.light import Client
from benchmarks.room import talk

STORM, STORM_SECONDS = 1000, 5
_AT_ONCE = 10
_STORMERS = 500_000


class Party:
    """`join` gives a connected client; `pid` is the server's process. Some listeners open every packet."""

    def __init__(self, pid: int, join: Callable[[int], Awaitable[Client]], speakers: Sequence[Client]) -> None:
        self.pid = pid
        self.listeners: list[Client] = []
        self._join = join
        self._speakers = [(one, packets.Voice(one.local.ssrc, one.remote, seed)) for seed, one in enumerate(speakers)]
        self._sample: list[Client] = []

    async def fill(self, size: int) -> float:
        """CPU ms of the server per join, until there are `size` listeners."""
        gate, numbers = asyncio.Semaphore(_AT_ONCE), range(len(self.listeners), size)

        async def one(number: int) -> None:
            async with gate:
                await self._enter(number)

        before = meters.cpu(self.pid)
        await asyncio.gather(*(one(number) for number in numbers))
        return (meters.cpu(self.pid) - before) / len(numbers) * 1000

    async def _enter(self, number: int) -> None:
        client = await self._join(number)
        self.listeners.append(client)
        if number % relay.SAMPLE_EVERY == 0:
            self._sample.append(client)
        else:
            client.drop_rtp()

    async def talk(self, seconds: float, talkers: int = 1) -> relay.Talk:
        """What so many gave who talked at once, after a second to warm up."""
        speakers = self._speakers[:talkers]
        await asyncio.gather(*(talk(client, voice, range(50)) for client, voice in speakers))
        return await relay.stretch(speakers, self.pid, self.listeners, self._sample, seconds)

    async def storm(self) -> tuple[relay.Talk, float]:
        """What those heard of one talker who were there while a thousand came in; and how many came in a second."""
        rush = asyncio.create_task(self._rush())
        spoken = await relay.stretch(self._speakers[:1], self.pid, self.listeners, self._sample, STORM_SECONDS)
        return spoken, STORM / await rush

    async def _rush(self) -> float:
        """Seconds until all were in, who came evenly over five; they leave again."""
        began = time.monotonic()

        async def one(number: int) -> Client:
            await asyncio.sleep(number * STORM_SECONDS / STORM)
            client = await self._join(_STORMERS + number)
            client.drop_rtp()
            return client

        crowd = await asyncio.gather(*(one(number) for number in range(STORM)))
        took = time.monotonic() - began
        for client in crowd:
            client.close()
        return took
