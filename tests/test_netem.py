"""A bad network that is bad in the same way each time."""

import socket
from itertools import pairwise
from time import monotonic

from tests.netem import BLOCKED, SLOW, Line, Proxy, Weather, Wire


def test_the_same_seed_loses_the_same_packets() -> None:
    one, two, other = ([line.arrival(0, SLOW) for _ in range(1000)] for line in (Line("a"), Line("a"), Line("b")))
    assert one == two
    assert one != other


def test_as_many_are_lost_as_was_said() -> None:
    line = Line("a")
    assert 400 < sum(line.arrival(0, SLOW) is None for _ in range(10_000)) < 600
    assert [line.arrival(0, BLOCKED) for _ in range(100)] == [None] * 100


def test_packets_come_late_and_in_order() -> None:
    line = Line("a")
    arrivals = [line.arrival(now / 100, Weather(delay=0.3, jitter=0.2)) for now in range(100)]
    times = [arrival for arrival in arrivals if arrival is not None]
    assert times == sorted(times)
    assert all(0.3 <= arrival - now / 100 <= 0.51 for now, arrival in enumerate(times))


def test_bursts_lose_as_much_and_so_many_in_a_row() -> None:
    line, weather = Line("a"), Weather(loss=0.1, burst=4)
    lost = [line.arrival(0, weather) is None for _ in range(50_000)]
    bursts = sum(now and not before for before, now in pairwise(lost))
    assert 0.08 < sum(lost) / len(lost) < 0.12
    assert 3.5 < sum(lost) / bursts < 4.5


def test_packets_overtake_each_other_and_come_twice_where_the_weather_says_so() -> None:
    line, weather = Line("a"), Weather(delay=0.1, jitter=0.1, twice=0.1, overtakes=True)
    arrivals = [line.arrival(now / 100, weather) or 0.0 for now in range(1000)]
    assert arrivals != sorted(arrivals)
    assert all(0.1 <= arrival - now / 100 <= 0.2 for now, arrival in enumerate(arrivals))
    assert 1050 < sum(line.times(weather) for _ in range(1000)) < 1150
    assert {line.times(Weather()) for _ in range(100)} == {1}


def test_a_proxy_passes_on_and_back_and_moves() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as server, socket.socket(type=socket.SOCK_DGRAM) as client:
        server.bind(("127.0.0.1", 0))
        for door in (server, client):
            door.settimeout(5)
        with Proxy(server.getsockname()) as proxy:
            addresses = []
            for _ in range(2):
                proxy.move()
                client.sendto(b"hello", ("127.0.0.1", proxy.port))
                data, address = server.recvfrom(100)
                server.sendto(data.upper(), address)
                assert client.recv(100) == b"HELLO"
                addresses.append(address)
            assert addresses[0] != addresses[1]


def test_what_tcp_loses_comes_again_later_and_everything_in_order() -> None:
    line = Line("a")
    arrivals = [line.arrival_at_last(now, SLOW) for now in range(10_000)]
    assert arrivals == sorted(arrivals)
    assert 400 < sum(arrival - now > 1 for now, arrival in enumerate(arrivals)) < 600
    at_once = [line.arrival_at_last(20_000, SLOW) for _ in range(100)]
    assert at_once == sorted(at_once)
    assert at_once[-1] > 20_001  # behind one that was lost


def test_a_wire_passes_on_and_back_late_and_whole_and_no_faster_than_it_is() -> None:
    sent = bytes(range(256)) * 400
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        Wire(server.getsockname(), weather=Weather(delay=0.05, loss=0.05), rate=200_000) as wire,
        socket.create_connection(("127.0.0.1", wire.port), timeout=5) as client,
    ):
        began = monotonic()
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        other, _ = server.accept()
        with other, other.makefile("rb") as stream:
            assert stream.read() == sent
            assert monotonic() - began >= 0.15 + len(sent) / 200_000
            other.sendall(b"thank you")
        with client.makefile("rb") as stream:
            assert stream.read() == b"thank you"
