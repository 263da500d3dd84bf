"""Ports, asked before they are needed, so that a busy one is named in one line."""

import asyncio
import socket

from django.conf import settings

from config.environment import SettingsError


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
    """Raise `SettingsError` naming the variable when the port cannot be bound now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if family is socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(name, f"cannot be used: port {port} of {host}: {error.strerror}") from error
