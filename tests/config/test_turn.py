import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from pytest_django.fixtures import Settings

from config import turn
from rooms import ice
from tests.flows.stack import free_port, until


@pytest.fixture(scope="module")
def coturn() -> Iterator[str]:
    """The URL of a coturn with the options of `compose.yaml` that matter here; its secret is `shared`."""
    port = str(_free_for_both())
    options = (
        "--use-auth-secret",
        "--static-auth-secret=shared",
        "--realm=stoa.example",
        "--no-cli",
        "--no-tls",
        "--no-dtls",
    )
    place = (
        "--listening-ip=127.0.0.1",
        "--relay-ip=127.0.0.1",
        f"--listening-port={port}",
        "--pidfile=",
        "-n",
        "--log-file=stdout",
    )
    with subprocess.Popen(
        ["turnserver", *place, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            until("coturn listens", lambda: _listens(int(port)))
            yield f"turn:127.0.0.1:{port}"
        finally:
            server.terminate()


def credential(settings: Settings, url: str, secret: str, now: float) -> tuple[str, str]:
    settings.TURN_URLS, settings.TURN_SECRET = [url], secret
    (server,) = ice.servers("carol", now)
    return str(server["username"]), str(server["credential"])


@pytest.mark.server
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_coturn_lets_in_who_has_a_credential_of_ours(coturn: str, settings: Settings, transport: str) -> None:
    name, password = credential(settings, coturn, "shared", time.time())
    assert await turn.problem(f"{coturn}?transport={transport}", name, password) == ""


@pytest.mark.server
@pytest.mark.parametrize(("secret", "age"), [("other", 0), ("shared", 3600)])
async def test_coturn_keeps_out_a_wrong_secret_and_an_old_credential(
    coturn: str, settings: Settings, secret: str, age: int
) -> None:
    name, password = credential(settings, coturn, secret, time.time() - age)
    assert (await turn.problem(coturn, name, password)).startswith("refused: ")


async def test_what_is_no_turn_url_is_said_so() -> None:
    assert await turn.problem("stun:127.0.0.1", "", "") == "is no TURN URL"


async def test_a_port_where_nobody_is_is_said_so() -> None:
    assert "Connect call failed" in await turn.problem(
        f"turn:127.0.0.1:{free_port(socket.SOCK_STREAM)}?transport=tcp", "", ""
    )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_for_both() -> int:
    """A port that nobody has, neither for TCP nor for UDP."""
    while True:
        port = free_port(socket.SOCK_STREAM)
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", port))
            return port
