"""Words that are easy to find again, and where they must not be: in Redis, in logs, in any file, in a core dump."""

import asyncio
import base64
import contextlib
import os
import resource
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import redis
from redis.asyncio import Redis

from benchmarks.light import Client
from tests.rooms.sfu.harness import Speaker

WORDS = b"the canary sings of what was said "
SONG = WORDS[4:16]
SHARED_MEMORY = Path("/dev/shm")
CORES = (Path("/var/lib/systemd/coredump"), Path("/var/lib/apport/coredump"), Path("/var/crash"))
"""Where the programs to which a kernel hands its cores keep them."""


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


@contextlib.contextmanager
def commanded(url: str) -> Iterator[list[str]]:
    """Every command that the Valkey at `url` took in the block, once that is over."""
    commands: list[str] = []
    last = os.urandom(8).hex()
    with redis.Redis.from_url(url) as client, client.monitor() as monitor:
        yield commands
        client.echo(last)
        while not commands or last not in commands[-1]:
            commands.append(str(monitor.next_command()))


def sings(data: bytes, words: bytes = SONG) -> bool:
    """Whether `words` stand in it: as they are, or as text carries bytes, also in what another text carries."""
    return any(twice in data for once in _spelt(words) for twice in _spelt(once))


def _spelt(words: bytes) -> Iterator[bytes]:
    """They themselves, and what of them stands in hexadecimal and in base64, wherever that begins."""
    yield words
    yield words.hex().encode()
    for at in range(3):
        yield base64.b64encode(words[at : at + (len(words) - at) // 3 * 3])


def found_in(folder: Path, words: bytes = SONG) -> list[Path]:
    """The files of ours under `folder` that hold `words`."""
    return [file for file in folder.rglob("*") if sings(_content(file), words)]


def found_open(parent: int, words: bytes = SONG) -> list[Path]:
    """The files that this process and its children hold open and that hold `words`, those without a name included."""
    return [file for pid in _family(parent) for file in _opened(pid) if sings(_content(file), words)]


def found_on(folder: Path, parent: int, words: bytes = SONG) -> list[Path]:
    """The files that hold `words`: there, in shared memory, and what this process and its children hold open."""
    return [*found_in(folder, words), *found_in(SHARED_MEMORY, words), *found_open(parent, words)]


def cores(folder: Path) -> set[tuple[Path, int]]:
    """Each core that there is of a process that ran in `folder`, and when it was written."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text(encoding="ascii").strip()
    places = CORES if pattern.startswith("|") else ((folder / pattern).parent,)
    name = "*" if pattern.startswith("|") else Path(pattern).name.partition("%")[0] + "*"
    files = [file for place in places for file in place.glob(name) if file.is_file()]
    return {(file, file.stat().st_mtime_ns) for file in files}


@contextlib.contextmanager
def dumping() -> Iterator[None]:
    """Meanwhile what begins may leave a core, unless it forbids that itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


def _family(parent: int) -> Iterator[int]:
    yield parent
    for thread in _listed(Path(f"/proc/{parent}/task")):
        with contextlib.suppress(FileNotFoundError):
            for child in (thread / "children").read_text(encoding="ascii").split():
                yield from _family(int(child))


def _opened(pid: int) -> list[Path]:
    """What it holds open; no database of this process, which would lose its locks when we close what we read."""
    files = _listed(Path(f"/proc/{pid}/fd"))
    return files if pid != os.getpid() else [file for file in files if ".sqlite3" not in os.path.realpath(file)]


def _listed(folder: Path) -> list[Path]:
    """What is in a folder of a process; nothing once that has ended."""
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []


def _content(file: Path) -> bytes:
    """What is in a file of ours; nothing is in one that has just gone, nor in what is no file."""
    try:
        about = file.stat()
        return file.read_bytes() if stat.S_ISREG(about.st_mode) and about.st_uid == os.getuid() else b""
    except FileNotFoundError:
        return b""
