"""A whole Stoa as an operator runs it: `manage.py serve` on free ports, with a data folder of its own."""

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import redis

from config.folder import valkey_socket
from tests.flows.commands import CommandLine
from tests.flows.people import SIGN_IN

OURS = ("STOA_", "DJANGO_", "DATABASE_", "SECRET_", "PYTHON")
"""How the variables begin that a Stoa under test must not have from us."""
ROOT = Path(__file__).resolve().parents[2]
STARTUP, SHUTDOWN = 90, 30
"""Seconds that a first start may take on a busy machine, and the way down."""

T = TypeVar("T")
_LIBC = ctypes.CDLL(None)


@dataclass(slots=True)
class Stoa:
    """One running Stoa. `url` is a secure context for browsers on this machine, `outside` is not."""

    folder: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]
    url: str
    outside: str
    commands: CommandLine
    keys: dict[str, str] = field(default_factory=dict)

    def manage(self, *arguments: str) -> str:
        """What `manage.py ARGUMENTS` prints."""
        return self.commands.run(*arguments)

    def sign_in(self, *names: str) -> dict[str, str]:
        """A session key for each name; whoever is new gets an account, as if by an invite code."""
        fresh = [name for name in names if name not in self.keys]
        if fresh:
            self.keys |= json.loads(self.manage("shell", "--verbosity", "0", "--command", SIGN_IN % {"names": fresh}))
        return {name: self.keys[name] for name in names}

    def ask(self, name: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Status and JSON of an API request by a signed-in person, or by a stranger with the name ''."""
        cookies = {"csrftoken": "c" * 32} | ({"sessionid": self.sign_in(name)[name]} if name else {})
        headers = {
            "Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items()),
            "Content-Type": "application/json",
            "X-CSRFToken": "c" * 32,
            "Referer": self.url,
        }
        return fetch(method, self.url + path, headers, json.dumps(body or {}).encode() if method != "GET" else None)

    def page(self, name: str, path: str, fields: Mapping[str, object] | None = None) -> tuple[int, str]:
        """Status and text of a page that a signed-in person asks for, or of where a form with these fields leads."""
        cookies = {"csrftoken": "c" * 32, "sessionid": self.sign_in(name)[name]}
        headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items()), "Referer": self.url}
        form = urlencode({"csrfmiddlewaretoken": "c" * 32, **fields}).encode() if fields is not None else None
        status, text = fetch("POST" if form else "GET", self.url + path, headers, form)
        return status, str(text)

    def room(self, host: str, title: str, **fields: object) -> str:
        """The id of a new live room, however many the host has opened this hour."""
        with self.redis() as counters:
            for key in counters.scan_iter("*room.open*"):
                counters.delete(key)
        status, card = self.ask(host, "POST", "/api/v1/rooms/", {"title": title, "access": "open", **fields})
        assert status == 201, card
        return str(card["id"])

    def redis(self) -> redis.Redis:
        """A client of its Redis."""
        own = f"unix://{valkey_socket(self.folder / 'data')}"
        return redis.Redis.from_url(self.environment.get("REDIS_URL", own))

    def children(self, word: str) -> list[int]:
        """Process ids of our children with `word` in their command line."""
        parent = self.process.pid
        pids = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
        return [int(pid) for pid in pids if word in _command_line(pid)]

    def media(self) -> dict[int, int]:
        """The process id of the media process at each UDP port, of those that run now."""
        first = int(self.environment["STOA_UDP_PORT"])
        return {first + index: pid for pid in self.children("rooms.sfu") if (index := _index(pid)) is not None}

    def kill(self, word: str) -> None:
        """Nothing: the child with `word` in its command line got a SIGKILL."""
        (pid,) = self.children(word)
        os.kill(pid, signal.SIGKILL)

    def log(self) -> str:
        """What it has written so far."""
        return (self.folder / "serve.log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def running(folder: Path, *before: str, **extra: str) -> Iterator[Stoa]:
    """A Stoa that is ready, and stopped in order at the end; `before` are words before its command.

    Its tables are there already, unless a test names a folder or a database, in which it makes them itself.
    """
    http, tcp, udp = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM)
    address = outward_address()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(OURS)},
        "STOA_DATA": str(folder / "data"),
        "STOA_HTTP_HOST": "0.0.0.0",
        "STOA_HTTP_PORT": str(http),
        "STOA_UDP_PORT": str(udp),
        "STOA_TCP_PORT": str(tcp),
        "STOA_PUBLIC_IP": address,
        "PUBLIC_URL": f"http://127.0.0.1:{http}",
        "ALLOWED_HOSTS": f"127.0.0.1,localhost,{address}",
        **extra,
    }
    if not {"STOA_DATA", "DATABASE_URL"} & extra.keys() and not (folder / "data").exists():
        shutil.copytree(_migrated().name, folder / "data")
    with (folder / "serve.log").open("wb") as log:
        command = [*before, sys.executable, "manage.py", "serve"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, preexec_fn=_end_with_parent
        )
    commands = CommandLine(environment)
    stoa = Stoa(folder, environment, process, environment["PUBLIC_URL"], f"http://{address}:{http}", commands)
    try:
        until("Stoa is ready", lambda: _ready(stoa), STARTUP)
        yield stoa
    finally:
        process.terminate()  # first: a command that hangs must not keep the server
        commands.close()
        process.wait(SHUTDOWN)


def fetch(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> tuple[int, Any]:
    """Status and body (parsed where it is JSON) of one HTTP request; errors are answers too."""
    request = urllib.request.Request(url, body, dict(headers), method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, _parsed(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, _parsed(error.read())


def until(what: str, look: Callable[[], T | None], seconds: float = 10) -> T:
    """The first true answer of `look`, asked again and again; AssertionError with `what` when time is up."""
    deadline = time.monotonic() + seconds
    while True:
        answer = look()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def free_port(kind: socket.SocketKind) -> int:
    """A port that nobody has at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("0.0.0.0", 0))
        return int(probe.getsockname()[1])


