"""Words that are easy to find again, and where they must not be: in Redis, on the disk, in logs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from redis.asyncio import Redis

from benchmarks.light import Client
from tests.rooms.sfu.harness import Speaker

WORDS = b"the canary sings of what was said "
SONG = WORDS[4:16]


class _Canary:
    """Chance that fills every payload with the same words."""

    def randint(self, low: int, _high: int) -> int:
        return low

    def randbytes(self, count: int) -> bytes:
        return (WORDS * 4)[:count]


class Singer(Speaker):
    """A speaker whose every packet carries the canary; `sent` are the payloads he sent, one by one."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.voice._chance = _Canary()  # type: ignore[assignment]  # as much of it as a voice needs
        self.sent: list[bytes] = []
        say = client.say

        def noted(packet: bytes) -> None:
            self.sent.append(packet[packet.index(WORDS) - 9 :])
            say(packet)

        client.say = noted  # type: ignore[method-assign]  # a microphone that remembers


@contextlib.asynccontextmanager
async def overheard(url: str) -> AsyncIterator[list[str]]:
    """Every command that the Valkey at `url` takes while the block lasts, what is published included."""
    commands: list[str] = []
    async with Redis.from_url(url) as redis, redis.monitor() as monitor:

        async def listen() -> None:
            async for command in monitor.listen():
                commands.append(str(command))  # noqa: PERF401  # it never ends

        task = asyncio.create_task(listen())
        yield commands
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def found_in(folder: Path, words: bytes = SONG) -> list[Path]:
    """The files under `folder` that hold `words`."""
    return [file for file in folder.rglob("*") if file.is_file() and words in file.read_bytes()]
