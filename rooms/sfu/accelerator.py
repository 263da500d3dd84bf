"""The fan-out in C (`fanout.c`), where `rooms.sfu.build` could compile it: one call per packet for all its listeners.

Who may touch what while the call runs without the GIL: it is made by the event loop's thread, the only one that knows
rooms, connections, sockets and SRTP sessions, and that thread is inside the call. Other threads (asyncio resolves names
in one) may run Python meanwhile, the garbage collector too; it frees what nobody holds, but the call's frame holds the
`Hearing`, which holds the connections, which hold their targets, which hold their keys and SRTP sessions, also when the
peer was closed. Sockets are closed when the process ends, after the last packet. Nor may two threads seal at once: each
listener's key goes through one context of the process.
"""

import socket
from array import array
from collections.abc import Callable
from ctypes import (
    CDLL,
    Structure,
    addressof,
    byref,
    c_char_p,
    c_int,
    c_int32,
    c_size_t,
    c_uint8,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
    create_string_buffer,
)
from functools import partial
from pathlib import Path
from typing import Any

from rooms.sfu import red
from rooms.sfu.build import library
from rooms.sfu.connection import Connection
from rooms.sfu.counters import Count, Counters
from rooms.sfu.fanout import Hearing, fan_out
from rooms.sfu.gcm import sealing
from rooms.sfu.listener import View
from rooms.sfu.peer import TRAILER
from rooms.sfu.ports import Port
from rooms.sfu.red import MANY
from rooms.sfu.rtp import build
from rooms.sfu.srtp import SALT
from rooms.sfu.stage import SLOTS, Relay

SEALING = sealing()
STREAM = -2
"""In place of a socket: the target is in a stream, which C does not write to."""


class _View(Structure):
    _fields_ = [
        ("offset", c_uint16),
        ("payload_type", c_uint8),
        ("level_id", c_uint8),
        ("red_type", c_uint8),
        ("copies", c_uint8),
    ]


class _Packet(Structure):
    _fields_ = [
        ("data", c_char_p),
        ("size", c_uint32),
        ("head", c_uint32),
        ("level", c_int32),
        ("slot", c_uint32),
        ("member", c_uint32),
        ("copies", c_uint32),
        ("red_sizes", c_uint32 * MANY),
        ("red", c_char_p * MANY),
    ]


class _Tally(Structure):
    _fields_ = [
        ("sent", c_uint32),
        ("full", c_uint32),
        ("failed", c_uint32),
        ("unsealed", c_uint32),
        ("streams", c_uint32),
        ("octets", c_uint32),
    ]


class _Numbers(Structure):
    _fields_ = [("window", c_uint64), ("highest", c_uint64), ("ssrc", c_uint32)]


class Target(Structure):
    """One connection as C sees it: what its packets are sealed with, where they go, its views.

    With an AEAD its RTP is sealed here alone, also what goes into a stream: who numbers the packets must be one.
    """

    _fields_ = [
        ("session", c_void_p),
        ("socket", c_int32),
        ("member", c_uint32),
        ("length", c_uint32),
        ("address", c_uint8 * 28),
        ("views", _View * SLOTS),
        ("key_size", c_uint32),
        ("key", c_uint8 * 32),
        ("salt", c_uint8 * SALT),
        ("numbers", _Numbers * SLOTS),
    ]

    def __init__(self, code: CDLL, connection: Connection) -> None:
        keys = connection.peer.entrust(self.seal if SEALING.whole else None)
        session, self._keep = connection.peer.outgoing
        super().__init__(session=None if keys else session, member=connection.member, socket=-1)
        self._code = code
        if keys:
            self.key_size = len(keys.key)
            self.key[: self.key_size] = keys.key
            self.salt[:] = keys.salt
        for slot, view in enumerate(connection.listener.views):
            self.look(slot, view)
        if connection.port:
            self.aim(connection.port, connection.address)

    def seal(self, packet: bytes) -> bytes | None:
        """The SRTP packet for the RTP `packet`, as `rtp.build` made it; None where its number was used before."""
        data, size = create_string_buffer(packet, len(packet) + TRAILER), c_int(len(packet))
        if self._code.stoa_seal(byref(SEALING), byref(self), data, byref(size)):
            return None
        return data.raw[: size.value]

    def aim(self, port: Port, address: Any) -> None:
        """Nothing: the packets go by `port` to `address`, as `recvfrom` gave it; those into a stream go by Python."""
        if port.stream:
            self.socket = STREAM
            return
        host, number, *more = address
        packed = socket.inet_pton(port.socket.family, host.partition("%")[0])
        self._code.stoa_aim(byref(self), port.socket.fileno(), packed, len(packed), number, more[1] if more else 0)

    def look(self, slot: int, view: View) -> None:
        """Nothing: `slot` is seen as `view` from now on."""
        self.views[slot] = _View(view.offset, view.payload_type, view.level_id or 0, view.red_type or 0, view.copies)


