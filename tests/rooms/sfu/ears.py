"""Listeners with real sockets and real SRTP, without DTLS: what the fan-out's tests send to."""

import socket
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi

from rooms.sfu import srtp
from rooms.sfu.connection import Connection
from rooms.sfu.counters import Count, Counters
from rooms.sfu.listener import Listener, Shape, View
from rooms.sfu.peer import Seal
from rooms.sfu.ports import Port

LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
PROFILE = Policy.SRTP_PROFILE_AEAD_AES_256_GCM
PROFILES = {
    Policy.SRTP_PROFILE_AES128_CM_SHA1_80: 30,
    Policy.SRTP_PROFILE_AES128_CM_SHA1_32: 30,
    Policy.SRTP_PROFILE_AEAD_AES_128_GCM: 28,
    PROFILE: 44,
}
"""Every profile that DTLS may agree on, and the bytes of its key and salt."""
WITHOUT_AEAD = 30


def packets(counters: Counters) -> Counters:
    """What was counted but for the bytes."""
    return Counter({name: number for name, number in counters.items() if number and name is not Count.SENT_BYTES})


def master(member: int, profile: int = PROFILE) -> bytes:
    """The key and salt of `member`, always the same."""
    return member.to_bytes(2, "big") * (PROFILES[profile] // 2)


def session(member: int, profile: int = PROFILE) -> Session:
    """A session of libsrtp's that seals for `member`, under the policy that aiortc has."""
    policy = Policy(key=master(member, profile), ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile)
    policy.allow_repeat_tx, policy.window_size = True, 1024
    return Session(policy)


class Sealing:
    """A peer after its handshake."""

    def __init__(self, member: int, profile: int = PROFILE) -> None:
        self.session = session(member, profile)
        self._master = None if PROFILES[profile] == WITHOUT_AEAD else master(member, profile)
        self._seal: Seal = self._protect

    def entrust(self, seal: Seal | None) -> srtp.Keys | None:
        assert self._seal == self._protect, "given away before"
        if self._master is None or seal is None:
            return None
        self._seal = seal
        return srtp.session(self._master)

    def seal(self, packet: bytes) -> bytes | None:
        return self._seal(packet)

    def _protect(self, packet: bytes) -> bytes | None:
        try:
            return self.session.protect(packet)
        except Exception:  # noqa: BLE001  # pylibsrtp's, raised by the test's own doing
            return None

    def seal_rtcp(self, packet: bytes) -> bytes:
        return self.session.protect_rtcp(packet)

    @property
    def outgoing(self) -> tuple[int, object]:
        holder = self.session._srtp
        return int(ffi.cast("uintptr_t", holder[0])), holder


def port(family: socket.AddressFamily = socket.AF_INET) -> Port:
    """A socket of ours on the loopback address of `family`."""
    udp = socket.socket(family, socket.SOCK_DGRAM)
    udp.setblocking(False)
    udp.bind((LOOPBACK[family], 0))
    return Port(udp, LOOPBACK[family], udp.getsockname()[1])


class Ear:
    """One listener: `connection` is ours of it, `heard` what has arrived so far, sealed."""

    def __init__(self, member: int, via: Port, views: tuple[View, ...] = (), profile: int = PROFILE) -> None:
        self.socket = socket.socket(via.socket.family, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind((LOOPBACK[via.socket.family], 0))
        nothing, peer = cast("Any", None), cast("Any", Sealing(member, profile))
        listener = Listener(member, (Shape(111, 1),) * 3)
        self.connection = Connection(str(member), nothing, nothing, nothing, "", listener, 0.0, 0.0, peer)
        listener.views = list(views)
        self.connection.checked(via, self.socket.getsockname(), nominated=True, now=0.0)

    @property
    def heard(self) -> list[bytes]:
        packets = []
        while True:
            try:
                packets.append(self.socket.recv(2048))
            except BlockingIOError:
                return packets


class Pipe(Port):
    """A stream that keeps what it is given."""

    stream = True

    def __init__(self) -> None:
        super().__init__(socket.socket(), "127.0.0.1", 7881)
        self.sent: list[bytes] = []

    def sender(self) -> Callable[[bytes, Any], Any]:
        return lambda data, _: self.sent.append(data)
