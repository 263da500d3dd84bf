"""Networks of one's own: an empty one, and one with an address that is not loopback, as some media servers want it."""

import contextlib
import ctypes
import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

ADDRESS = "10.77.0.1"
_CLONE_NEWNET = 0x40000000
_SETUP = (
    "ip link set lo up",
    "ip link add stoa0 type veth peer name stoa1",
    f"ip addr add {ADDRESS}/24 dev stoa0",
    "ip link set stoa0 up",
    "ip link set stoa1 up",
    f"ip route add default via {ADDRESS}",
)
_libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def namespace() -> Iterator[str]:
    """The address; who is started and what is opened in the block is in that network. Raises `OSError`."""
    with empty():
        for command in _SETUP:
            run(command)
        yield ADDRESS


@contextlib.contextmanager
def empty() -> Iterator[None]:
    """Who is started and what is opened in the block is in a network where nothing is yet. Raises `OSError`.

    It moves the calling thread, which must be the process's first: `/proc/net` tells of that one's network.
    """
    with Path("/proc/thread-self/ns/net").open("rb") as before:
        leave()
        try:
            yield
        finally:
            _move(_libc.setns, before.fileno(), _CLONE_NEWNET)


def leave() -> None:
    """The calling thread is in an empty network from now on. Raises `OSError`."""
    _move(_libc.unshare, _CLONE_NEWNET)


def run(command: str) -> None:
    """Runs a command that sets up a network. Raises `OSError`."""
    try:
        subprocess.run(command.split(), check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError) as failed:
        raise OSError(errno.EPERM, f"{failed} (Debian: apt-get install iproute2)") from failed


def _move(call: "ctypes._FuncPointer", *arguments: int) -> None:
    if call(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
