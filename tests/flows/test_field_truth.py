"""G22: address, port, destination and device in the log are those on the wire: of requests, of sockets and of sound,
through a proxy and through a TURN relay too.
"""

import asyncio
import json
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from benchmarks import sdp, websocket
from benchmarks.light import Client, Identity
from tests.flows import stack, turn
from tests.flows.stack import Stoa, until

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]

SESSIONS = int(os.environ.get("STOA_G22_SESSIONS", "100"))  # `make truth` has a thousand of each kind
AT_ONCE = 10
Seen = tuple[str, str, int, str]
"""A device's own name, the address and port of its socket, and where that sends to."""
BODY = b"code=nonsense"
READ = (
    "import json; from tests.log import entries; print(json.dumps([[e.user_agent, e.address, e.port, e.destination]"
    " for e in entries() if e.action in %r]))"
)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoa]:
    """A Stoa that trusts a proxy at 127.0.0.1, and has a TURN relay."""
    folder: Path = tmp_path_factory.mktemp("truth")
    with turn.relay(folder) as relay, stack.running(folder, STOA_TRUSTED_PROXIES="127.0.0.1/32", **relay) as running:
        yield running


def told(own: Stoa, *actions: str) -> list[Seen]:
    """What the log says of these acts."""
    return sorted(map(tuple, json.loads(own.manage("shell", "--verbosity", "0", "--command", READ % (actions,)))))


class Proxy:
    """What our Caddyfile makes of the proxy: it tells the client's address and port, whatever the client said."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.server = server
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = self.listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, peer = self.listener.accept()
            threading.Thread(target=self._forward, args=(client, peer), daemon=True).start()

    def _forward(self, client: socket.socket, peer: tuple[str, int]) -> None:
        with client, socket.create_connection(self.server) as server:
            request = b""
            while not request.endswith(BODY if request.startswith(b"POST") else b"\r\n\r\n"):
                request += client.recv(65536)
            line, _, rest = request.partition(b"\r\n")
            told = f"X-Forwarded-For: {peer[0]}\r\nX-Client-Port: {peer[1]}\r\n".encode()
            server.sendall(line + b"\r\n" + told + rest)
            while data := server.recv(65536):
                client.sendall(data)


def visit(number: int, through: tuple[str, int]) -> tuple[str, str, int]:
    """What the wire has of one visit: the device's own name, and the address and port of its socket."""
    device = f"Device {number}"
    own = f"127.1.{number // 250}.{number % 250 + 1}"  # of an address that is refused often only some is written down
    connection = HTTPConnection(*through, timeout=30, source_address=(own, 0))
    connection.connect()
    address, port = connection.sock.getsockname()
    status = 404 if number % 4 < 2 else 403
    (_try_a_code if status == 404 else _open_a_socket)(connection, device)
    answer: HTTPResponse = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == status
    return device, address, port


def _try_a_code(connection: HTTPConnection, device: str) -> None:
    token = "c" * 32
    headers = {"Cookie": f"csrftoken={token}", "X-CSRFToken": token, "User-Agent": device, "Connection": "close"}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request("POST", "/join/", BODY, headers)


def _open_a_socket(connection: HTTPConnection, device: str) -> None:
    """From another site's page, whose socket is refused."""
    headers = {"User-Agent": device, "Origin": "https://mallory.example", "Connection": "Upgrade"}
    headers |= {"Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "c" * 22 + "=="}
    connection.request("GET", "/ws/rooms/aaaaaaaaaaaa/", headers=headers)


def test_what_the_log_says_of_every_visit_is_what_was_on_the_wire(own: Stoa) -> None:
    server = (urlsplit(own.url).hostname or "", urlsplit(own.url).port or 0)
    ways = [server, Proxy(server).address]
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda number: visit(number, ways[number % 2]), range(SESSIONS)))
    assert told(own, "invite.redeem", "socket.connect") == sorted((*one, f"{server[0]}:{server[1]}") for one in seen)


def test_what_the_log_says_of_where_sound_comes_from_is_what_was_on_the_wire(own: Stoa) -> None:
    room = own.room("alice", "Whence")
    names = [f"person{number}" for number in range(SESSIONS)]
    seen = sorted(asyncio.run(listen(own, room, own.sign_in(*names))))
    until("all of it is in the log", lambda: len(told(own, "media.connect")) >= SESSIONS)
    assert told(own, "media.connect") == seen


async def listen(own: Stoa, room: str, keys: dict[str, str]) -> list[Seen]:
    """What the wire has of everybody who came to hear a room, every other one by the relay."""
    gate, identity = asyncio.Semaphore(AT_ONCE), Identity()

    async def one(number: int, key: str) -> Seen:
        async with gate:
            return await hear(own, room, identity, key, number)

    return list(await asyncio.gather(*(one(number, key) for number, key in enumerate(keys.values()))))


async def hear(own: Stoa, room: str, identity: Identity, key: str, number: int) -> Seen:
    device, place = f"Device {number}", urlsplit(own.url)
    headers = {"Cookie": f"sessionid={key}", "Origin": own.url, "User-Agent": device}
    socket = await websocket.connect(str(place.hostname), int(place.port or 80), f"/ws/rooms/{room}/?tab=t", headers)
    _, welcome = await socket.message("welcome")
    local = identity.local()
    socket.say({"type": "media.offer", "id": 1, "sdp": sdp.offer(local)})
    _, answer = await socket.message("media.answer")
    remote = sdp.answer(answer["sdp"])
    client, (address, port) = await reach(identity, local, remote, welcome["ice"][0] if number % 2 else None)
    await client.connect()
    client.close()
    socket.close()
    return device, address, port, f"{remote.address[0]}:{remote.address[1]}"


async def reach(
    identity: Identity, local: sdp.Local, remote: sdp.Remote, relay: dict[str, Any] | None
) -> tuple[Client, tuple[str, int]]:
    """A client, by the relay if one is given, and the address that the media process sees of it."""
    if relay:
        return await turn.relayed(identity, local, remote, relay)
    client = Client(identity, local, remote)
    return client, client.socket.getsockname()
