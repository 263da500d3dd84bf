import asyncio
import errno
import os
import socket

import pytest
from pytest_django.fixtures import Settings

from config import ports
from config.environment import SettingsError


def test_a_busy_tcp_port_is_refused_by_name() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(SettingsError, match=r"^STOA_HTTP_PORT cannot be used"),
    ):
        ports.check("STOA_HTTP_PORT", socket.SOCK_STREAM, "127.0.0.1", other.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_busy_udp_port_of_any_media_process_is_refused_by_name(settings: Settings, host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as other:
        other.bind((host, 0))
        busy = other.getsockname()[1]
        settings.STOA_HTTP_PORT, settings.STOA_UDP_PORT, settings.STOA_SFU_PROCESSES = _free(), busy - 1, 2
        with pytest.raises(SettingsError, match=f"^STOA_UDP_PORT cannot be used: port {busy} "):
            ports.check_all()


@pytest.mark.parametrize(("port", "host"), [("STOA_HTTP_PORT", "STOA_HTTP_HOST"), ("STOA_TCP_PORT", "STOA_UDP_HOST")])
def test_an_address_this_machine_does_not_have_is_refused_by_its_own_name(port: str, host: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{host} .* 203\.0\.113\.1: Cannot assign"):
        ports.check(port, socket.SOCK_STREAM, "203.0.113.1", 0)


def test_a_machine_without_ipv6_is_served_by_the_addresses_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))

    monkeypatch.setattr(ports, "_bind", unsupported)
    ports.check("STOA_UDP_PORT", socket.SOCK_DGRAM, "::", 7882)
    with pytest.raises(SettingsError, match=r"^STOA_UDP_HOST cannot be used: port 7882 of ::1: "):
        ports.check("STOA_UDP_PORT", socket.SOCK_DGRAM, "::1", 7882)


async def test_an_opened_port_ends_the_waiting() -> None:
    port = _free()
    waiting = asyncio.create_task(ports.opened("127.0.0.1", port))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    async with await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", port):
        await asyncio.wait_for(waiting, 5)


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
