"""The running relay where UDP is blocked: heard and hearing by TCP, and a slow reader hurts nobody but himself."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from benchmarks import packets
from benchmarks.light import Client
from benchmarks.room import Room
from rooms.sfu.framing import Frames, framed
from rooms.sfu.messages import Connected, Gone
from tests.rooms.sfu.harness import ALICE, CAROL, DAVE, Media, Speaker, ear, hears, room, until, want

pytestmark = pytest.mark.server


class Tunnel:
    """A UDP port whose datagrams go to the server in one TCP connection, and back, as a browser's own do."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.bind(("127.0.0.1", 0))
        self._reader, self._writer = reader, writer
        self._client: tuple[str, int] = ("", 0)
        self.reads = asyncio.Event()
        self.reads.set()
        self.over = False
        asyncio.get_running_loop().add_reader(self.socket, self._out)
        self._task = asyncio.create_task(self._in())

    @property
    def address(self) -> tuple[str, int]:
        """Where it takes datagrams."""
        host, port = self.socket.getsockname()
        return host, port

    @property
    def outside(self) -> tuple[str, int]:
        """Where the server sees it."""
        host, port = self._writer.get_extra_info("sockname")
        return host, port

    def _out(self) -> None:
        data, self._client = self.socket.recvfrom(2048)
        self._writer.write(framed(data))

    async def _in(self) -> None:
        frames = Frames(2048)
        with contextlib.suppress(ConnectionError):
            while data := await self._reader.read(4096):
                await self.reads.wait()
                for frame in frames.feed(data):
                    self.socket.sendto(frame, self._client)
        self.over = True

    def close(self) -> None:
        """Nothing: both ends are closed."""
        asyncio.get_running_loop().remove_reader(self.socket)
        self._task.cancel()
        self._writer.close()
        self.socket.close()


@contextlib.asynccontextmanager
async def by_tcp(relay: Media, made: Room, member: int) -> AsyncIterator[tuple[Client, Tunnel]]:
    """A member whose every packet goes by TCP."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # or the kernel reads on for whoever stopped
    line.connect(("127.0.0.1", relay.tcp))
    tunnel = Tunnel(*await asyncio.open_connection(sock=line, limit=4096))
    client = await made.answered(member)
    client.remote = replace(client.remote, address=tunnel.address)
    client.move()  # its socket leads to the UDP port until then
    await client.connect()
    told = await made.desk.report(Connected, peer=made.peers[member])
    assert (told.address, told.port, told.local, told.over) == (*tunnel.outside, f"127.0.0.1:{relay.tcp}", "tcp")
    yield client, tunnel
    tunnel.close()


async def test_one_without_udp_is_heard_and_hears(relay: Media) -> None:
    async with room(relay) as made, by_tcp(relay, made, ALICE) as (alice, _), by_tcp(relay, made, CAROL) as (carol, _):
        await want(made, speak=(ALICE,))
        heard, dave = ear(carol), ear(await made.join(DAVE))
        speaker = Speaker(alice)
        await speaker.say(50)
        await until(lambda: len(heard) == len(dave) == 50)
        assert packets.breaks(heard) == packets.breaks(dave) == []


async def test_a_reader_who_stops_loses_sound_and_then_the_line_and_the_others_nothing(relay: Media) -> None:
    async with room(relay) as made, by_tcp(relay, made, CAROL) as (carol, tunnel):
        speaker, dave = Speaker(await made.join(ALICE)), ear(await made.join(DAVE))
        await want(made, speak=(ALICE,))
        await hears(speaker, ear(carol))
        tunnel.reads.clear()
        said = await speaker.say(600)
        await until(lambda: sum(packet.sent >= said for packet in dave) == 600)
        assert packets.breaks(dave) == []
        tunnel.reads.set()
        await until(lambda: tunnel.over)
        carol.abandon()
        gone = [report for report in made.desk.pile(Gone) if report.room == made.wanted.room]
        assert gone == []  # of her own room: those of the test before may only now be told


async def test_one_who_comes_back_by_udp_hears_on_without_a_gap(relay: Media) -> None:
    async with room(relay) as made, by_tcp(relay, made, CAROL) as (carol, _):
        speaker = Speaker(await made.join(ALICE))
        await want(made, speak=(ALICE,))
        heard = ear(carol)
        await hears(speaker, heard)
        carol.socket.connect(("127.0.0.1", relay.port))
        carol.check()
        await until(lambda: carol.answered >= 2)
        await hears(speaker, heard)
        assert packets.breaks(heard) == []


async def test_noise_on_the_tcp_port_is_hung_up_on(relay: Media) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.tcp)
    writer.write(b"GET / HTTP/1.1\r\nHost: stoa\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
