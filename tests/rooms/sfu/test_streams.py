"""Contract of `rooms.sfu.streams`: who comes in by TCP, how many, and when they are shown out."""

import asyncio
import errno
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, cast

import pytest

from rooms.sfu import streams as streams_module
from rooms.sfu.counters import Count, Counters
from rooms.sfu.framing import framed
from rooms.sfu.ports import Port, open_ports
from rooms.sfu.stream import LEEWAY
from rooms.sfu.streams import MAX_UNKNOWN, Streams


class Door:
    """Streams that listen on loopback, and who came in."""

    def __init__(self) -> None:
        self.counters: Counters = Counter()
        self.streams = Streams(open_ports(("127.0.0.1", "::1"), 0, socket.SOCK_STREAM), self.counters)
        self.heard: list[tuple[Port, bytes]] = []
        self.came: list[socket.socket] = []
        self.streams.start(lambda port, data, _: self.heard.append((port, data)))

    def come(self, host: str = "127.0.0.1") -> socket.socket:
        self.came.append(socket.create_connection((host, self.streams.ports[0].number), timeout=5))
        return self.came[-1]


@asynccontextmanager
async def door() -> AsyncIterator[Door]:
    made = Door()
    yield made
    made.streams.close()
    for one in made.came:
        one.close()


async def settle() -> None:
    await asyncio.sleep(0.01)


def over(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def prove(port: Port) -> None:
    port.known["somebody"] = Any  # type: ignore[assignment]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_whoever_comes_is_heard_in_a_port_of_his_own(host: str) -> None:
    async with door() as made:
        for words in (b"one", b"two"):
            made.come(host).send(framed(words))
        await settle()
        assert [data for _, data in made.heard] == [b"one", b"two"]
        assert made.heard[0][0] is not made.heard[1][0]


class Far:
    """A listening socket to which each comes from another address of one network."""

    def __init__(self, listening: socket.socket, prefix: str) -> None:
        self.fileno, self.close = listening.fileno, listening.close
        self._listening, self._prefix, self._hosts = listening, prefix, count(1)

    def accept(self) -> tuple[socket.socket, tuple[str, int, int, int]]:
        accepted, (_, number, *_) = self._listening.accept()
        return accepted, (f"{self._prefix}{next(self._hosts):x}", number, 0, 0)


async def test_one_with_a_whole_64_of_ipv6_has_no_more_strangers_than_with_one_address() -> None:
    async with door() as made:
        port, listening = made.streams.ports[1], made.streams.ports[1].socket
        for prefix, heard, refused in (("2001:db8::", MAX_UNKNOWN, 1), ("2001:db8:0:1::", 2 * MAX_UNKNOWN, 2)):
            port.socket = cast("Any", Far(listening, prefix))
            for _ in range(MAX_UNKNOWN):
                made.come("::1").send(framed(b"hello"))
            await settle()
            made.streams.tick(asyncio.get_running_loop().time())
            made.come("::1").send(framed(b"one too many"))
            await settle()
            assert (len(made.heard), made.counters) == (heard, {Count.STREAMS_REFUSED: refused})


async def test_one_address_has_few_strangers_and_as_many_as_it_likes_of_those_who_proved_to_be_somebody() -> None:
    async with door() as made:
        for _ in range(MAX_UNKNOWN + 1):
            made.come().send(framed(b"hello"))
        await settle()
        assert (len(made.heard), made.counters) == (MAX_UNKNOWN, {Count.STREAMS_REFUSED: 1})
        assert over(made.came[-1])
        made.come("::1").send(framed(b"from elsewhere"))
        await settle()
        assert made.heard[-1][1] == b"from elsewhere"
        for port, _ in made.heard:
            prove(port)
        made.streams.tick(asyncio.get_running_loop().time())
        made.come().send(framed(b"one more"))
        await settle()
        assert made.heard[-1][1] == b"one more"


async def test_all_together_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams_module, "MAX_STREAMS", 2)
    async with door() as made:
        for _ in range(3):
            made.come()
        await settle()
        assert made.counters == {Count.STREAMS_REFUSED: 1}


async def test_a_stranger_is_shown_out_and_somebody_stays() -> None:
    async with door() as made:
        stranger, somebody = made.come(), made.come()
        somebody.send(framed(b"me"))
        await settle()
        prove(made.heard[0][0])
        made.streams.tick(asyncio.get_running_loop().time() + LEEWAY + 1)
        assert over(stranger)
        somebody.send(framed(b"still here"))
        await settle()
        assert made.heard[-1][1] == b"still here"


async def test_without_a_descriptor_left_it_waits_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams_module, "REST", 0.01)
    async with door() as made:
        port = made.streams.ports[0]
        real = port.socket
        port.socket = cast("socket.socket", Exhausted(real.fileno()))
        made.come().send(framed(b"hello"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        port.socket = real
        assert made.counters == {Count.STREAMS_REFUSED: 1}
        await settle()
        await settle()
        assert [data for _, data in made.heard] == [b"hello"]


class Exhausted:
    """A listening socket in a process that has no descriptor left."""

    def __init__(self, number: int) -> None:
        self.number = number

    def accept(self) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    def fileno(self) -> int:
        return self.number
