"""One room in this media process: what it should be, its stage, its connections."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rooms.sfu import rtcp
from rooms.sfu.connection import Connection
from rooms.sfu.counters import Count, Counters
from rooms.sfu.fanout import Hearing
from rooms.sfu.messages import Wanted
from rooms.sfu.rtp import CLOCK_RATE, Packet
from rooms.sfu.stage import SLOTS, TIMESTAMPS, Relay, Stage

REPORT_EVERY = 250
"""Packets of a slot between two sender reports to one listener: five seconds of speech."""


Keep = Callable[[str, int, Packet, float, float], None]
"""What takes a room's name, a member, a packet of theirs that was accepted, and both clocks: `Rings.keep`."""


def forget(room: str, member: int, packet: Packet, now: float, wall: float) -> None:
    """Nothing: nothing is kept."""


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
    ) -> None:
        self.wanted = wanted
        self.stage = Stage(ssrcs, sequence, timestamp)
        self._counters = counters
        self._keep = keep
        self._members: dict[int, list[Connection]] = {}
        self._hearing = tuple(hearing() for _ in range(SLOTS))

    def __iter__(self) -> Iterator[Connection]:
        return (one for connections in self._members.values() for one in connections)

    def __bool__(self) -> bool:
        return bool(self._members)

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
            self._send(self.stage.quit(connection.member, now))

    def push(self, member: int, packet: Packet, now: float, wall: float) -> None:
        """Nothing: the packet was sent to everybody who may hear it, or counted as dropped.

        `now` and `wall` are seconds, monotonic and since 1970.
        """
        relay = self.stage.push(member, packet, now)
        if isinstance(relay, Count):
            self._counters[relay] += 1
            if relay is Count.NO_SLOT:  # who speaks unheard may have been heard a moment ago
                self._keep(self.wanted.room, member, packet, now, wall)
            return
        self._keep(self.wanted.room, member, packet, now, wall)
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
