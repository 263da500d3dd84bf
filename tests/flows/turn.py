"""A TURN server, and a light media client that is behind it."""

import asyncio
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aioice.stun import TransactionFailed
from aioice.turn import TurnTransport, create_turn_endpoint

from benchmarks import sdp
from benchmarks.light import Client, Identity
from tests.flows.stack import free_port, outward_address

SECRET = "only for this run"
MISMATCHED = 437
"""The port that the system gave had an allocation a moment ago: another port is asked for (RFC 8656, 7.4)."""


@contextmanager
def relay(folder: Path) -> Iterator[dict[str, str]]:
    """The settings of a Stoa with a TURN server beside it: coturn, which shares its secret."""
    port, address = free_port(socket.SOCK_DGRAM), outward_address()
    command = ["turnserver", "-n", "--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm=stoa"]
    command += [
        f"--listening-ip={address}",
        f"--relay-ip={address}",
        f"--listening-port={port}",
        "--allow-loopback-peers",
    ]
    command += ["--no-tls", "--no-dtls", "--no-cli", "--log-file=stdout", f"--pidfile={folder / 'relay.pid'}"]
    with (folder / "relay.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield {"TURN_URLS": f"turn:{address}:{port}", "TURN_SECRET": SECRET}
    finally:
        process.terminate()
        process.wait(20)


class Relayed(Client):
    """A light client that sends and hears by a relay alone."""

    def __init__(self, identity: Identity, local: sdp.Local, remote: sdp.Remote, relay: TurnTransport) -> None:
        self._relay = relay
        super().__init__(identity, local, remote)

    def send(self, data: bytes) -> None:
        """Sends `data` as it is, by the relay."""
        self._relay.sendto(data, self.remote.address)

    def take(self, data: bytes) -> None:
        """Takes what the relay was sent."""
        self._datagram(data, [])

    def _open(self) -> None:
        """The relay's address is there already."""

    def _leave(self) -> None:
        self._relay.close()


class _Inbox(asyncio.DatagramProtocol):
    client: Relayed

    def datagram_received(self, data: bytes, _addr: Any) -> None:
        self.client.take(data)


async def relayed(
    identity: Identity, local: sdp.Local, remote: sdp.Remote, server: Mapping[str, Any]
) -> tuple[Relayed, tuple[str, int]]:
    """A client behind the TURN server that a welcome named, and the address that others see of it."""
    try:
        transport, inbox = await _allocated(server)
    except TransactionFailed as failed:
        if failed.response.attributes["ERROR-CODE"][0] != MISMATCHED:
            raise
        transport, inbox = await _allocated(server)
    inbox.client = Relayed(identity, local, remote, transport)
    return inbox.client, transport.get_extra_info("sockname")


async def _allocated(server: Mapping[str, Any]) -> tuple[TurnTransport, _Inbox]:
    _, host, port = server["urls"][0].split(":")
    made: tuple[TurnTransport, _Inbox] = await create_turn_endpoint(
        _Inbox, (host, int(port)), username=server["username"], password=server["credential"]
    )
    return made
