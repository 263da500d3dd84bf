"""Janus as Debian has it, with one audio room: the same light clients, told of by its own signalling (VideoRoom)."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import sdp
from benchmarks.light import Client, Identity
from benchmarks.room import background
from benchmarks.servers import Server

ROOM = 1
_MAX = 1 << 16
_KEEP = 20
_PATIENCE = 20
_STARTS = 10
_SETTLED = 0.5
_CONFIGURATION = {
    "janus.jcfg": """general: {{ debug_level = 3 event_loops = {cores} session_timeout = 0 }}
media: {{ rtp_port_range = "20000-60000" no_media_timer = 0 }}
nat: {{ ice_lite = true ice_enforce_list = "stoa0" }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
""",
    "janus.transport.pfunix.jcfg": """general: {{ enabled = true json = "compact" path = "{path}" }}
""",
    "janus.plugin.videoroom.jcfg": """room-1: {{
  publishers = 16 audiocodec = "opus" opus_fec = true opus_dtx = true
  audiolevel_ext = true transport_wide_cc_ext = false record = false
}}
""",
}
_LIBRARIES = Path("/usr/lib")


class JanusError(Exception):
    """Janus is not there, or did not do what it was asked; the text says which."""


class Janus:
    """One session with Janus, and its clients by member; made by `janus`."""

    def __init__(self, sock: socket.socket, identity: Identity) -> None:
        self.clients: dict[int, Client] = {}
        self._socket = sock
        self._identity = identity
        self._session = 0
        self._feeds: list[int] = []
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def open(self) -> None:
        """Nothing: there is a session."""
        self._session = (await self._ask({"janus": "create"}))["data"]["id"]

    async def speak(self, member: int) -> Client:
        """A connected client that publishes its microphone. All who speak come before all who listen."""
        handle = await self._attach()
        joined = await self._message(handle, {"request": "join", "ptype": "publisher", "room": ROOM})
        local = self._identity.local(slots=0, red=False)
        jsep = {"type": "offer", "sdp": sdp.offer(local)}
        done = await self._message(handle, {"request": "publish", "audiocodec": "opus"}, jsep)
        client = await self._connect(handle, member, local, sdp.answer(done["jsep"]["sdp"]))
        self._feeds.append(joined["plugindata"]["data"]["id"])
        return client

    async def join(self, member: int) -> Client:
        """A connected client that hears everybody who speaks, each in a line of their own."""
        handle = await self._attach()
        streams = [{"feed": feed} for feed in self._feeds]
        asked = {"request": "join", "ptype": "subscriber", "room": ROOM, "streams": streams}
        offered = (await self._message(handle, asked))["jsep"]["sdp"]
        local = self._identity.local(setup="active")
        await self._message(handle, {"request": "start"}, {"type": "answer", "sdp": answer(offered, local)})
        return await self._connect(handle, member, local, replace(sdp.answer(offered), setup="passive"))

    async def listen(self) -> None:
        """Sorts what Janus says until cancelled, and keeps the session alive."""
        loop = asyncio.get_running_loop()
        due = loop.time() + _KEEP
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    self._take(json.loads(await loop.sock_recv(self._socket, _MAX)))
                    continue
            due += _KEEP
            await self._say({"janus": "keepalive", "transaction": "-"})

    def close(self) -> None:
        """Every client says goodbye."""
        for client in self.clients.values():
            client.close()

    async def _connect(self, handle: int, member: int, local: sdp.Local, remote: sdp.Remote) -> Client:
        client = self.clients[member] = Client(self._identity, local, remote)
        host, port = client.socket.getsockname()
        candidate = {
            "candidate": f"candidate:1 1 udp 2113937151 {host} {port} typ host",
            "sdpMLineIndex": 0,
            "sdpMid": "0",
        }
        await self._say({"janus": "trickle", "transaction": "-", "handle_id": handle, "candidate": candidate})
        await client.connect()
        return client

    async def _attach(self) -> int:
        handle: int = (await self._ask({"janus": "attach", "plugin": "janus.plugin.videoroom"}))["data"]["id"]
        return handle

    async def _message(self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None) -> dict[str, Any]:
        """The event that answers `body`."""
        words = {"janus": "message", "handle_id": handle, "body": body} | ({"jsep": jsep} if jsep else {})
        event = await self._ask(words)
        if error := event["plugindata"]["data"].get("error"):
            raise JanusError(error)
        return event

    async def _ask(self, words: dict[str, Any]) -> dict[str, Any]:
        """The answer that comes once it is done; what is only acknowledged comes later."""
        name = uuid.uuid4().hex
        future = self._answers[name] = asyncio.get_running_loop().create_future()
        await self._say(words | {"transaction": name})
        try:
            async with asyncio.timeout(_PATIENCE):
                told: dict[str, Any] = await future
        except TimeoutError as late:
            raise JanusError("no answer in time") from late
        if told["janus"] == "error":
            raise JanusError(told["error"]["reason"])
        return told

    async def _say(self, words: dict[str, Any]) -> None:
        session = {"session_id": self._session} if self._session else {}
        await asyncio.get_running_loop().sock_sendall(self._socket, json.dumps(words | session).encode())

    def _take(self, told: dict[str, Any]) -> None:
        if told["janus"] != "ack" and (future := self._answers.pop(told.get("transaction", ""), None)):
            future.set_result(told)


def answer(offered: str, local: sdp.Local) -> str:
    """The answer of somebody who takes every line of `offered` and sends nothing."""
    mids = [line.removeprefix("a=mid:") for line in offered.splitlines() if line.startswith("a=mid:")]
    head = f"""v=0
o=- 4611731400430051337 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE {" ".join(mids)}
a=ice-ufrag:{local.ufrag}
a=ice-pwd:{local.password}
a=fingerprint:sha-256 {local.fingerprint}
a=setup:{local.setup}
a=ice-options:trickle
"""
    line = """m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=mid:{mid}
a=recvonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
"""
    return (head + "".join(line.format(mid=mid) for mid in mids)).replace("\n", "\r\n")


@contextlib.asynccontextmanager
async def janus(folder: Path, identity: Identity) -> AsyncIterator[tuple[Janus, int]]:
    """A session with a Janus of our own, in the network of `veth`, and its process id. Raises `JanusError`."""
    program = shutil.which("janus")
    if program is None:
        raise JanusError("not installed (Debian: apt-get install janus)")
    command = (program, "--configs-folder", str(_configured(folder)))
    async with _answering(command, folder) as (server, sock):
        session = Janus(sock, identity)
        async with background(session.listen()):
            await session.open()
            yield session, server.pid
            session.close()


@contextlib.asynccontextmanager
async def _answering(command: Sequence[str], folder: Path) -> AsyncIterator[tuple[Server, socket.socket]]:
    """A Janus and a socket to it. Some starts of 1.1.2 end at once, its transport "not available"; then the next."""
    for _ in range(_STARTS):
        server = Server(command, folder / "janus.log")
        try:
            if sock := await _connected(server, folder / "janus.sock"):
                with sock:
                    yield server, sock
                return
        finally:
            server.stop()
    raise JanusError("did not start")


def _configured(folder: Path) -> Path:
    settings = folder / "janus"
    settings.mkdir()
    unused = {
        kind: ",".join(one.name for one in _LIBRARIES.glob(f"*/janus/{kind}/*.so") if used not in one.name)
        for kind, used in (("plugins", "videoroom"), ("transports", "pfunix"))
    }
    for name, text in _CONFIGURATION.items():
        (settings / name).write_text(text.format(cores=os.cpu_count(), path=folder / "janus.sock", **unused))
    return settings


async def _connected(server: Server, path: Path) -> socket.socket | None:
    """A socket to Janus, once it answers; none when it has ended."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
    while server.process.poll() is None:
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
            sock.connect(str(path))
            await asyncio.sleep(_SETTLED)
            if server.process.poll() is None:
                return sock
        await asyncio.sleep(0.1)
    sock.close()
    return None
