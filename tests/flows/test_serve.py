"""`manage.py serve` from the outside: what it prints, what it leaves, and how it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import valkey
from tests.flows import stack
from tests.flows.stack import ROOT, Stoa, fetch, until

pytestmark = [pytest.mark.server, pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")]

PARTS = (
    "valkey",
    "celery --app config.celery --quiet beat",
    "worker --hostname sealer",
    "worker --hostname worker",
    "rooms.sfu",
    "daphne",
)
LINK = re.compile(r"once, at (http://\S+/join/(\S+))")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa of this module's own, since the tests break it, from an empty folder on."""
    folder = tmp_path_factory.mktemp("serve")
    with stack.running(folder, STOA_DATA=str(folder / "data")) as running:
        yield running


def start_again(stoa: Stoa, **changed: str) -> subprocess.CompletedProcess[str]:
    """Another `serve` beside a running one."""
    return start({**stoa.environment, **changed})


def start(environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """A `serve` that does not get far."""
    command = [sys.executable, "manage.py", "serve"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def family(stoa: Stoa) -> list[int]:
    """Its children and their children."""
    found: list[int] = []
    unread = [stoa.process.pid]
    while unread:
        pid = unread.pop()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        unread += map(int, children)
        found += map(int, children)
    return found


def test_it_is_ready_with_every_part_named(own: Stoa) -> None:
    assert fetch("GET", f"{own.url}/healthz", {}) == (200, {"ok": True})
    status, parts = fetch("GET", f"{own.url}/readyz", {})
    assert (status, set(parts.values())) == (200, {True})
    assert all(len(own.children(part)) == 1 for part in PARTS)


def test_it_says_where_the_page_is_and_how_to_own_it_and_logs_no_code(own: Stoa) -> None:
    until("the greeting", lambda: LINK.search(own.log()))
    link = LINK.search(own.log())
    assert link is not None
    assert f"is at {own.url}\n" in own.log()
    assert own.environment["STOA_DATA"] in own.log()
    assert fetch("GET", link[1], {})[0] == 200
    fetch("GET", f"{own.url}/i/{link[2]}", {})
    until("both requests are logged", lambda: own.log().count('"path": "/join/..."') and "/i/..." in own.log())
    assert own.log().count(link[2]) == 1


def test_what_it_keeps_is_for_its_owner_alone(own: Stoa) -> None:
    data = Path(own.environment["STOA_DATA"])
    assert data.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in data.iterdir() if path.is_file() and path.stat().st_mode & 0o077} == set()


def test_slow_work_yields_to_voices(own: Stoa) -> None:
    nice = {part: os.getpriority(os.PRIO_PROCESS, own.children(part)[0]) for part in PARTS}
    usual = os.getpriority(os.PRIO_PROCESS, own.process.pid)
    assert {part: value - usual for part, value in nice.items() if value != usual} == {"worker --hostname worker": 10}


def test_a_second_start_on_the_same_folder_is_refused_in_one_line(own: Stoa) -> None:
    done = start_again(own)
    expected = f"STOA_DATA {own.environment['STOA_DATA']} is in use by process {own.process.pid}\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)


def test_a_busy_port_is_refused_in_one_line(own: Stoa, tmp_path: Path) -> None:
    done = start_again(own, STOA_DATA=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("STOA_HTTP_PORT cannot be used: port ")
    free = str(stack.free_port(socket.SOCK_STREAM))
    done = start_again(own, STOA_DATA=str(tmp_path), STOA_HTTP_PORT=free)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("STOA_UDP_PORT cannot be used: port ")


def test_the_doctor_finds_a_running_stoa_well(own: Stoa) -> None:
    report = own.manage("doctor")
    assert "fail" not in report
    assert "Stoa answers at" in report
    assert "a media process listens" in report
    assert re.search(r"ok +fan-out +(accelerated|plain): ", report)


@pytest.mark.parametrize("part", PARTS)
def test_whatever_is_killed_is_back(own: Stoa, part: str) -> None:
    (before,) = own.children(part)
    os.kill(before, signal.SIGKILL)
    until(f"{part} runs again", lambda: [pid for pid in own.children(part) if pid != before])
    until("it is ready again", lambda: _ready(own), 30)


def test_told_to_stop_it_leaves_nothing_behind_and_starts_again(tmp_path: Path, figure: Callable[[str], None]) -> None:
    with stack.running(tmp_path) as first:
        pids = family(first)
    assert first.process.returncode == 0
    assert [pid for pid in pids if alive(pid)] == []
    began = time.monotonic()
    with stack.running(tmp_path):
        figure(f"second start to ready: {time.monotonic() - began:.1f} s")


def test_its_children_do_not_outlive_it_when_it_is_killed(tmp_path: Path) -> None:
    with stack.running(tmp_path) as stoa:
        pids = family(stoa)
        stoa.process.kill()
        until("all are gone", lambda: not any(alive(pid) for pid in pids))


def test_a_data_folder_with_a_long_path_works(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30)
    with stack.running(tmp_path, STOA_DATA=str(data)):
        assert not (data / "valkey.sock").exists()


def test_another_redis_takes_the_place_of_the_private_one(tmp_path: Path) -> None:
    with _redis(tmp_path) as url, stack.running(tmp_path, REDIS_URL=url) as stoa:
        assert stoa.children("valkey-server") == []
        assert not (Path(stoa.environment["STOA_DATA"]) / "valkey.sock").exists()


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("REDIS_URL", "redis://127.0.0.1:1/0"),
        ("DATABASE_URL", "postgres://stoa:hunter2@127.0.0.1:1/stoa"),
        ("DATABASE_URL", "sqlite:////nowhere/stoa.sqlite3"),
    ],
)
def test_a_database_or_redis_that_is_not_there_is_refused_in_one_line(name: str, url: str, tmp_path: Path) -> None:
    ports = {
        "STOA_HTTP_PORT": socket.SOCK_STREAM,
        "STOA_TCP_PORT": socket.SOCK_STREAM,
        "STOA_UDP_PORT": socket.SOCK_DGRAM,
    }
    changed = {name: url, "STOA_DATA": str(tmp_path / "data")} | {
        key: str(stack.free_port(kind)) for key, kind in ports.items()
    }
    done = start({"PATH": os.environ["PATH"], **changed})
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith(f"{name} leads to no ")
    assert "hunter2" not in done.stderr


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    place = folder / "redis"
    place.mkdir()
    with subprocess.Popen(valkey.command(place)) as server:
        try:
            valkey.wait_until_ready(place)
            yield f"unix://{place}/valkey.sock"
        finally:
            server.terminate()


def _ready(stoa: Stoa) -> bool:
    try:
        return fetch("GET", f"{stoa.url}/readyz", {})[0] == 200
    except OSError:
        return False
