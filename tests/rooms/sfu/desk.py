"""A registry with clients that shake hands with it, and no socket."""

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Any, cast

from rooms.sfu.connection import Connection
from rooms.sfu.counters import Counters
from rooms.sfu.messages import (
    Answer,
    Connected,
    Gone,
    Offer,
    Report,
    Wanted,
)
from rooms.sfu.peer import Identity, Peer
from rooms.sfu.registry import Registry

ALICE, BOB, CAROL, MALLORY = 1, 2, 3, 66
CHROMIUM = (Path(__file__).parents[2] / "golden" / "offers" / "chromium.sdp").read_bytes().decode()
CLIENT = Identity.generateCertificate()
THEIRS = next(line for line in CHROMIUM.split("\r\n") if line.startswith("a=fingerprint"))
SDP = CHROMIUM.replace(THEIRS, f"a=fingerprint:sha-256 {CLIENT.fingerprint}")
SERVER = ("192.0.2.1", 7882)


class Loopback:
    """A socket that carries every DTLS record to one client."""

    def __init__(self, client: Peer) -> None:
        self.client = client

    def sendto(self, data: bytes, _: object) -> None:
        if 20 <= data[0] <= 63:
            self.client.feed(data)


class Desk:
    """A registry and what it reported."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.counters: Counters = Counter()
        self.registry = Registry("node-0", (SERVER,), self.reports.append, self.counters)
        self.clients: list[Peer] = []

    def offer(
        self, peer: str, member: int = CAROL, wanted: Wanted | None = None, sdp: str = SDP, visit: int = 0
    ) -> Report:
        self.registry.take(Offer(f"ask {peer}", peer, member, visit, 0, True, sdp, wanted or want(1)))
        return self.reports[-1]

    def connection(self, peer: str) -> Connection:
        return next(one for one in self.registry.connections if one.id == peer)

    def open(self) -> list[str]:
        return [one.id for one in self.registry.connections]

    async def connect(self, peer: str, member: int = CAROL) -> Connection:
        """The connection of `peer` after its STUN check and DTLS handshake."""
        answer = self.offer(peer, member)
        assert isinstance(answer, Answer)
        made = self.connection(peer)
        client = Peer(CLIENT)
        self.clients.append(client)
        port = cast("Any", Wire(client))
        made.checked(port, ("198.51.100.7", len(self.clients)), nominated=True, now=time.monotonic())
        self.registry.greet(made)
        fingerprint = self.registry._identity.fingerprint
        assert await client.handshake(
            client=True, fingerprints=[("sha-256", fingerprint)], send=made.peer.feed, left=lambda: None
        )
        await until(lambda: any(isinstance(one, Connected) and one.peer == peer for one in self.reports))
        return made

    def gone(self) -> list[tuple[str, str]]:
        return [(one.peer, one.reason) for one in self.reports if isinstance(one, Gone)]


class Wire:
    host, number, stream = *SERVER, False

    def __init__(self, client: Peer) -> None:
        self.socket = Loopback(client)
        self.known: dict[Any, Connection] = {}

    def sender(self) -> Any:
        return self.socket.sendto

    def send(self, data: bytes, address: object, _: Counters) -> None:
        self.socket.sendto(data, address)


async def until(happened: Any) -> None:
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110 - the handshake runs in tasks of its own
            await asyncio.sleep(0.001)


def want(version: int, *speak: int, live: bool = True, absent: tuple[int, ...] = ()) -> Wanted:
    return Wanted("room", version, live, speak, absent)