class Crowd(Hearing):
    """The connections that have one slot, and their targets' places in memory, in the same order."""

    fan_out = "accelerated"

    def __init__(self, code: CDLL) -> None:
        super().__init__()
        self._code = code
        self._targets = array("L")  # as wide as a pointer on every Unix
        self._tally = _Tally()

    def add(self, connection: Connection) -> None:
        """Nothing: `connection`, whose peer is ready, is sent every packet from the next one on."""
        if connection.target is None:
            connection.target = Target(self._code, connection)
            connection.listener.turned = connection.target.look
        self._targets.append(addressof(connection.target))
        super().add(connection)

    def remove(self, connection: Connection) -> None:
        """Nothing: `connection` is sent nothing more."""
        del self._targets[self.connections.index(connection)]
        super().remove(connection)

    def send(self, relay: Relay, counters: Counters) -> None:
        """As `fan_out`."""
        data = build(relay.packet, relay.csrc, 0, relay.packet.sequence, None)
        level = -1 if relay.packet.level is None else relay.packet.level
        packet = _Packet(data, len(data), len(data) - len(relay.packet.payload), level, relay.slot, relay.member)
        packet.copies = len(relay.packet.copies)
        for number in range(packet.copies):
            whole = red.build(relay.packet.payload, relay.packet.copies[-1 - number :], 0)
            packet.red[number], packet.red_sizes[number] = whole, len(whole)
        first, count = self._targets.buffer_info()
        tally = self._tally
        if self._code.stoa_fan_out(byref(SEALING), first, count, byref(packet), byref(tally)):
            raise ValueError("a packet out of bounds")
        if tally.streams:
            fan_out(relay, [one for one in self.connections if one.port and one.port.stream], counters)
        counters[Count.SENT] += tally.sent
        counters[Count.SENT_BYTES] += tally.octets
        if tally.full or tally.failed or tally.unsealed:
            counters[Count.SEND_FULL] += tally.full
            counters[Count.SEND_FAILED] += tally.failed
            counters[Count.SEAL_FAILED] += tally.unsealed


def load(path: Path) -> CDLL:
    """The compiled code at `path`. Raises `OSError` when it is not there or not for this machine."""
    code = CDLL(str(path))
    code.stoa_fan_out.argtypes = [c_void_p, c_void_p, c_size_t, c_void_p, c_void_p]
    code.stoa_seal.argtypes = [c_void_p] * 4
    code.stoa_aim.argtypes = [c_void_p, c_int, c_char_p, c_size_t, c_uint16, c_uint32]
    code.stoa_aim.restype = None
    return code


def hearing() -> Callable[[], Hearing]:
    """What makes a slot's hearing on this machine: compiled if it is, in plain Python if not."""
    try:
        return partial(Crowd, load(library()))
    except OSError:
        return Hearing
