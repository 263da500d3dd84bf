"""Ports, asked before they are needed, so that a busy one is named in one line."""

import socket

from django.conf import settings

from config.environment import SettingsError


def check() -> None:
    """Raise `SettingsError` naming the first port of ours that somebody else holds."""
    _check("STOA_HTTP_PORT", socket.SOCK_STREAM, settings.STOA_HTTP_HOST, settings.STOA_HTTP_PORT)
    for index in range(settings.STOA_SFU_PROCESSES):
        _check("STOA_UDP_PORT", socket.SOCK_DGRAM, settings.STOA_UDP_HOST, settings.STOA_UDP_PORT + index)


def _check(name: str, kind: socket.SocketKind, host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            where = f"{host or 'any address'} port {port}"
            raise SettingsError(name, f"cannot be used: {where}: {error.strerror}") from error
