"""One packet to many listeners: built once per view, sealed and sent for each. The hot loop of the house."""

from collections.abc import Iterable

from rooms.sfu.connection import Connection
from rooms.sfu.counters import Count, Counters
from rooms.sfu.rtp import build
from rooms.sfu.stage import SEQUENCES, Relay, View


def fan_out(relay: Relay, hearing: Iterable[Connection], counters: Counters) -> None:
    """Nothing: each of `hearing`, connections that have the slot, was sent the packet, but for the speaker's own.

    A full socket drops that listener's packet: late audio is worthless.
    """
    slot, speaker = relay.slot, relay.member
    built: dict[View, bytes] = {}
    sent = 0
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
    counters[Count.SENT] += sent


def _built(relay: Relay, view: View) -> bytes:
    sequence = (relay.packet.sequence + view.offset) % SEQUENCES
    return build(relay.packet, relay.csrc, view.payload_type, sequence, view.level_id)
