"""Ports, asked before they are needed, so that a busy one is named in one line."""

import asyncio
import errno
import socket

from django.conf import settings

from config.environment import SettingsError

_ADDRESS = {"STOA_HTTP_PORT": "STOA_HTTP_HOST", "STOA_UDP_PORT": "STOA_UDP_HOST", "STOA_TCP_PORT": "STOA_UDP_HOST"}
"""Which variable says at what address a port is."""


def check_all() -> None:
    """Raise `SettingsError` naming the first port of ours that somebody else holds."""
    check("STOA_HTTP_PORT", socket.SOCK_STREAM, settings.STOA_HTTP_HOST, settings.STOA_HTTP_PORT)
    for index in range(settings.STOA_SFU_PROCESSES):
        for host in settings.STOA_UDP_HOST:
            check("STOA_UDP_PORT", socket.SOCK_DGRAM, host, settings.STOA_UDP_PORT + index)
            check("STOA_TCP_PORT", socket.SOCK_STREAM, host, settings.STOA_TCP_PORT + index)


async def opened(host: str, port: int) -> None:
    """Return once somebody accepts connections on the TCP port."""
    while True:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


def check(name: str, kind: socket.SocketKind, host: str, port: int) -> None:
    """Raise `SettingsError` naming the variable, of the port or of its address, when it cannot be bound now."""
    try:
        _bind(kind, host, port)
    except OSError as error:
        if error.errno == errno.EAFNOSUPPORT and host == "::":
            return  # it stands for the addresses there are, and this machine has none of IPv6
        at_fault = _ADDRESS[name] if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) else name
        raise SettingsError(at_fault, f"cannot be used: port {port} of {host}: {error.strerror}") from error


def _bind(kind: socket.SocketKind, host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if family is socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
