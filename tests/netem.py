"""A bad network in user space: what becomes of each packet is decided by a seed, so that it can be told again.

This kernel has no `tc netem`. `Line` is PURE; `Proxy` stands in front of a UDP port and does as its lines say, and
`Wire` in front of a TCP port, where what is lost is sent again.
"""

import asyncio
import heapq
import math
import random
import selectors
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from types import TracebackType
from typing import Self

TICK = 0.05  # seconds between two looks at whether it is to stop
LARGEST = 65_535
SEGMENT = 1448
"""Bytes of a TCP packet."""
AGAIN = 0.2
"""Seconds beyond a round trip after which TCP sends again what was lost: the least that Linux waits."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How a line is: `delay` seconds each way, up to `jitter` more, and the share of packets that are lost.

    They are lost `burst` in a row on average, or each by itself where that is 0; some arrive `twice`, by share; and
    with `overtakes` who is less late comes first.
    """

    delay: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    burst: float = 0.0
    twice: float = 0.0
    overtakes: bool = False


FAIR, SLOW, BLOCKED = Weather(), Weather(delay=0.3, loss=0.05), Weather(loss=1.0)


class Line:
    """One direction of one path. Packets keep their order, as on most paths, unless the weather says otherwise."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._last = 0.0
        self._losing = False

    def arrival(self, now: float, weather: Weather) -> float | None:
        """When a packet that is sent now arrives; None when it does not."""
        lost, late = self._lost(weather), self._random.random() * weather.jitter
        if lost:
            return None
        if weather.overtakes:
            return now + weather.delay + late
        self._last = max(self._last, now + weather.delay + late)
        return self._last

    def arrival_at_last(self, now: float, weather: Weather) -> float:
        """When a packet that is sent now arrives, sent again until it does, as TCP does."""
        assert weather.loss < 1, "nothing ever arrives"
        while (there := self.arrival(now, weather)) is None:
            now += 2 * weather.delay + AGAIN
        return there

    def _lost(self, weather: Weather) -> bool:
        """Whether the next packet is lost: in bursts, by the two states of Gilbert's model."""
        chance = self._random.random()
        if not weather.burst:
            return chance < weather.loss
        begins, goes_on = weather.loss / (weather.burst * (1 - weather.loss)), 1 - 1 / weather.burst
        self._losing = chance < (goes_on if self._losing else begins)
        return self._losing

    def times(self, weather: Weather) -> int:
        """How often the packet arrives that does."""
        return 1 + (weather.twice > 0 and self._random.random() < weather.twice)


@dataclass(slots=True)
class Path:
    """One client's way to the server: the socket that stands for it there, and a line for each direction."""

    client: tuple[str, int]
    upstream: socket.socket
    out: Line
    back: Line


@dataclass(order=True, slots=True)
class Packet:
    """What waits to be delivered."""

    due: float
    number: int
    data: bytes = field(compare=False)
    door: socket.socket = field(compare=False)
    address: tuple[str, int] = field(compare=False)


