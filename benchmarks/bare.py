"""What a sealed packet costs on this machine when nothing else is done: the limit that any relay can come near to."""

import contextlib
import ctypes
import ctypes.util
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import light, meters
from rooms.sfu.build import BuildError, build

SOURCE = Path(__file__).with_name("bare.c")
_ROUNDS = 100
_TIMES = 3


def cost(receivers: int, host: str) -> float:
    """CPU us per packet to as many sockets at `host`: the best of some rounds. Raises `BuildError`."""
    with _library() as code, _sockets(receivers, host) as (sender, sockets):
        ports = (ctypes.c_uint16 * receivers)(*(one.getsockname()[1] for one in sockets))
        keys = (ctypes.c_void_p * receivers)(*(code.stoa_bare_key(number) for number in range(receivers)))
        address = int.from_bytes(socket.inet_aton(host), "little")
        before = sum(meters.dropped(sockets))
        took = []
        for turn in range(_TIMES):
            began, sent = time.thread_time(), 0
            for number in range(_ROUNDS):
                sent += code.stoa_bare(sender.fileno(), address, ports, keys, receivers, turn * _ROUNDS + number)
            took.append((time.thread_time() - began) / sent * 1e6)
        for key in keys:
            code.stoa_bare_free(key)
        if sum(meters.dropped(sockets)) - before != _TIMES * _ROUNDS * receivers:
            raise BuildError("the bare loop's packets did not all arrive")
        return min(took)


@contextlib.contextmanager
def _library() -> Iterator[ctypes.CDLL]:
    crypto = ctypes.util.find_library("crypto")
    if crypto is None:
        raise BuildError("no libcrypto (Debian: apt-get install libssl3)")
    ctypes.CDLL(crypto, mode=ctypes.RTLD_GLOBAL)
    with tempfile.TemporaryDirectory(prefix="stoa-bench-") as folder:
        path = Path(folder, "bare.so")
        build(path, source=SOURCE)
        code = ctypes.CDLL(str(path))
    pointer, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32
    code.stoa_bare_key.argtypes, code.stoa_bare_key.restype = [number], pointer
    code.stoa_bare_free.argtypes = [pointer]
    code.stoa_bare.argtypes, code.stoa_bare.restype = [ctypes.c_int, number, pointer, pointer, size, number], size
    yield code


@contextlib.contextmanager
def _sockets(receivers: int, host: str) -> Iterator[tuple[socket.socket, list[socket.socket]]]:
    """A sender, and receivers that let the kernel drop what comes, as the light clients do."""
    with contextlib.ExitStack() as stack:
        sender, *sockets = (
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(receivers + 1)
        )
        sender.bind((host, 0))
        for one in sockets:
            one.connect(sender.getsockname())
            light.drop_rtp(one)
        yield sender, sockets
