"""Contract of `rooms.sfu.rtcp`: aiortc reads what we write, we read what it writes, and refuse the rest."""

from contextlib import suppress
from random import Random

import pytest
from aiortc.rtp import (
    RtcpByePacket,
    RtcpPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
)
from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu.refusals import Code, Refused
from rooms.sfu.rtcp import NTP_EPOCH, Block, Reception, goodbye, parse, receiver_report, round_trip, sender_report

BLOCK = RtcpReceiverInfo(ssrc=7, fraction_lost=12, packets_lost=3, highest_sequence=900, jitter=55, lsr=1, dlsr=2)


def test_a_sender_report_ties_the_timestamp_to_the_wall_clock() -> None:
    report, names = RtcpPacket.parse(sender_report(0xCAFE, 1_700_000_000.5, 4242, 10, 800))
    assert isinstance(report, RtcpSrPacket)
    assert isinstance(names, RtcpSdesPacket)
    assert report.ssrc == 0xCAFE
    assert report.sender_info.ntp_timestamp == (1_700_000_000 + NTP_EPOCH << 32) + (1 << 31)
    assert (report.sender_info.rtp_timestamp, report.sender_info.packet_count) == (4242, 10)
    assert report.sender_info.octet_count == 800
    assert [(chunk.ssrc, chunk.items) for chunk in names.chunks] == [(0xCAFE, [(1, b"stoa")])]


def test_counts_beyond_32_bits_wrap() -> None:
    report, _ = RtcpPacket.parse(sender_report(1, 0.0, 0, (1 << 32) + 5, (1 << 33) + 6))
    assert isinstance(report, RtcpSrPacket)
    assert (report.sender_info.packet_count, report.sender_info.octet_count) == (5, 6)


def test_a_goodbye_ends_every_slot() -> None:
    last = RtcpPacket.parse(goodbye((1, 2, 3)))[-1]
    assert isinstance(last, RtcpByePacket)
    assert last.sources == [1, 2, 3]


def test_the_round_trip_is_what_passed_less_what_he_waited() -> None:
    wall = 1_800_000_000.0
    asked = sender_report(7, wall, 0, 1, 1)
    middle = int.from_bytes(asked[10:14], "big")
    assert round_trip(Block(7, 0, 0, middle, 65536 // 2), wall + 0.75) == pytest.approx(0.25, abs=0.001)
    assert round_trip(Block(7, 0, 0, middle, 65536), wall + 0.999) == 0.0
    assert round_trip(Block(7, 0, 0, 0, 65536), wall) is None


def test_the_blocks_of_receiver_and_sender_reports_are_read() -> None:
    info = RtcpSenderInfo(ntp_timestamp=1, rtp_timestamp=2, packet_count=3, octet_count=4)
    data = bytes(RtcpRrPacket(ssrc=1, reports=[BLOCK, BLOCK])) + bytes(RtcpByePacket(sources=[9]))
    data += bytes(RtcpSrPacket(ssrc=1, sender_info=info, reports=[BLOCK]))
    assert parse(data) == [Block(ssrc=7, lost=12, jitter=55, last=1, delay=2)] * 3


def received(*sequences: int) -> Reception:
    reception = Reception(7, sequences[0], sequences[0], 0)
    for number, sequence in enumerate(sequences):
        reception.note(sequence % 65_536, number * 960, number * 960)
    return reception


def told(reception: Reception) -> RtcpReceiverInfo:
    report, names = RtcpPacket.parse(receiver_report(5, reception))
    assert isinstance(report, RtcpRrPacket)
    assert isinstance(names, RtcpSdesPacket)
    assert report.ssrc == 5
    return report.reports[0]


def test_a_speaker_is_told_what_was_lost_since_the_last_report() -> None:
    reception = received(*range(0, 100, 2))
    first = told(reception)
    assert (first.ssrc, first.packets_lost, first.fraction_lost, first.highest_sequence) == (7, 49, 49 * 256 // 99, 98)
    for sequence in range(99, 199):
        reception.note(sequence, 0, 0)
    assert (told(reception).packets_lost, told(reception).fraction_lost) == (49, 0)


def test_a_receiver_report_is_these_bytes() -> None:
    reception = received(65_533, 65_534, 65_537, 65_538)  # 65,535 and 0 are lost on the way round
    report = bytes.fromhex("81c90007 0000cafe 00000007 55000002 00010002 00000000 00000000 00000000")
    assert receiver_report(0xCAFE, reception)[:32] == report
    assert receiver_report(0xCAFE, reception)[32:] == bytes.fromhex("81ca0003 0000cafe 0104 73746f61 0000")


@given(st.integers(0, 65_535), st.lists(st.booleans(), min_size=1, max_size=300), st.randoms(use_true_random=False))
def test_what_is_lost_and_what_came_are_all_that_was_sent(first: int, arrived: list[bool], chance: Random) -> None:
    sequences = [first, *(first + 1 + number for number, here in enumerate(arrived) if here)]
    shuffled = sequences[1:]
    for start in range(0, len(shuffled), 8):  # out of order, as networks have it
        part = shuffled[start : start + 8]
        chance.shuffle(part)
        shuffled[start : start + 8] = part
    report = told(received(first, *shuffled))
    sent = sequences[-1] - first + 1
    assert report.highest_sequence == sequences[-1]
    assert (report.packets_lost, report.fraction_lost) == (
        sent - len(sequences),
        (sent - len(sequences)) * 256 // sent,
    )


@given(st.lists(st.tuples(st.integers(0, 65_535), st.integers(0, (1 << 32) - 1)), min_size=1, max_size=100))
def test_any_packets_at_all_make_a_report_that_can_be_read(packets: list[tuple[int, int]]) -> None:
    reception = Reception(7, packets[0][0], packets[0][0], 0)
    for number, (sequence, timestamp) in enumerate(packets):
        reception.note(sequence, timestamp, number * 960)
    assert parse(receiver_report(5, reception))[0].ssrc == 7


def test_the_highest_sequence_counts_the_rounds() -> None:
    assert told(received(*range(65_530, 65_546))).highest_sequence == 65_545
    assert told(received(*range(65_530, 65_546))).packets_lost == 0


def test_late_and_repeated_packets_are_no_loss() -> None:
    assert told(received(1, 3, 2, 4)).packets_lost == 0
    again = told(received(1, 2, 2, 2))
    assert (again.packets_lost, again.fraction_lost) == (-2, 0)


def test_jitter_is_how_uneven_packets_come() -> None:
    even, uneven = received(*range(100)), Reception(7, 0, 0, 0)
    for sequence in range(200):
        uneven.note(sequence, sequence * 960, sequence * 960 + 480 * (sequence % 2))
    assert told(even).jitter == 0
    assert told(uneven).jitter == pytest.approx(480, rel=0.01)


@pytest.mark.parametrize(
    "data",
    [
        b"\x81",
        b"\x41\xc9\0\x01\0\0\0\0",
        b"\x80\xc9\0\x09\0\0\0\0",
        b"\x82\xc9\0\x07" + bytes(28),
        b"\x80\xc9\0\x01\0\0\0\0\x80",
    ],
)
def test_a_malformed_report_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        parse(data)
    assert caught.value.code is Code.RTCP_INVALID


@given(st.binary(max_size=300))
def test_any_bytes_give_blocks_or_a_refusal(data: bytes) -> None:
    with suppress(Refused):
        assert all(isinstance(block, Block) for block in parse(data))
