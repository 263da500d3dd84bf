"""Whatever a datagram holds, sealed with a true key or not: it is handled, counted or `Refused`, and others go on."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aioice import stun
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.sfu.counters import Count
from rooms.sfu.messages import Offer, Wanted
from rooms.sfu.peer import Identity, Peer
from rooms.sfu.ports import Port
from rooms.sfu.refusals import Refused
from rooms.sfu.rtp import Packet, build
from rooms.sfu.server import Server
from rooms.sfu.settings import Settings
from rooms.sfu.strikes import LIMIT

CLIENT = Identity.generateCertificate()
GOLDEN = (Path(__file__).parents[2] / "golden" / "offers" / "chromium.sdp").read_bytes().decode()
THEIRS = next(line for line in GOLDEN.split("\r\n") if line.startswith("a=fingerprint"))
SDP = GOLDEN.replace(THEIRS, f"a=fingerprint:sha-256 {CLIENT.fingerprint}")
LIVE = Wanted("room", 1, True, (1, 2), ())
ALICE, MALLORY = 1, 2


class Stream(Port):
    """A port that counts as one by TCP."""

    stream = True


class Browser:
    """A connected client of `server`: its keys, its checks, what it was sent and could open."""

    def __init__(self, server: Server, member: int) -> None:
        self.peer = Peer(CLIENT)
        self.server, self.port = server, server.ports[0]
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.heard = 0
        server.registry.take(Offer(f"ask {member}", f"peer {member}", member, 0, 0, True, SDP, LIVE))
        self.connection = next(one for one in server.registry.connections if one.member == member)
        check = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        check.attributes["USERNAME"] = f"{self.connection.local.ufrag}:browser"
        check.attributes["USE-CANDIDATE"] = None
        check.add_message_integrity(self.connection.local.password.encode())
        self.check = bytes(check)

    def send(self, data: bytes | None) -> None:
        with suppress(Refused):
            self.server.receive(self.port, data or b"", self.socket.getsockname())

    async def connect(self) -> None:
        self.send(self.check)
        asyncio.get_running_loop().add_reader(self.socket, self.read)
        prints = [("sha-256", self.server.registry._identity.fingerprint)]
        assert await self.peer.handshake(client=True, fingerprints=prints, send=self.send, left=lambda: None)
        while not self.connection.connected:  # noqa: ASYNC110 - the handshake's last step runs in a task of its own
            await asyncio.sleep(0)

    def read(self) -> None:
        with suppress(BlockingIOError):
            while True:
                data = self.socket.recv(2000)
                if 20 <= data[0] <= 63:
                    self.peer.feed(data)
                elif 128 <= data[0] <= 191 and not 192 <= data[1] <= 223:
                    self.peer.open(data)
                    self.heard += 1

    def talk(self, sequence: int) -> None:
        packet = Packet(111, False, sequence, sequence * 960, 7, 20, b"voice")
        self.send(self.peer.seal(build(packet, None, 111, sequence, 1)))

    async def leave(self) -> None:
        asyncio.get_running_loop().remove_reader(self.socket)
        await self.peer.close()
        self.socket.close()


@asynccontextmanager
async def room() -> AsyncIterator[tuple[Browser, Browser]]:
    server = Server(Settings("node-0", ("127.0.0.1",), 0, (), "unix:///nowhere", True, Path("/nowhere")))
    alice, mallory = Browser(server, ALICE), Browser(server, MALLORY)
    await alice.connect()
    await mallory.connect()
    yield alice, mallory
    await server.registry.drain()
    for browser in (alice, mallory):
        await browser.leave()
    for port in server.ports:
        port.socket.close()
    await asyncio.sleep(0)


def header(first: int, second: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=10, max_size=200).map(lambda rest: bytes((first, second)) + rest)


PLAIN = st.one_of(
    st.binary(max_size=1600),
    st.binary(max_size=200).map(lambda rest: b"\x00\x01" + len(rest).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + rest),
    st.binary(max_size=200).map(lambda rest: b"\x17\xfe\xfd" + rest),
)
SEALED = st.builds(header, st.integers(128, 191), st.sampled_from([13, 63, 111, 239])).flatmap(lambda made: made)
REPORTS = st.builds(header, st.integers(128, 191), st.integers(192, 223)).flatmap(lambda made: made)


@settings(max_examples=60)
@given(
    st.lists(
        st.one_of(
            *(st.tuples(st.just(kind), made) for kind, made in (("plain", PLAIN), ("rtp", SEALED), ("rtcp", REPORTS)))
        ),
        max_size=40,
    )
)
def test_whatever_one_sends_the_other_is_still_heard_by_him(datagrams: list[tuple[str, bytes]]) -> None:
    async def story() -> None:
        async with room() as (alice, mallory):
            seal: dict[str, Any] = {"plain": bytes, "rtp": mallory.peer.seal, "rtcp": mallory.peer.seal_rtcp}
            for kind, data in datagrams:
                mallory.send(seal[kind](data))
            before = mallory.heard
            for sequence in range(5):
                alice.talk(sequence)
            await asyncio.sleep(0.01)
            mallory.read()
            assert mallory.heard == before + 5
            assert {one.member for one in mallory.connection.room} == {ALICE, MALLORY}

    asyncio.run(story())


def test_who_asks_in_vain_too_often_is_looked_at_no_more_and_those_who_are_known_go_on() -> None:
    stranger, elsewhere = ("127.0.0.1", 9), ("127.0.0.2", 9)

    async def story() -> None:
        async with room() as (alice, mallory):
            server = alice.server
            forged = alice.check[:-30] + bytes(22) + alice.check[-8:]

            def ask(data: bytes, address: tuple[str, int]) -> None:
                with suppress(Refused):
                    server.receive(alice.port, data, address)

            for _ in range(LIMIT):
                ask(forged, stranger)
            assert server.counters[Count.TOO_VAIN] == 0
            ask(mallory.check, stranger)
            assert server.counters[Count.TOO_VAIN] == 1
            before = alice.connection.seen
            alice.send(alice.check)
            assert alice.connection.seen > before
            before = mallory.connection.seen
            ask(mallory.check, elsewhere)
            assert mallory.connection.seen > before
            before = mallory.connection.seen
            with suppress(Refused):
                server.receive(Stream(alice.port.socket, "127.0.0.1", 1), mallory.check, stranger)
            assert mallory.connection.seen > before, "whoever forged that address by UDP keeps nobody there off TCP"
            assert server.counters[Count.TOO_VAIN] == 1

    asyncio.run(story())
