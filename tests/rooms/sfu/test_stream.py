"""Contract of `rooms.sfu.stream`: frames in and out, the oldest dropped where a reader is slow, and he alone is cut."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from rooms.sfu.counters import Count, Counters
from rooms.sfu.framing import Frames, framed
from rooms.sfu.ports import Port
from rooms.sfu.refusals import Code, Refused
from rooms.sfu.stream import KERNEL, LEEWAY, QUEUE, STALLED, Stream

SIZE = 200
COUNT = 2000


class Pair:
    """A stream of ours, and the browser at its other end."""

    def __init__(self, ours: socket.socket, browser: socket.socket) -> None:
        self.browser, self.counters = browser, Counters()
        self.address = browser.getsockname()
        self.stream = Stream(ours, self.address, self.counters, 0.0)
        self.heard: list[tuple[Port, bytes, Any]] = []

    def take(self, port: Port, data: bytes, address: Any) -> None:
        if data == b"bad":
            raise Refused(Code.STUN_INVALID)
        self.heard.append((port, data, address))

    def read(self) -> list[bytes]:
        """The datagrams that the browser finds in what has come so far."""
        data = b""
        with suppress(BlockingIOError):
            while more := self.browser.recv(65_536):
                data += more
        return list(Frames(2000).feed(data))


@pytest.fixture
def pair() -> Iterator[Pair]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        browser = socket.socket()
        browser.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        browser.connect(server.getsockname())
        browser.setblocking(False)
        ours, _ = server.accept()
    made = Pair(ours, browser)
    yield made
    made.stream.socket.close()
    browser.close()


def datagram(number: int) -> bytes:
    return number.to_bytes(4, "big") * (SIZE // 4)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_the_kernel_keeps_little_back_and_sends_at_once(pair: Pair) -> None:
    option = pair.stream.socket.getsockopt
    assert option(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert option(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * KERNEL  # Linux doubles it for its own needs


async def test_frames_come_out_as_datagrams_from_the_browsers_address(pair: Pair) -> None:
    pair.stream.start(pair.take)
    pair.browser.send(framed(b"one") + framed(b"two")[:3])
    await settle()
    pair.browser.send(framed(b"two")[3:])
    await settle()
    assert pair.heard == [(pair.stream, b"one", pair.address), (pair.stream, b"two", pair.address)]


async def test_a_datagram_that_is_refused_is_counted_and_the_next_one_taken(pair: Pair) -> None:
    pair.stream.start(pair.take)
    pair.browser.send(framed(b"bad") + framed(b"good"))
    await settle()
    assert [data for _, data, _ in pair.heard] == [b"good"]
    assert pair.counters == {Code.STUN_INVALID: 1}


async def test_a_stream_without_meaning_is_closed(pair: Pair) -> None:
    pair.stream.start(pair.take)
    pair.browser.send(b"GET / HTTP/1.1\r\n\r\n")
    await settle()
    assert (pair.stream.closed, pair.heard, pair.counters) == (True, [], {Code.FRAME_INVALID: 1})


async def test_a_browser_that_hangs_up_closes_it(pair: Pair) -> None:
    pair.stream.start(pair.take)
    pair.browser.close()
    await settle()
    assert pair.stream.closed
    counters: Counters = Counter()
    pair.stream.send(b"too late", pair.address, counters)
    assert counters == {Count.SEND_FAILED: 1}


async def test_what_is_sent_is_framed(pair: Pair) -> None:
    pair.stream.send(b"hello", pair.address, pair.counters)
    await settle()
    assert pair.read() == [b"hello"]


async def test_a_slow_reader_loses_the_oldest_and_gets_the_newest_whole(pair: Pair) -> None:
    for number in range(COUNT):
        pair.stream.send(datagram(number), pair.address, pair.counters)
    heard: list[bytes] = []
    data = b""
    while datagram(COUNT - 1) not in heard:
        await asyncio.sleep(0)
        with suppress(BlockingIOError):
            data += pair.browser.recv(65_536)
        heard = list(Frames(2000).feed(data))
    numbers = [int.from_bytes(one[:4], "big") for one in heard]
    assert all(one == datagram(number) for one, number in zip(heard, numbers, strict=True))
    assert numbers == sorted(set(numbers))
    assert numbers[-QUEUE:] == list(range(COUNT - QUEUE, COUNT))
    assert pair.counters == {Count.STREAM_LATE: COUNT - len(heard)}
    pair.stream.send(b"again", pair.address, pair.counters)
    await settle()
    assert pair.read() == [b"again"]


async def test_once_nothing_waits_any_more_nobody_asks_whether_more_can_be_sent(pair: Pair) -> None:
    watched = asyncio.get_running_loop().remove_writer
    for number in range(COUNT):
        pair.stream.send(datagram(number), pair.address, pair.counters)
    while pair.stream._waiting or pair.stream._rest:
        pair.read()
        await asyncio.sleep(0)
    assert not watched(pair.stream.socket)


async def test_a_reader_who_takes_nothing_is_overdue_and_one_who_takes_a_little_is_not(pair: Pair) -> None:
    pair.stream.known[pair.address] = Any  # type: ignore[assignment]
    now = asyncio.get_running_loop().time()
    assert not pair.stream.overdue(now + 100)
    for number in range(COUNT):
        pair.stream.send(datagram(number), pair.address, pair.counters)
    assert not pair.stream.overdue(now + STALLED)
    assert pair.stream.overdue(now + STALLED + 1)
    assert pair.counters[Count.STREAMS_CUT] == 1
    pair.stream._moved_at = now - STALLED - 1
    while pair.stream.overdue(now):
        with suppress(BlockingIOError):
            pair.browser.recv(100)
        await asyncio.sleep(0)
    assert pair.stream._moved_at >= now, "he took a little, though not all"


def test_one_in_which_nobody_proves_to_be_somebody_is_overdue(pair: Pair) -> None:
    assert not pair.stream.overdue(LEEWAY)
    assert pair.stream.overdue(LEEWAY + 0.1)
    pair.stream.known[pair.address] = Any  # type: ignore[assignment]
    assert not pair.stream.overdue(LEEWAY + 0.1)
