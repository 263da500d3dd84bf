"""Contract of `python -m rooms.sfu`: it starts from the environment or says in one line why not."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from rooms.sfu import __main__ as module

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


def test_the_media_process_needs_no_django() -> None:
    code = "import sys, rooms.sfu.__main__; print({'django', 'channels', 'celery'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "set()\n"
    assert module.main.__doc__
