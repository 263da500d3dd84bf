"""`python -m benchmarks.soak MINUTES`: people come, speak and go at random at the whole product; does anything grow?

Ends with a table of every process, and with status 1 where memory or descriptors grew or a log tells of an error.
"""

import asyncio
import contextlib
import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from benchmarks import meters, packets
from benchmarks.joins import HOST, Crowd
from benchmarks.light import Client, NotConnectedError
from benchmarks.media import folder
from benchmarks.product import Product, children, product
from benchmarks.room import keep, talk
from benchmarks.websocket import WebSocket

PEOPLE = 60
SAMPLES = 60
GROWTH = 0.05, 3.0
"""Memory may lie so much higher at the end than in the middle: a share of it, and megabytes that do not matter."""
DESCRIPTORS = 4
_SPEAKERS = 0.3
"""The share of visits in which one speaks."""
_STAY, _AWAY, _SPEECH = (5.0, 40.0), (1.0, 20.0), (2.0, 8.0)
_ERRORS = ("error", "critical")

Sample = dict[str, tuple[float, int]]
"""Megabytes and descriptors of each process."""


class Life:
    """What the people of one product do, as `chance` says; `done` counts it."""

    def __init__(self, stoa: Product, chance: random.Random) -> None:
        self.crowd = Crowd(stoa)
        self.done: Counter[str] = Counter()
        self._chance = chance

    async def run(self) -> None:
        """Nothing: everybody lives until cancelled, and the host talks all the time."""
        host = await self.crowd.speaker(HOST)
        voice = packets.Voice(host.local.ssrc, host.remote)
        lives = (self._live(person) for person in range(1, PEOPLE))
        await asyncio.gather(keep(self.crowd.clients), talk(host, voice), self._listen(), *lives)

    async def _listen(self) -> None:
        """Nothing: what the host is told is let go."""
        while True:
            await asyncio.sleep(1)
            self.crowd.sockets[HOST].received.clear()

    async def _live(self, person: int) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(*_AWAY))
            try:
                await self._visit(person)
            except (TimeoutError, ConnectionError, NotConnectedError) as error:
                self.done[f"visits that failed: {error!r}"] += 1

    async def _visit(self, person: int) -> None:
        client = await self.crowd.come_in(person)
        socket = self.crowd.sockets.pop()
        try:
            await client.connect()
            self.done["visits"] += 1
            await asyncio.sleep(self._chance.uniform(*_STAY))
            if self._chance.random() < _SPEAKERS:
                await self._speak(person, client, socket)
        finally:
            client.close()
            socket.close()

    async def _speak(self, person: int, client: Client, socket: WebSocket) -> None:
        """Nothing: the person was asked on stage, spoke, and stepped down."""
        self.crowd.sockets[HOST].say({"type": "move", "move": "invite", "member": self.crowd.numbers[person]})
        await asyncio.sleep(1)
        await _move(socket, "accept")
        voice = packets.Voice(client.local.ssrc, client.remote, person)
        await talk(client, voice, range(int(self._chance.uniform(*_SPEECH) / packets.INTERVAL)))
        await _move(socket, "step_down")
        self.done["speeches"] += 1


async def _move(socket: WebSocket, move: str) -> None:
    socket.say({"type": "move", "id": 7, "move": move})
    await socket.message("ok", id=7)


async def soak(minutes: float) -> int:
    """The status to exit with; the table is printed."""
    with folder() as here, product(here, PEOPLE) as stoa:
        life = Life(stoa, random.Random(1))
        living = asyncio.create_task(life.run())
        samples = []
        for _ in range(SAMPLES):
            await asyncio.wait({living}, timeout=minutes * 60 / SAMPLES)
            if living.done():
                living.result()
            samples.append(_sample(stoa.serve))
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        life.crowd.leave()
        print(*(f"{times:,} {what}" for what, times in sorted(life.done.items())), sep="\n")
        higher = grown(samples, minutes)
        wrong = _errors(here / "serve.log")
        print(*wrong[:20], f"{len(wrong)} errors in the logs", sep="\n")
        return int(bool(higher or wrong))


def _sample(serve: int) -> Sample:
    found = {}
    for pid in (serve, *children(serve)):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            words = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").split()
            name = " ".join(words[words.index("-m") + 1 :][:4] if "-m" in words else words[-2:])
            found[f"{pid} {name}"[:48]] = meters.memory(pid) / 1e6, meters.descriptors(pid)
    return found


def grown(samples: Sequence[Sample], minutes: float) -> list[str]:
    """The processes that grew, or that were not there all the time; the table is printed."""
    higher = []
    print(f"| process | MB in the middle, at the end | MB an hour | descriptors | flat |\n{'| --- ' * 5}|")
    for name in sorted({name for sample in samples for name in sample}):
        seen = [sample[name] for sample in samples if name in sample]
        third = len(seen) // 3
        middle, end = seen[third : 2 * third], seen[2 * third :]
        if len(seen) < len(samples):
            higher.append(name)
            print(f"| {name} | there for {len(seen)} of {len(samples)} samples | | | no |")
            continue
        before, after = (mean(megabytes for megabytes, _ in part) for part in (middle, end))
        files = [mean(descriptors for _, descriptors in part) for part in (middle, end)]
        share, spare = GROWTH
        flat = after - before <= max(share * before, spare) and files[1] - files[0] <= DESCRIPTORS
        slope = (after - before) / (minutes / 3) * 60
        cells = f"{before:.1f}, {after:.1f} | {slope:+.1f} | {files[0]:.0f}, {files[1]:.0f}"
        print(f"| {name} | {cells} | {'yes' if flat else 'no'} |")
        higher += [] if flat else [name]
    return higher


def _errors(log: Path) -> list[str]:
    """The lines that tell of an error."""
    return [line[:300] for line in log.read_text().splitlines() if tells_error(line)]


def tells_error(line: str) -> bool:
    """Whether a line of a log tells of an error; what is no JSON came from a place that expected none."""
    try:
        return json.loads(line).get("level") in _ERRORS
    except (ValueError, AttributeError):
        return "Traceback" in line or "Error" in line


if __name__ == "__main__":
    sys.exit(asyncio.run(soak(float(sys.argv[1]))))
