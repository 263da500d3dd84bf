"""Contract of `python -m rooms.sfu`: it starts from the environment or says in one line why not."""

import json
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import servers
from rooms.sfu import __main__ as main_module
from rooms.sfu import accelerator
from rooms.sfu.messages import Alive, Figures
from tests.rooms.sfu.harness import Media, duet, hears, room

REDIS = {"REDIS_URL": "unix:///nowhere"}


def start(**environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "rooms.sfu"], env=environment, capture_output=True, text=True, timeout=30, check=False
    )


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.server
@pytest.mark.parametrize("environment", [{}, REDIS | {"STOA_UDP_PORT": "many"}, REDIS | {"STOA_UDP_HOST": "192.0.2.1"}])
def test_a_start_that_cannot_be_is_one_line_that_names_the_variable(environment: dict[str, str]) -> None:
    done = start(**environment)
    name = next((key for key in environment if key != "REDIS_URL"), "REDIS_URL")
    assert done.returncode == 2
    assert done.stderr.startswith(f"{name}: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.server
def test_a_busy_port_is_named(busy: int) -> None:
    done = start(**REDIS, STOA_UDP_HOST="127.0.0.1", STOA_UDP_PORT=str(busy))
    assert done.returncode == 2
    assert done.stderr.startswith("STOA_UDP_PORT: ")
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        done = start(**REDIS, STOA_UDP_HOST="127.0.0.1", STOA_UDP_PORT="0", STOA_TCP_PORT=taken)
    assert (done.returncode, done.stderr) == (2, "STOA_TCP_PORT: cannot be used: Address already in use\n")


@pytest.mark.server
@pytest.mark.parametrize("module", ["rooms.sfu", "benchmarks.plain"])
async def test_it_leaves_no_core_and_says_in_its_log_and_every_report_which_fan_out_carries_the_voice(
    module: str, tmp_path: Path
) -> None:
    expected = accelerator.hearing()().fan_out if module == "rooms.sfu" else "plain"
    with servers.valkey(tmp_path), servers.sfu(tmp_path, servers.free_port(), module=module) as server:
        it = Media(tmp_path, 0, server, server, 0)
        async with room(it) as made:
            alive = await made.desk.report(Alive, seconds=15)
            told = await made.desk.report(Figures, seconds=15)
            assert resource.prlimit(server.pid, resource.RLIMIT_CORE) in ((0, 0), (1, 1))  # no limit at all is -1
            speaker, _, heard = await duet(made)
            await hears(speaker, heard)
    ready = next(
        line for line in map(json.loads, server.log.read_text().splitlines()) if line["event"] == "media_ready"
    )
    assert (ready["fan_out"], alive.fan_out) == (expected, expected)
    assert told.counts["accelerated"] == (expected == "accelerated")


@pytest.mark.server
async def test_every_start_makes_a_key_of_its_own_which_is_in_no_file_of_the_server(tmp_path: Path) -> None:
    certificates = set()
    with servers.valkey(tmp_path):
        for _ in range(2):
            with servers.sfu(tmp_path, servers.free_port()) as server:
                async with room(Media(tmp_path, 0, server, server, 0)) as made:
                    await made.desk.report(Alive, seconds=15)
                    certificates.add((await made.answered(1)).remote.fingerprint)
    assert len(certificates) == 2
    assert _with_a_key(tmp_path) == []


def _with_a_key(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and b"PRIVATE KEY" in file.read_bytes()]


def test_the_media_process_needs_no_django() -> None:
    code = "import sys, rooms.sfu.__main__; print({'django', 'channels', 'celery'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "set()\n"
    assert main_module.main.__doc__
