"""The sockets: one per address of this machine, all on one port number, so that an answer leaves from the address
that was asked.
"""

import errno
import os
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, ClassVar

import ifaddr

from rooms.sfu.counters import Count, Counters

if TYPE_CHECKING:
    from rooms.sfu.connection import Connection

BUFFERS = (8 << 20, 2 << 20, 512 << 10)
"""Bytes to ask for, in this order: macOS refuses what Linux silently cuts to its limit."""
FORCED = (33, 32) if sys.platform == "linux" else ()
"""SO_RCVBUFFORCE and SO_SNDBUFFORCE, which pass Linux's limit where we have CAP_NET_ADMIN."""
MAX_CANDIDATES = 8
_MEMINFO = 55
"""SO_MEMINFO of Linux: nine numbers, the last of which counts what found the socket full."""
_NUMBERS = struct.Struct("=9I")


@dataclass(slots=True, eq=False)
class Port:
    """One socket, and the connections by the source address that they were last seen at.

    `stream` tells that what is sent there has to be framed.
    """

    stream: ClassVar[bool] = False
    socket: socket.socket
    host: str
    number: int
    known: dict[Any, "Connection"] = field(default_factory=dict)

    def sender(self) -> Callable[[bytes, Any], Any]:
        """What sends a datagram to an address. Raises `OSError` where it cannot be sent now."""
        return self.socket.sendto

    def send(self, data: bytes, address: Any, counters: Counters) -> None:
        """Nothing: `data` was given to the socket, or counted where it is full or the address cannot be reached."""
        try:
            self.sender()(data, address)
        except BlockingIOError:
            counters[Count.SEND_FULL] += 1
        except OSError:
            counters[Count.SEND_FAILED] += 1

    def overflowed(self) -> int:
        """How many datagrams the kernel threw away since the start, as we did not take them in time; 0 but on Linux."""
        if sys.platform != "linux":
            return 0
        return _NUMBERS.unpack(self.socket.getsockopt(socket.SOL_SOCKET, _MEMINFO, _NUMBERS.size))[-1]  # type: ignore[no-any-return]


def open_ports(hosts: tuple[str, ...], number: int, kind: socket.SocketKind = socket.SOCK_DGRAM) -> list[Port]:
    """A bound, non-blocking socket for every address that `hosts` stand for; `number` 0 takes a free one.

    A wildcard stands for the addresses that the machine has now. Raises `OSError` when one cannot be bound.
    """
    ports: list[Port] = []
    try:
        for host in _expanded(hosts):
            ports.append(_open(host, number or (ports[0].number if ports else 0), kind))
    except OSError:
        for port in ports:
            port.socket.close()
        raise
    if not ports:
        raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
    return ports


def advertised(ports: list[Port], public: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Where browsers reach us, best first: the `public` addresses, else our own, loopback only if there is no other."""
    if public:
        return tuple((host, ports[0].number) for host in public)
    outside = [port for port in ports if not ip_address(port.host).is_loopback]
    return tuple((port.host, port.number) for port in (outside or ports)[:MAX_CANDIDATES])


def _expanded(hosts: tuple[str, ...]) -> list[str]:
    """Each address once, IPv4 first."""
    local = _local_addresses()
    found: dict[str, None] = {}
    for host in map(ip_address, hosts):
        if host.is_unspecified:
            found.update({str(one): None for one in local if one.version == host.version})
        else:
            found[str(host)] = None
    return sorted(found, key=lambda host: ":" in host)


def _local_addresses() -> list[IPv4Address | IPv6Address]:
    """The machine's addresses but the link-local ones, which would need a scope to be answered."""
    every = (ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips)
    parsed = (ip_address(ip if isinstance(ip, str) else ip[0]) for ip in every)
    return [address for address in parsed if not address.is_link_local]


def _open(host: str, number: int, kind: socket.SocketKind) -> Port:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, kind)
    try:
        opened.setblocking(False)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind is socket.SOCK_STREAM:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            for option in (socket.SO_RCVBUF, socket.SO_SNDBUF, *FORCED):
                _enlarge(opened, option)
        opened.bind((host, number))
        if kind is socket.SOCK_STREAM:
            opened.listen()
    except OSError:
        opened.close()
        raise
    return Port(opened, host, opened.getsockname()[1])


def _enlarge(udp: socket.socket, option: int) -> None:
    """Nothing: the buffer is as large as the system lets us, if it lets us at all."""
    for size in BUFFERS:
        with suppress(OSError):
            udp.setsockopt(socket.SOL_SOCKET, option, size)
            return
