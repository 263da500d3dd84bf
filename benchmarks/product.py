"""The whole product under measurement: `manage.py serve` in a folder of its own, and the people in it."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import meters
from benchmarks.servers import ROOT, Server, free_port
from benchmarks.websocket import WebSocket, connect

_HOST = "127.0.0.1"
_START = 60.0
_LOOK = 1.0
_SETTLED = 0.1  # of a core, by all processes together


@dataclass(frozen=True, slots=True)
class Product:
    """Where it is reached, which processes it is made of, and what `benchmarks.seed` put into it."""

    port: int
    udp: int
    serve: int
    web: int
    sfu: int
    room: str
    sessions: tuple[str, ...]
    settings: Mapping[str, str]

    @property
    def url(self) -> str:
        """The address of its pages."""
        return f"http://{_HOST}:{self.port}"

    async def socket(self, person: int) -> WebSocket:
        """The room socket of the person with this index, open but not welcomed yet."""
        headers = {"Cookie": self.sessions[person], "Origin": self.url}
        return await connect(_HOST, self.port, f"/ws/rooms/{self.room}/", headers)


@contextlib.contextmanager
def product(folder: Path, people: int, rooms: int = 1) -> Iterator[Product]:
    """Stoa as `make run` starts it, ready, with `people` signed in and live rooms; the first hosts the first."""
    port, udp = free_port(socket.SOCK_STREAM), free_port()
    settings = {
        "STOA_DATA": str(folder),
        "STOA_HTTP_PORT": str(port),
        "STOA_UDP_HOST": _HOST,
        "STOA_UDP_PORT": str(udp),
        "STOA_TCP_PORT": str(free_port(socket.SOCK_STREAM)),
        "PUBLIC_URL": f"http://{_HOST}:{port}",
    }
    server = Server((sys.executable, "manage.py", "serve"), folder / "serve.log", settings)
    try:
        _until_ready(f"http://{_HOST}:{port}/readyz")
        running = modules(server.pid)
        seeded = _seed(settings, people, rooms)
        _until_settled(running.values())
        web, media = running["daphne"], running["rooms.sfu"]
        yield Product(port, udp, server.pid, web, media, seeded["room"], tuple(seeded["sessions"]), settings)
    finally:
        server.stop(30)


def _until_ready(url: str) -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.2)
    raise TimeoutError("Stoa did not start", url)


def _until_settled(pids: Collection[int]) -> None:
    """Returns once the start is over: Celery's parts come up after the pages, and would be in the bill of the first."""
    deadline = time.monotonic() + _START
    before, after = 0.0, sum(map(meters.cpu, pids))
    while after - before > _SETTLED * _LOOK and time.monotonic() < deadline:
        time.sleep(_LOOK)
        before, after = after, sum(map(meters.cpu, pids))


def modules(parent: int) -> dict[str, int]:
    """The process id of each Python module that `parent` runs."""
    found = {}
    for pid in children(parent):
        command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        if "-m" in command:
            found[command[command.index("-m") + 1]] = pid
    return found


def children(parent: int) -> list[int]:
    """The process ids of those whom `parent` started, and who are still there."""
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _seed(settings: Mapping[str, str], people: int, rooms: int) -> dict[str, str]:
    command = (sys.executable, "-m", "benchmarks.seed", str(people), str(rooms))
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, check=True, capture_output=True, text=True)
    seeded: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return seeded
