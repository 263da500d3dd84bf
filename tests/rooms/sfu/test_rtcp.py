"""Contract of `rooms.sfu.rtcp`: aiortc reads what we write, we read what it writes, and refuse the rest."""

from contextlib import suppress

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

from rooms.sfu.messages import Code, Refused
from rooms.sfu.rtcp import NTP_EPOCH, Block, goodbye, parse, sender_report

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


def test_the_blocks_of_receiver_and_sender_reports_are_read() -> None:
    info = RtcpSenderInfo(ntp_timestamp=1, rtp_timestamp=2, packet_count=3, octet_count=4)
    data = bytes(RtcpRrPacket(ssrc=1, reports=[BLOCK, BLOCK])) + bytes(RtcpByePacket(sources=[9]))
    data += bytes(RtcpSrPacket(ssrc=1, sender_info=info, reports=[BLOCK]))
    assert parse(data) == [Block(ssrc=7, lost=12, jitter=55)] * 3


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
