"""Contract of `rooms.sfu.ports`: a socket per address on one port, and what browsers are told of them."""

import errno
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from rooms.sfu import ports as ports_module
from rooms.sfu.counters import Count, Counters
from rooms.sfu.ports import Port, advertised, open_ports


@contextmanager
def opened(*hosts: str, number: int = 0) -> Iterator[list[Port]]:
    ports = open_ports(hosts, number)
    yield ports
    for port in ports:
        port.socket.close()


def named(*hosts: str) -> list[Port]:
    return [Port(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET), host, 7882) for host in hosts]


def test_both_families_share_one_port_number() -> None:
    with opened("127.0.0.1", "::1") as ports:
        assert [port.host for port in ports] == ["127.0.0.1", "::1"]
        assert {port.number for port in ports} == {ports[0].socket.getsockname()[1]}


def test_a_wildcard_stands_for_every_address_of_the_machine() -> None:
    with opened("0.0.0.0") as ports:
        hosts = [port.host for port in ports]
    assert "127.0.0.1" in hosts
    assert "0.0.0.0" not in hosts
    assert len(hosts) == len(set(hosts))


def test_sockets_never_block() -> None:
    with opened("127.0.0.1") as ports, pytest.raises(BlockingIOError):
        ports[0].socket.recvfrom(1)


def test_a_busy_port_is_an_error_and_nothing_stays_open() -> None:
    with opened("127.0.0.1") as ports, pytest.raises(OSError) as caught:  # noqa: PT011 - the number is checked below
        open_ports(("127.0.0.1", "::1"), ports[0].number)
    assert caught.value.errno == errno.EADDRINUSE


def test_a_wildcard_that_stands_for_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports_module, "_local_addresses", list)
    with pytest.raises(OSError, match="assign") as caught:
        open_ports(("::",), 0)
    assert caught.value.errno == errno.EADDRNOTAVAIL


def test_public_addresses_replace_our_own() -> None:
    assert advertised(named("10.0.0.5"), ("192.0.2.1", "2001:db8::1")) == (("192.0.2.1", 7882), ("2001:db8::1", 7882))


def test_loopback_is_told_only_where_there_is_nothing_else() -> None:
    assert advertised(named("127.0.0.1", "10.0.0.5", "::1"), ()) == (("10.0.0.5", 7882),)
    assert advertised(named("127.0.0.1", "::1"), ()) == (("127.0.0.1", 7882), ("::1", 7882))


def test_what_cannot_be_sent_is_counted() -> None:
    counters: Counters = Counter()
    with opened("127.0.0.1") as ports:
        ports[0].send(b"x", ("127.0.0.1", 0), counters)
        ports[0].send(b"x", ports[0].socket.getsockname(), counters)
        assert ports[0].socket.recvfrom(10)[0] == b"x"
    assert counters == {Count.SEND_FAILED: 1}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_what_found_the_socket_full_is_counted() -> None:
    (port,) = open_ports(("127.0.0.1",), 0)
    with port.socket, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        port.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        assert port.overflowed() == 0
        for _ in range(20):
            sender.sendto(bytes(1000), port.socket.getsockname())
        taken = 0
        with suppress(BlockingIOError):
            while port.socket.recv(2000):
                taken += 1
        assert port.overflowed() == 20 - taken > 0
