"""One room in this media process: what it should be, its stage, its connections."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rooms.sfu import rtcp
from rooms.sfu.connection import Connection
from rooms.sfu.counters import Count, Counters
from rooms.sfu.fanout import Hearing
from rooms.sfu.messages import Wanted
from rooms.sfu.origins import Origins
from rooms.sfu.parcels import Parcel
from rooms.sfu.rtp import CLOCK_RATE, Packet
from rooms.sfu.stage import SLOTS, TIMESTAMPS, Relay, Stage

REPORT_EVERY = 250
"""Packets of a slot between two sender reports to one listener: five seconds of speech."""
HERE = ""
"""The name of this process among those a member may be heard by."""

Keep = Callable[[str, int, Packet, float, float], None]
"""What takes a room's name, a member, a packet of theirs that was accepted, and both clocks: `Rings.keep`."""


def forget(room: str, member: int, packet: Packet, now: float, wall: float) -> None:
    """Nothing: nothing is kept."""


Share = Callable[[str, Parcel], None]
"""What takes a room's name and what other processes that carry the room must hear of ours: `Bridge.send`."""


def alone(room: str, parcel: Parcel) -> None:
    """Nothing: nobody else carries the room."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A connection that must be closed, and the word for `messages.Gone`."""

    connection: Connection
    reason: str


