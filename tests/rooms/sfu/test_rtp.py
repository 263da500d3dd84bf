"""Contract of `rooms.sfu.rtp`: a packet or `Refused(RTP_INVALID)`, and what is built is what a listener reads."""

import struct
from contextlib import suppress

import pytest
from aiortc.rtp import HeaderExtensionsMap, RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu.refusals import Code, Refused
from rooms.sfu.rtp import MAX_PAYLOAD, Packet, build, is_rtcp, parse

VOICE = b"\x78\x01\x02\x03"
HEADER = struct.pack("!BBHLL", 0x80, 0x80 | 111, 7, 960, 0xCAFE)


def packet(**changes: object) -> Packet:
    values = {
        "payload_type": 111,
        "marker": False,
        "sequence": 7,
        "timestamp": 960,
        "ssrc": 0xCAFE,
        "level": None,
        "payload": VOICE,
    }
    return Packet(**(values | changes))  # type: ignore[arg-type]  # a test's shorthand


def refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        parse(data, 1)
    assert caught.value.code is Code.RTP_INVALID


def test_a_plain_packet_is_read_whole() -> None:
    assert parse(HEADER + VOICE, 1) == packet(marker=True)


def test_sources_and_padding_are_left_out_of_the_payload() -> None:
    data = b"\xa1" + HEADER[1:] + b"\0\0\0\x05" + VOICE + b"\0\0\x03"
    assert parse(data, None).payload == VOICE


@pytest.mark.parametrize(
    "extension",
    [
        b"\xbe\xde\0\x01" + b"\x10\x95\0\0",
        b"\xbe\xde\0\x02" + b"\x22abc\0\x10\x95\0",
        b"\x10\0\0\x01" + b"\x01\x01\x95\0",
        b"\x10\x0f\0\x02" + b"\x02\x01x\0\x01\x01\x95\0",
    ],
)
def test_the_level_is_found_in_both_forms_of_header_extension(extension: bytes) -> None:
    assert parse(b"\x90" + HEADER[1:] + extension + VOICE, 1).level == 0x15


@pytest.mark.parametrize(
    "extension",
    [b"\xbe\xde\0\0", b"\xbe\xde\0\x01\x20\x95\0\0", b"\xbe\xde\0\x01\xf0\x10\x95\0", b"\xab\xcd\0\x01\x10\x95\0\0"],
)
def test_no_level_is_read_from_another_extension(extension: bytes) -> None:
    assert parse(b"\x90" + HEADER[1:] + extension + VOICE, 1).level is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HEADER[:11],
        HEADER,
        b"\x40" + HEADER[1:] + VOICE,
        b"\x81" + HEADER[1:] + VOICE[:4],
        b"\xa0" + HEADER[1:] + VOICE + b"\0",
        b"\xa0" + HEADER[1:] + VOICE + b"\xff",
        b"\x90" + HEADER[1:] + b"\xbe",
        b"\x90" + HEADER[1:] + b"\xbe\xde\xff\xff" + VOICE,
        b"\x90" + HEADER[1:] + b"\xbe\xde\0\x01\x1f\0\0\0" + VOICE,
        HEADER + bytes(MAX_PAYLOAD + 1),
    ],
)
def test_a_malformed_packet_is_refused(data: bytes) -> None:
    refused(data)


@given(st.binary(max_size=200), st.one_of(st.none(), st.integers(1, 14)))
def test_any_bytes_give_a_packet_or_a_refusal(data: bytes, level_id: int | None) -> None:
    with suppress(Refused):
        read = parse(data, level_id)
        assert 0 < len(read.payload) <= MAX_PAYLOAD
        assert read.level is None or 0 <= read.level <= 127


@given(
    packet=st.builds(
        Packet,
        payload_type=st.integers(0, 63),
        marker=st.booleans(),
        sequence=st.integers(0, 0xFFFF),
        timestamp=st.integers(0, 0xFFFFFFFF),
        ssrc=st.integers(0, 0xFFFFFFFF),
        level=st.one_of(st.none(), st.integers(0, 127)),
        payload=st.binary(min_size=1, max_size=300),
    ),
    csrc=st.one_of(st.none(), st.integers(0, 0xFFFFFFFF)),
    level_id=st.one_of(st.none(), st.integers(1, 14)),
)
def test_what_is_built_is_read_back_by_us_and_by_aiortc(packet: Packet, csrc: int | None, level_id: int | None) -> None:
    data = build(packet, csrc, packet.payload_type, packet.sequence, level_id)
    expected = (
        packet
        if level_id is not None
        else Packet(
            packet.payload_type, packet.marker, packet.sequence, packet.timestamp, packet.ssrc, None, packet.payload
        )
    )
    assert parse(data, level_id) == expected
    witness = RtpPacket.parse(data, HeaderExtensionsMap())
    assert witness.csrc == ([] if csrc is None else [csrc])
    assert (witness.sequence_number, witness.payload) == (packet.sequence, packet.payload)


def test_a_listener_gets_his_own_payload_type_and_sequence() -> None:
    read = parse(build(packet(), 5, 109, 4000, None), None)
    assert (read.payload_type, read.sequence) == (109, 4000)


@pytest.mark.parametrize(("second", "rtcp"), [(200, True), (201, True), (205, True), (111, False), (0xEF, False)])
def test_rtcp_is_told_from_rtp_by_the_second_byte(second: int, rtcp: bool) -> None:
    assert is_rtcp(bytes((0x80, second))) is rtcp