class Proxy:
    """Stands at `port` and passes packets on to `server` and back, in a thread of its own."""

    def __init__(self, server: tuple[str, int], seed: str = "stoa", weather: Weather = FAIR) -> None:
        self.weather = weather
        self._server, self._seed = server, seed
        self._front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._front.bind(("0.0.0.0", 0))
        self.port = int(self._front.getsockname()[1])
        self._paths: dict[tuple[str, int], Path] = {}
        self._waiting: list[Packet] = []
        self._number = count()
        self._doors = selectors.DefaultSelector()
        self._doors.register(self._front, selectors.EVENT_READ)
        self._ends = False
        self._moves = False
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, once the thread has."""
        self._ends = True
        self._thread.join()
        for door in (self._front, *(path.upstream for path in self._paths.values())):
            door.close()
        self._doors.close()

    def lose(self, share: float) -> None:
        """Nothing: from now on this share of all packets is lost."""
        self.weather = replace(self.weather, loss=share)

    def move(self) -> None:
        """Nothing: every client has another address from its next packet on, as behind a new NAT."""
        self._moves = True

    def _run(self) -> None:
        while not self._ends:
            due = self._waiting[0].due - time.monotonic() if self._waiting else TICK
            ready = self._doors.select(max(0.0, min(TICK, due)))
            if self._moves:
                self._forget()
                continue
            for key, _ in ready:
                self._take(key.data)
            self._deliver(time.monotonic())

    def _take(self, path: Path | None) -> None:
        """Put one packet in line: from a client where there is no path, from the server otherwise."""
        now = time.monotonic()
        if path is None:
            data, client = self._front.recvfrom(LARGEST)
            path = self._paths.get(client) or self._open(client)
            self._queue(path.out, now, data, path.upstream, self._server)
            return
        data = path.upstream.recv(LARGEST)
        self._queue(path.back, now, data, self._front, path.client)

    def _queue(self, line: Line, now: float, data: bytes, door: socket.socket, address: tuple[str, int]) -> None:
        due = line.arrival(now, self.weather)
        if due is None:
            return
        for _ in range(line.times(self.weather)):
            heapq.heappush(self._waiting, Packet(due, next(self._number), data, door, address))

    def _deliver(self, now: float) -> None:
        while self._waiting and self._waiting[0].due <= now:
            packet = heapq.heappop(self._waiting)
            packet.door.sendto(packet.data, packet.address)

    def _open(self, client: tuple[str, int]) -> Path:
        upstream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        upstream.bind(("0.0.0.0", 0))
        name = f"{self._seed} {len(self._paths)}"
        path = self._paths[client] = Path(client, upstream, Line(f"{name} out"), Line(f"{name} back"))
        self._doors.register(upstream, selectors.EVENT_READ, path)
        return path

    def _forget(self) -> None:
        self._moves = False
        self._waiting.clear()
        for path in self._paths.values():
            self._doors.unregister(path.upstream)
            path.upstream.close()
        self._paths.clear()


class Wire:
    """Stands at `port` and passes TCP connections on to `server`, at most `rate` bytes a second each way in all.

    Windows are not made up: a connection has no slow start, and waits for what was lost alone.
    """

    def __init__(
        self, server: tuple[str, int], seed: str = "stoa", weather: Weather = FAIR, rate: float = math.inf
    ) -> None:
        self._server, self._seed, self._weather, self._rate = server, seed, weather, rate
        self._front = socket.create_server(("0.0.0.0", 0))
        self.port = int(self._front.getsockname()[1])
        self._number = count()
        self._free = {"out": 0.0, "back": 0.0}
        self._loop = asyncio.new_event_loop()
        self._ends = asyncio.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, and whatever is connected with it."""
        self._loop.call_soon_threadsafe(self._ends.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connect, sock=self._front)
        await self._ends.wait()
        server.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on, whose first packet comes after the round trip that opens it."""
        begins = self._loop.time() + 2 * self._weather.delay
        there, back = await asyncio.open_connection(*self._server)
        number = next(self._number)
        with suppress(OSError, asyncio.CancelledError):  # somebody went, or the wire ends
            await asyncio.gather(
                self._pass("out", number, begins, reader, back), self._pass("back", number, begins, there, writer)
            )
        for door in (back, writer):
            door.close()

    async def _pass(
        self, way: str, number: int, begins: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass one direction on, each packet when it arrives, until it ends."""
        line, waiting = Line(f"{self._seed} {number} {way}"), asyncio.Queue[tuple[float, bytes]]()
        delivery = asyncio.create_task(self._deliver(waiting, writer))
        data = b"none yet"
        while data:
            data = await reader.read(SEGMENT)
            sent = self._free[way] = max(self._loop.time(), begins, self._free[way]) + len(data) / self._rate
            waiting.put_nowait((line.arrival_at_last(sent, self._weather), data))
        await delivery

    async def _deliver(self, waiting: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        data = b"none yet"
        while data:
            due, data = await waiting.get()
            await asyncio.sleep(due - self._loop.time())
            writer.write(data)
        writer.write_eof()
