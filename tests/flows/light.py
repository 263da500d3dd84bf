"""People in a room without a browser: a room socket that comes back, and a light media client that is renewed."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from benchmarks import packets, sdp, websocket
from benchmarks.light import Client, Identity, NotConnectedError
from benchmarks.packets import Packet, Voice
from benchmarks.room import background, keep
from benchmarks.websocket import WebSocket
from tests.flows.stack import Stoa, fetch

IDENTITY = Identity()
RETRY = 0.1


class Person:
    """Somebody in a room. `heard` is every packet that reached them, over all their connections; `said` is when each
    packet of theirs was sent (ns of the real-time clock), which the packet carries.
    """

    def __init__(self, stoa: Stoa, name: str, room: str) -> None:
        self.heard: list[Packet] = []
        self.said: list[int] = []
        self.clients: dict[int, Client] = {}
        self.connections = 0
        self._wanting = True  # a connection
        self._address = urlsplit(stoa.url)
        self._path = f"/ws/rooms/{room}/?tab={name}"
        self._headers = {"Cookie": f"sessionid={stoa.sign_in(name)[name]}", "Origin": stoa.url}
        self._connected = asyncio.Event()
        self._socket: WebSocket | None = None

    async def live(self) -> None:
        """Be in the room until cancelled; come back when the socket is lost, offer again when told to."""
        while True:
            with suppress(ConnectionError, TimeoutError, NotConnectedError):
                await self._visit()
            self._close_socket()
            await asyncio.sleep(RETRY)

    async def talk(self) -> None:
        """Say something every 20 ms until cancelled, over whichever connection there is."""
        voice: Voice | None = None
        clock = asyncio.get_running_loop().time
        due = clock()
        while True:
            await self._connected.wait()
            client = self.clients[0]
            if voice is None or voice.ssrc != client.local.ssrc:
                voice = Voice(client.local.ssrc, client.remote)
            self.said.append(time.time_ns())
            client.say(voice.next(self.said[-1]))
            due = max(due + packets.INTERVAL, clock() - packets.INTERVAL)
            await asyncio.sleep(due - clock())

    @property
    def port(self) -> int:
        """The port of the media process that the sound comes from."""
        return self.clients[0].remote.address[1]

    @property
    def host(self) -> str:
        """The address of the machine that the sound comes from."""
        return self.clients[0].remote.address[0]

    async def connected(self) -> None:
        """Return once media can flow."""
        async with asyncio.timeout(10):
            await self._connected.wait()

    async def move(self, move: str, **on: int) -> None:
        """Make a move, on oneself or on a member, and have it accepted."""
        assert self._socket is not None
        self._socket.say({"type": "move", "id": 7, "move": move, **on})
        await self._socket.message("ok", id=7)

    def leave(self) -> None:
        """Go without a word."""
        self._close_socket()
        for client in self.clients.values():
            client.close()

    async def _visit(self) -> None:
        host, port = str(self._address.hostname), int(self._address.port or 80)
        self._socket = await websocket.connect(host, port, self._path, self._headers)
        await self._socket.message("welcome")
        while True:
            if self._wanting:
                await self._offer(self._socket)
            await self._socket.message("media.lost", seconds=3600)
            self._wanting = True

    async def _offer(self, socket: WebSocket) -> None:
        """A new connection beside the old one, which is heard until the new one is up, as in a browser."""
        local = IDENTITY.local()
        socket.say({"type": "media.offer", "id": 1, "sdp": sdp.offer(local)})
        _, answer = await socket.message("media.answer")
        client = Client(IDENTITY, local, sdp.answer(answer["sdp"]))
        client.heard = self.heard.append
        await client.connect()
        old = self.clients.get(0)
        self.clients[0] = client
        if old is not None:
            old.close()
        self.connections += 1
        self._wanting = False
        self._connected.set()

    def _close_socket(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


async def publish(stoa: Stoa, room: str, token: str) -> Client:
    """A connected encoder, which came by WHIP (RFC 9725) and is heard by nobody as long as it says nothing."""
    local = IDENTITY.local(slots=0)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
    url = f"{stoa.url}/api/v1/rooms/{room}/whip"
    status, text = await asyncio.to_thread(fetch, "POST", url, headers, sdp.offer(local).encode())
    assert status == 201, text
    client = Client(IDENTITY, local, sdp.answer(text))
    client.heard = ignore
    await client.connect()
    return client


def ignore(packet: Packet) -> None:
    """Nothing: media is opened, and nobody listens."""


@asynccontextmanager
async def conversation(stoa: Stoa) -> AsyncIterator[tuple[Person, Person]]:
    """Alice, who hosts a room and talks, and Carol, who hears her."""
    room = await asyncio.to_thread(stoa.room, "alice", "Slow Sunday")
    alice, carol = Person(stoa, "alice", room), Person(stoa, "carol", room)
    async with background(alice.live(), carol.live(), keep(alice.clients), keep(carol.clients)):
        await alice.connected()
        await carol.connected()
        await alice.move("unmute")
        async with background(alice.talk()):
            yield alice, carol
    alice.leave()
    carol.leave()


def missed(speaker: Person, listener: Person) -> int:
    """How many packets of the speaker never arrived, between the first and the last one that did."""
    arrived = {packet.sent for packet in listener.heard}
    return sum(min(arrived) < sent < max(arrived) and sent not in arrived for sent in speaker.said)