class Room:
    """A room's wanted state, stage and connections; nothing here waits or wakes up by itself."""

    def __init__(
        self,
        wanted: Wanted,
        ssrcs: tuple[int, ...],
        sequence: int,
        timestamp: int,
        counters: Counters,
        hearing: Callable[[], Hearing] = Hearing,
        keep: Keep = forget,
        share: Share = alone,
    ) -> None:
        self.wanted = wanted
        self.stage = Stage(ssrcs, sequence, timestamp)
        self._counters = counters
        self._keep, self._share = keep, share
        self._origins = Origins()
        self._members: dict[int, list[Connection]] = {}
        self._hearing = tuple(hearing() for _ in range(SLOTS))

    def __iter__(self) -> Iterator[Connection]:
        return (one for connections in self._members.values() for one in connections)

    def __bool__(self) -> bool:
        return bool(self._members)

    @property
    def members(self) -> Iterable[int]:
        """Those of whom there are connections."""
        return self._members

    @property
    def ssrcs(self) -> tuple[int, ...]:
        """The SSRC of each slot."""
        return tuple(slot.ssrc for slot in self.stage.slots)

    def want(self, wanted: Wanted, now: float) -> list[Ended]:
        """The connections that may not be here any more. An older version than the last is ignored.

        Who may not speak any more is silent at once. `now` in monotonic seconds.
        """
        if wanted.version < self.wanted.version:
            return []
        self.wanted = wanted
        self._send(self.stage.allow(wanted.speak if wanted.live else (), now))
        if not wanted.live:
            return [Ended(one, "ended") for one in self]
        return [Ended(one, "removed") for member in wanted.absent for one in self._members.get(member, ())]

    def drop(self, member: int, visit: int) -> list[Ended]:
        """The member's connections from this visit and earlier ones: they may not be here any more."""
        return [Ended(one, "dropped") for one in self._members.get(member, ()) if one.visit <= visit]

    def add(self, connection: Connection) -> list[Ended]:
        """The member's other connections that never connected: one may be on the way, beside one that hears.

        `connection` belongs to the room from now on, and hears nothing until `connect`.
        """
        connections = self._members.setdefault(connection.member, [])
        pending = [Ended(one, "replaced") for one in connections if not one.connected]
        connections.append(connection)
        return pending

    def connect(self, connection: Connection) -> list[Ended]:
        """The member's older connections; `connection` hears the room from now on."""
        connection.connected = True
        self.stage.join(connection.listener)
        for slot, _ in enumerate(connection.listener.views):
            self._hearing[slot].add(connection)
        return [
            Ended(one, "replaced")
            for one in self._members[connection.member]
            if one is not connection and one.opened <= connection.opened
        ]

    def move(self, member: int, peer: str, now: float) -> list[Ended]:
        """The member's connections here, who is heard by `peer` on another process from now on, and not silent."""
        left = [one for one in self._members.get(member, ()) if one.connected and one.id != peer]
        for one in left:
            self._origins.moves(member, one.hop, now)
        return [Ended(one, "replaced") for one in left]

    def lose(self, sfus: Iterable[str], now: float) -> None:
        """Nothing: whoever was heard by one of these processes, which carry the room no more, has left his slot."""
        for member in (member for sfu in sfus for member in self._origins.lose(sfu)):
            self._send(self.stage.quit(member, now))

    def remove(self, connection: Connection, now: float) -> None:
        """Nothing: `connection` is not in the room any more."""
        if connection.connected:
            self.stage.leave(connection.listener)
            for slot, _ in enumerate(connection.listener.views):
                self._hearing[slot].remove(connection)
        others = self._members[connection.member]
        others.remove(connection)
        if not others:
            del self._members[connection.member]
            if self._quit(connection.member, connection.hop, now):
                self._share(self.wanted.room, Parcel(connection.member, connection.hop, None))

    def _quit(self, member: int, hop: int, now: float) -> bool:
        """True when `member` has left his slot: he was heard by this connection, which ended, and by no newer one."""
        last = self._origins.leave(member, hop)
        if last:
            self._send(self.stage.quit(member, now))
        return last

    def push(self, member: int, packet: Packet, now: float, wall: float, hop: int = 0) -> None:
        """Nothing: the packet was sent to everybody who may hear it, or counted as dropped.

        `now` and `wall` are seconds, monotonic and since 1970; `hop` is the connection's that it came by.
        """
        if not self._origins.heard(member, hop, HERE, now):
            self._counters[Count.ELSEWHERE] += 1
            return
        relay = self.stage.push(member, packet, now)
        if isinstance(relay, Count):
            self._counters[relay] += 1
            if relay is Count.NO_SLOT:  # who speaks unheard may have been heard a moment ago
                self._keep(self.wanted.room, member, packet, now, wall)
            return
        self._share(self.wanted.room, Parcel(member, hop, packet))
        self._keep(self.wanted.room, member, packet, now, wall)
        self._relay(relay, now, wall)

    def overhear(self, sfu: str, parcel: Parcel, now: float, wall: float) -> None:
        """Nothing: what the process `sfu` relayed of its member goes on here, as `push` does it; it is not kept."""
        member, packet = parcel.member, parcel.packet
        if packet is None:
            self._quit(member, parcel.hop, now)
        elif not self._origins.heard(member, parcel.hop, sfu, now):
            self._counters[Count.ELSEWHERE] += 1
        elif isinstance(relay := self.stage.push(member, packet, now), Count):
            self._counters[relay] += 1
        else:
            self._relay(relay, now, wall)

    def _relay(self, relay: Relay, now: float, wall: float) -> None:
        self._counters[Count.RELAYED] += 1
        self._send((relay,))
        self._report(relay.slot, now, wall)

    def reported(self, connection: Connection, blocks: list[rtcp.Block]) -> None:
        """Nothing: a listener whose line loses what he is sent is sent it more often."""
        if blocks and connection.need.report(max(block.lost for block in blocks)):
            self.stage.repeat(connection.listener, connection.need.copies)

    def _send(self, relays: Iterable[Relay]) -> None:
        for relay in relays:
            self._hearing[relay.slot].send(relay, self._counters)

    def _report(self, number: int, now: float, wall: float) -> None:
        """Nothing: the next few listeners got a sender report, so that all have one every five seconds of speech."""
        slot, hearing = self.stage.slots[number], self._hearing[number].connections
        phase = slot.packets % REPORT_EVERY
        start, end = (packets * len(hearing) // REPORT_EVERY for packets in (phase, phase + 1))
        share = hearing[start:end]
        if not share:
            return
        timestamp = (slot.timestamp + round((now - slot.heard_at) * CLOCK_RATE)) % TIMESTAMPS
        report = rtcp.sender_report(slot.ssrc, wall, timestamp, slot.packets, slot.octets)
        for connection in share:
            connection.send_rtcp(report, self._counters)
        self._counters[Count.SENDER_REPORTS] += len(share)
