"""One packet to many listeners: built once per view, sealed and sent for each. The hot loop of the house.

`accelerator.py` does the same in C, where a compiler was at hand.
"""

from collections.abc import Iterable
from dataclasses import replace

from rooms.sfu import red
from rooms.sfu.connection import Connection
from rooms.sfu.counters import Count, Counters
from rooms.sfu.listener import View
from rooms.sfu.rtp import build
from rooms.sfu.stage import SEQUENCES, Relay


class Hearing:
    """The connections that have one slot. `fan_out` names the code that sends, for the log and for `Alive`."""

    fan_out = "plain"

    def __init__(self) -> None:
        self.connections: list[Connection] = []

    def add(self, connection: Connection) -> None:
        """Nothing: `connection`, whose peer is ready, is sent every packet from the next one on."""
        self.connections.append(connection)

    def remove(self, connection: Connection) -> None:
        """Nothing: `connection` is sent nothing more."""
        self.connections.remove(connection)

    def send(self, relay: Relay, counters: Counters) -> None:
        """As `fan_out`."""
        fan_out(relay, self.connections, counters)


def fan_out(relay: Relay, hearing: Iterable[Connection], counters: Counters) -> None:
    """Nothing: each of `hearing`, connections that have the slot, was sent the packet, but for the speaker's own.

    A full socket drops that listener's packet: late audio is worthless.
    """
    slot, speaker = relay.slot, relay.member
    built: dict[View, bytes] = {}
    sent = octets = 0
    for connection in hearing:
        listener = connection.listener
        if listener.member == speaker:
            continue
        view = listener.views[slot]
        packet = built.get(view)
        if packet is None:
            packet = built[view] = _built(relay, view)
        sealed = connection.peer.seal(packet)
        if sealed is None:
            counters[Count.SEAL_FAILED] += 1
            continue
        try:
            connection.sendto(sealed, connection.address)
        except BlockingIOError:
            counters[Count.SEND_FULL] += 1
        except OSError:
            counters[Count.SEND_FAILED] += 1
        else:
            sent += 1
            octets += len(sealed)
    counters[Count.SENT] += sent
    counters[Count.SENT_BYTES] += octets


def _built(relay: Relay, view: View) -> bytes:
    packet, payload_type = relay.packet, view.payload_type
    if packet.copies and view.red_type is not None:
        payload = red.build(packet.payload, packet.copies[-view.copies :], view.payload_type)
        packet, payload_type = replace(packet, payload=payload), view.red_type
    return build(packet, relay.csrc, payload_type, (packet.sequence + view.offset) % SEQUENCES, view.level_id)
