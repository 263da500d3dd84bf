"""The light clients' own RTP, and that a break in what a listener hears does not go unseen."""

from dataclasses import replace

from benchmarks import packets, sdp
from rooms.sfu import rtp

REMOTE = sdp.Remote("u", "p", ("127.0.0.1", 1), "AB", "passive", level_id=1, mid_id=4, ssrcs=())
FIRST = packets.Packet(7, 65535, 2**32 - 960, (1,), 111, b"x" + bytes(20), 0)


def follow(packet: packets.Packet, timestamp: int | None = None) -> packets.Packet:
    then = (packet.timestamp + 960) % 2**32 if timestamp is None else timestamp
    return replace(packet, sequence=(packet.sequence + 1) % 65536, timestamp=then)


def test_a_voice_is_read_alike_by_both_witnesses() -> None:
    data = packets.Voice(5, REMOTE).next(123, level=42)
    ours, theirs = packets.parse(data, 0), rtp.parse(data, 1)
    assert (
        (ours.ssrc, ours.sequence, ours.timestamp)
        == (theirs.ssrc, theirs.sequence, theirs.timestamp)
        == (5, 1001, 5960)
    )
    assert ours.payload == theirs.payload
    assert theirs.level == 42
    assert ours.sent == 123
    assert 80 <= len(ours.payload) <= 120


def test_a_stream_that_wraps_around_is_continuous() -> None:
    assert packets.breaks([FIRST, follow(FIRST)]) == []


def test_a_pause_in_time_is_no_break() -> None:
    assert packets.breaks([FIRST, follow(FIRST, timestamp=48_000)]) == []


def test_a_lost_a_doubled_and_a_reordered_packet_are_breaks() -> None:
    second = follow(FIRST)
    third = follow(second)
    assert packets.breaks([FIRST, third])
    assert packets.breaks([FIRST, FIRST])
    assert packets.breaks([FIRST, third, second])


def test_time_that_stands_or_goes_back_is_a_break() -> None:
    assert packets.breaks([FIRST, follow(FIRST, timestamp=FIRST.timestamp)])
    assert packets.breaks([FIRST, follow(FIRST, timestamp=FIRST.timestamp - 960)])


def test_slots_are_looked_at_apart() -> None:
    other = replace(FIRST, ssrc=8, sequence=1)
    assert packets.breaks([FIRST, other, follow(FIRST), follow(other)]) == []
