"""One member's connection: what was negotiated, where it is, when it was last seen."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rooms.sfu import ice, rtcp
from rooms.sfu.answers import Local
from rooms.sfu.counters import Count, Counters
from rooms.sfu.listener import Listener
from rooms.sfu.offers import Offer
from rooms.sfu.peer import Peer
from rooms.sfu.ports import Port
from rooms.sfu.quality import Line
from rooms.sfu.red import Need
from rooms.sfu.rtp import CLOCK_RATE, Packet

if TYPE_CHECKING:
    from rooms.sfu.accelerator import Target
    from rooms.sfu.room import Room

MAX_ADDRESSES = 4
REPORT_EVERY = 1.0
"""Seconds between two receiver reports to a speaker whose packets arrive; his page shows by them that he is heard."""
SILENT = 6.0
"""Seconds without a checked request after which an address is left for another that was not nominated: browsers check
every 2.5 to 5 s.
"""

TELL_EVERY = 10.0
"""Seconds between two reports of where a peer is, at least: one who moves to and fro does not fill the log."""


def _nowhere(data: bytes, address: Any) -> None:
    """Nothing: a connection without an address sends nothing."""


@dataclass(slots=True, eq=False)
class Connection:
    """What the media process knows of one peer; times are monotonic seconds.

    `visit` counts how often the member had gone before it was opened, `hop` how often they had come to another process.
    `seen` is when its last checked STUN request came, `heard_at` the last one from `address`, where its packets go by
    `sendto`; `addresses` are all that it was checked at, the newest last. `told` is where the web side knows it to be,
    by a report of `told_at`. `doubted` tells since when it may have said goodbye. `target` is what the accelerator
    knows of it, once it hears. `routine` are the checks that it goes on to send from where it is.
    """

    id: str
    room: "Room"
    local: Local
    offer: Offer
    answer: str
    listener: Listener
    opened: float
    seen: float
    peer: Peer
    visit: int = 0
    hop: int = 0
    connected: bool = False
    handshake: "asyncio.Task[None] | None" = None
    port: Port | None = None
    address: Any = None
    sendto: Callable[[bytes, Any], Any] = _nowhere
    target: "Target | None" = None
    routine: ice.Routine | None = None
    heard_at: float = 0.0
    told: tuple[Port | None, Any] = (None, None)
    told_at: float = 0.0
    doubted: float | None = None
    addresses: list[tuple[Port, Any]] = field(default_factory=list)
    reception: rtcp.Reception | None = None
    need: Need = field(default_factory=Need)
    sending: Line = field(default_factory=Line)
    hearing: Line = field(default_factory=Line)

    @property
    def member(self) -> int:
        """The member's number in the room."""
        return self.listener.member

    @property
    def place(self) -> tuple[Port | None, Any]:
        """Where it is now."""
        return self.port, self.address

    def strays(self) -> bool:
        """True when it is to be told that it is not any more where the web side knows it to be."""
        return self.connected and self.told != self.place and self.seen - self.told_at > TELL_EVERY

    def path(self) -> tuple[str, int, str, str]:
        """Address and port that its packets come from, those they are sent to, and udp or tcp; none without a port."""
        if self.port is None:
            return "", 0, "", ""
        host, number = self.address[:2]
        return host, number, f"{self.port.host}:{self.port.number}", "tcp" if self.port.stream else "udp"

    def checked(self, port: Port, address: Any, *, nominated: bool, now: float) -> bool:
        """True when the connection's packets go to another `address` from now on.

        Call it for requests whose integrity was checked, only. A browser nominates the address it chose; others are
        followed when the present one has gone silent (a NAT that forgot).
        """
        self.seen, self.doubted = now, None
        self._remember(port, address)
        here = self.address == address and self.port is port
        moves = not here and (nominated or self.address is None or now - self.heard_at > SILENT)
        if here or moves:
            self.heard_at = now
        if moves:
            self.address, self.port, self.sendto = address, port, port.sender()
            if self.target:
                self.target.aim(port, address)
        return moves

    def repeated(self, port: Port, address: Any, data: bytes, now: float) -> bytes | None:
        """The answer to `data`, where it is the check of `routine` once more, and counts as any that was checked."""
        if self.routine is None or self.port is not port or self.address != address:
            return None
        answer = self.routine.answer(data)
        if answer:
            self.seen, self.heard_at, self.doubted = now, now, None
        return answer

    def holds(self, port: Port, address: Any, now: float) -> bool:
        """True while this connection lives at `address`: checks for others, with a forged source maybe, count not."""
        return self.port is port and self.address == address and now - self.heard_at < SILENT

    def _remember(self, port: Port, address: Any) -> None:
        if port.known.get(address) is self:
            return
        port.known[address] = self
        self.addresses.append((port, address))
        if len(self.addresses) > MAX_ADDRESSES:
            old = next(one for one in self.addresses if one != (self.port, self.address))
            self.addresses.remove(old)
            self._forget(*old)

    def _forget(self, port: Port, address: Any) -> None:
        if port.known.get(address) is self:
            del port.known[address]

    def note(self, packet: Packet, now: float, counters: Counters) -> rtcp.Block | None:
        """What the speaker was told of how his packets arrive: with the first, and once a second while they come.

        It costs no timer: who sends nothing is told nothing.
        """
        arrival = int(now * CLOCK_RATE)
        if self.reception is None or self.reception.ssrc != packet.ssrc:
            transit = arrival - packet.timestamp
            self.reception = rtcp.Reception(packet.ssrc, packet.sequence, packet.sequence, transit)
        self.reception.note(packet.sequence, packet.timestamp, arrival)
        if now - self.reception.told_at < REPORT_EVERY:
            return None
        self.reception.told_at = now
        self.send_rtcp(rtcp.receiver_report(self.local.ssrcs[0], self.reception), counters)
        return rtcp.Block(packet.ssrc, self.reception.lost, round(self.reception.jitter))

    def send(self, data: bytes, counters: Counters) -> None:
        """Nothing: `data` was given to the socket, or counted where it is full or the address cannot be reached."""
        if self.port:
            self.port.send(data, self.address, counters)

    def send_rtcp(self, packet: bytes, counters: Counters) -> None:
        """Nothing: the RTCP `packet` was sealed and sent, or counted."""
        sealed = self.peer.seal_rtcp(packet)
        if sealed is None:
            counters[Count.SEAL_FAILED] += 1
        else:
            self.send(sealed, counters)

    def forget(self) -> None:
        """Nothing: no address leads to this connection any more."""
        for port, address in self.addresses:
            self._forget(port, address)
        self.addresses.clear()