def free_ports(kind: socket.SocketKind, count: int) -> int:
    """The first of so many ports in a row that nobody has at this moment."""
    while True:
        first = free_port(kind)
        with ExitStack() as held:
            try:
                for port in range(first, first + count):
                    probe = held.enter_context(socket.socket(socket.AF_INET, kind))
                    probe.bind(("0.0.0.0", port))
            except (OSError, OverflowError):
                continue
            return first


def outward_address() -> str:
    """This machine's address towards the world; Firefox pairs no candidates on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        unreachable = probe.connect_ex(("198.51.100.1", 9))  # a documentation address: nothing is sent
        assert not unreachable, "this machine has no route out, and Firefox pairs no candidates on loopback"
        return str(probe.getsockname()[0])


@cache
def _migrated() -> tempfile.TemporaryDirectory[str]:
    """A data folder with an empty database, made once in each process: migrations take as long as a start."""
    folder = tempfile.TemporaryDirectory(prefix="stoa-migrated-")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    environment = {**variables, "STOA_DATA": folder.name, "SECRET_KEY": "k" * 50}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
    (Path(folder.name) / "stoa.sqlite3").chmod(0o600)
    return folder


def _end_with_parent() -> None:
    """Nothing: the kernel tells this process to stop when its parent is gone, even by SIGKILL."""
    _LIBC.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _ready(stoa: Stoa) -> bool:
    assert stoa.process.poll() is None, f"Stoa ended:\n{stoa.log()}"
    try:
        return fetch("GET", f"{stoa.url}/readyz", {})[0] == 200
    except OSError:
        return False


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


def _index(pid: int) -> int | None:
    """Which of our media processes this is; None for one that is gone by now."""
    try:
        variables = Path(f"/proc/{pid}/environ").read_text(encoding="utf-8", errors="replace").split("\0")
    except OSError:
        return None
    return next((int(one.partition("=")[2]) for one in variables if one.startswith("STOA_SFU_INDEX=")), None)


def _command_line(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
