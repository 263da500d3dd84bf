"""What is read off the machine: CPU, memory, packets the kernel dropped, and what a bare packet costs here."""

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pylibsrtp
from OpenSSL import SSL

from benchmarks.light import Client, Identity

_CPUCLOCK_SCHED = 2


def cpu(pid: int) -> float:
    """CPU seconds of all threads of `pid` so far, user and system, in the scheduler's nanosecond accounting."""
    return time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED)


def memory(pid: int) -> int:
    """Bytes of `pid`'s own memory: what no file backs, so that others who share its libraries do not matter."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss_Anon:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)


def descriptors(pid: int) -> int:
    """How many files, sockets and pipes `pid` has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def dropped(sockets: Iterable[socket.socket]) -> list[int]:
    """For each socket, how many packets its filter has dropped: what the server did deliver."""
    counts = {}
    for table in ("udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            counts[int(columns[9])] = int(columns[12])
    return [counts[os.fstat(one.fileno()).st_ino] for one in sockets]


def busy() -> float:
    """CPU seconds that all cores of the machine have worked so far, for whomever."""
    user, nice, system, _idle, _wait, irq, soft, *_ = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(map(int, (user, nice, system, irq, soft))) / os.sysconf("SC_CLK_TCK")


class Others:
    """Who else works on this machine, from now on: everybody but ourselves and `pids`."""

    def __init__(self, *pids: int) -> None:
        self._pids = pids
        self._began = time.monotonic()
        self._before = self._foreign()

    def cores(self) -> float:
        """Cores that they kept busy on average. Above a few tenths, times and delays tell more of them than of us."""
        return (self._foreign() - self._before) / (time.monotonic() - self._began)

    def _foreign(self) -> float:
        return busy() - time.process_time() - sum(cpu(pid) for pid in self._pids)


def handshake_cost(identity: Identity, times: int = 100) -> float:
    """CPU ms of one side of a bare DTLS handshake, without network or asyncio: the floor of a join."""

    def shake() -> None:
        ends = SSL.Connection(identity.context), SSL.Connection(identity.context)
        ends[0].set_connect_state()
        ends[1].set_accept_state()
        waiting = [ends, ends[::-1]]
        while waiting:
            waiting = [pair for pair in waiting if not _step(*pair)]

    return _cost(shake, times) / 2 / 1000


def _step(one: SSL.Connection, other: SSL.Connection) -> bool:
    """Whether `one` has finished; what it had to say is with `other`."""
    try:
        one.do_handshake()
    except SSL.WantReadError:
        return False
    finally:
        with contextlib.suppress(SSL.WantReadError):
            other.bio_write(one.bio_read(65536))
    return True


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lie, by nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def send_cost(clients: list[Client], rounds: int = 20) -> float:
    """CPU us of one bare `sendto` of 100 bytes to a client's socket: the kernel's share of a relayed packet."""
    addresses = [client.socket.getsockname() for client in clients]
    data = bytes([128]) + bytes(99)
    with socket.socket(clients[0].socket.family, socket.SOCK_DGRAM) as sender:
        return _cost(lambda: [sender.sendto(data, address) for address in addresses], rounds) / len(addresses)


def protect_cost(packets: int = 20_000) -> float:
    """CPU us of encrypting one RTP packet of 112 bytes with AES-256-GCM through pylibsrtp."""
    policy = pylibsrtp.Policy(
        key=bytes(44),
        ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND,
        srtp_profile=pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    )
    session = pylibsrtp.Session(policy)
    tail = bytes(108)
    sequence = iter(range(packets))
    return _cost(lambda: session.protect(b"\x80\x6f" + next(sequence).to_bytes(2, "big") + tail), packets)


def _cost(call: Callable[[], object], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - start) / times * 1e6
