"""Contract of `rooms.sfu.answers`: as many lines as were offered, and those that we take in the one shape we speak."""

from dataclasses import replace

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu.answers import Local, answer
from rooms.sfu.listener import Shape
from rooms.sfu.offers import LEVEL_URI, MID_URI, parse
from rooms.sfu.refusals import Refused
from tests.rooms.sfu.offered import PRINT, audio, golden, offer

LOCAL = Local(
    session=7,
    ufrag="ourufrag",
    password="our-password-of-22-chars",
    fingerprint=PRINT,
    candidates=(("192.0.2.1", 7882), ("2001:db8::1", 7882)),
    ssrcs=(11, 22, 33),
)


def sections(text: str) -> list[list[str]]:
    return [part.split("\r\n") for part in text.split("\r\nm=")[1:]]


@pytest.mark.parametrize("name", ["chromium", "firefox", "chromium-video"])
def test_the_answer_has_the_offers_lines_in_order_and_aiortc_reads_it(name: str) -> None:
    text = golden(name)
    read = SessionDescription.parse(answer(parse(text, listen=True), LOCAL))
    offered = SessionDescription.parse(text)
    assert [(line.kind, line.rtp.muxId) for line in read.media] == [
        (line.kind, line.rtp.muxId) for line in offered.media
    ]
    taken = [line for line in read.media if line.port]
    assert [(group.semantic, group.items) for group in read.group] == [("BUNDLE", [line.rtp.muxId for line in taken])]
    for line in taken:
        assert line.ice is not None
        assert line.dtls is not None
        assert (line.ice.usernameFragment, line.ice.iceLite, line.dtls.role) == ("ourufrag", True, "server")
    assert [(one.ip, one.port) for one in taken[0].ice_candidates] == list(LOCAL.candidates)
    assert all(line.rtcp_mux and line.ice_candidates_complete for line in taken)


def test_the_answer_takes_red_and_opus_with_fec_and_dtx_level_and_mid_and_nothing_else() -> None:
    for lines in sections(answer(parse(golden("chromium"), listen=True), LOCAL)):
        assert lines[0] == "audio 7882 UDP/TLS/RTP/SAVPF 63 111"
        assert [line for line in lines if line.startswith("a=rtpmap")] == [
            "a=rtpmap:111 opus/48000/2",
            "a=rtpmap:63 red/48000/2",
        ]
        assert "a=fmtp:63 111/111" in lines
        assert "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1" in lines
        extensions = [line for line in lines if line.startswith("a=extmap")]
        assert extensions == [f"a=extmap:1 {LEVEL_URI}", f"a=extmap:4 {MID_URI}"]
        assert not any("rtcp-fb" in line for line in lines)


def test_tcp_addresses_come_after_those_for_udp_and_wait_to_be_called() -> None:
    local = replace(LOCAL, streams=(("192.0.2.1", 7881), ("2001:db8::1", 7881)))
    lines = sections(answer(parse(golden("chromium"), listen=True), local))[0]
    candidates = [line.split() for line in lines if line.startswith("a=candidate")]
    assert [(one[2], one[4], one[5]) for one in candidates] == [
        ("udp", "192.0.2.1", "7882"),
        ("udp", "2001:db8::1", "7882"),
        ("tcp", "192.0.2.1", "7881"),
        ("tcp", "2001:db8::1", "7881"),
    ]
    assert [one[8:] for one in candidates] == [[], [], ["tcptype", "passive"], ["tcptype", "passive"]]
    priorities = [int(one[3]) for one in candidates]
    assert priorities == sorted(set(priorities), reverse=True)
    assert len({one[0] for one in candidates}) == 4


@pytest.mark.parametrize(
    ("extra", "red_type"),
    [
        ("a=rtpmap:63 red/48000/2|a=fmtp:63 111/111", 63),
        ("a=fmtp:63 111/111/111|a=rtpmap:63 RED/48000/2", 63),
        ("a=rtpmap:63 red/48000/2", None),
        ("a=rtpmap:63 red/48000/2|a=fmtp:63 ", None),
        ("a=rtpmap:63 red/48000/2|a=fmtp:63 111/9", None),
        ("a=rtpmap:63 red/8000|a=fmtp:63 111/111", None),
        ("a=rtpmap:118 red/48000/2|a=fmtp:118 111/111", None),
        ("a=rtpmap:64 red/48000/2|a=fmtp:64 111/111", None),
        ("a=rtpmap:0 red/48000/2|a=fmtp:0 111/111", None),
        ("a=rtpmap:9 red/48000/2|a=fmtp:9 9/9|a=rtpmap:63 red/48000/2|a=fmtp:63 111/111", 63),
    ],
)
def test_red_is_taken_where_it_carries_the_lines_own_opus_alone(extra: str, red_type: int | None) -> None:
    text = offer(audio("recvonly", extra, formats="111 63 64 9 0"))
    assert parse(text, listen=True).shapes == (Shape(111, None, red_type),)
    assert sections(answer(parse(text, listen=True), LOCAL))[0][0].endswith("SAVPF 63 111" if red_type else "SAVPF 111")


@pytest.mark.parametrize(
    ("parameters", "stereo"),
    [
        ("111 minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1", True),
        ("111 sprop-stereo=1; stereo=0", True),
        ("111 stereo=1", False),
        ("111 sprop-stereo=0", False),
        ("111 sprop-stereo=10", False),
        ("63 sprop-stereo=1", False),
    ],
)
def test_stereo_is_asked_of_whoever_announces_it(parameters: str, stereo: bool) -> None:
    text = answer(parse(offer(audio(extra=f"a=fmtp:{parameters}")), listen=True), LOCAL)
    assert f"a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1{';stereo=1' if stereo else ''}" in sections(text)[0]


def test_a_slot_does_not_ask_its_listener_for_stereo() -> None:
    text = answer(parse(offer(audio("recvonly", "a=fmtp:111 sprop-stereo=1")), listen=True), LOCAL)
    assert "stereo" not in text


def test_each_slot_has_its_own_stream_and_the_microphone_none() -> None:
    microphone, *slots = sections(answer(parse(golden("firefox"), listen=True), LOCAL))
    assert "a=recvonly" in microphone
    assert not any(line.startswith("a=ssrc") for line in microphone)
    for ssrc, lines in zip(LOCAL.ssrcs, slots, strict=True):
        assert "a=sendonly" in lines
        assert f"a=ssrc:{ssrc} cname:stoa" in lines


def test_video_and_data_are_answered_with_port_0_and_stay_out_of_the_bundle() -> None:
    text = answer(parse(golden("chromium-video"), listen=False), LOCAL)
    video, voice, data = sections(text)
    assert video[0].startswith("video 0 UDP/TLS/RTP/SAVPF ")
    assert voice[0].startswith("audio 7882 ")
    assert data[0] == "application 0 UDP/DTLS/SCTP webrtc-datachannel"
    assert "a=group:BUNDLE 1\r\n" in text


def test_an_encoder_without_extensions_and_with_a_passive_setup_makes_us_active() -> None:
    read = parse(offer(audio().replace("actpass", "passive")), listen=False)
    assert (read.setup, read.shape, read.slots, read.bundled) == ("active", Shape(111, None), (), False)
    assert "a=setup:active\r\n" in answer(read, LOCAL)
    assert "a=group" not in answer(read, LOCAL)


def test_a_player_with_one_line_gets_the_lowest_slot() -> None:
    read = parse(offer(audio("recvonly")), listen=True)
    assert (read.microphone, read.slots, read.shape) == (None, (0,), None)
    assert "a=ssrc:11 cname:stoa\r\n" in answer(read, LOCAL)


def test_a_line_for_both_ways_is_microphone_and_slot() -> None:
    read = parse(offer(audio("sendrecv")), listen=True)
    assert (read.microphone, read.slots) == (0, (0,))
    assert "a=sendrecv\r\n" in answer(read, LOCAL)


def test_one_who_does_not_listen_gets_no_slot() -> None:
    read = parse(golden("chromium"), listen=False)
    assert (read.microphone, read.slots) == (0, ())
    assert [lines[0].split()[1] for lines in sections(answer(read, LOCAL))] == ["7882", "0", "0", "0"]


def test_lines_beyond_one_microphone_and_three_slots_are_refused_with_port_0() -> None:
    bundle = ("a=group:BUNDLE 0 1 2 3 4 5",)
    ways = ["sendonly", "sendonly", *["recvonly"] * 4]
    lines = (audio(way, f"a=mid:{number}") for number, way in enumerate(ways))
    text = answer(parse(offer(*lines, session=bundle), listen=True), LOCAL)
    assert [lines[0].split()[1] for lines in sections(text)] == ["7882", "0", "7882", "7882", "7882", "0"]
    assert "a=group:BUNDLE 0 2 3 4\r\n" in text


def test_the_direction_of_an_extension_is_mirrored() -> None:
    text = answer(parse(offer(audio("sendonly", f"a=extmap:3/sendonly {LEVEL_URI}")), listen=True), LOCAL)
    assert f"a=extmap:3/recvonly {LEVEL_URI}\r\n" in text


LINES = st.sampled_from(
    sorted({line for name in ("chromium", "firefox", "chromium-video") for line in golden(name).split("\r\n")})
)


def consistent(text: str, *, listen: bool) -> None:
    """Refused, or an answer with as many lines as the offer that starts no line of its own."""
    try:
        read = parse(text, listen=listen)
    except Refused:
        return
    answered = answer(read, LOCAL)
    assert len(sections(answered)) == len(read.lines)
    assert all(line[1:2] == "=" for line in answered.removesuffix("\r\n").split("\r\n"))
    assert len(read.slots) <= 3


@given(st.text(max_size=400), st.booleans())
def test_any_text_is_answered_or_refused(text: str, listen: bool) -> None:
    consistent(text, listen=listen)
    consistent("v=0\r\n" + text, listen=listen)


@given(st.lists(st.one_of(LINES, st.text(max_size=30)), max_size=60), st.booleans())
def test_any_mix_of_real_lines_is_answered_or_refused(lines: list[str], listen: bool) -> None:
    consistent("\r\n".join(["v=0", *lines]), listen=listen)


@given(st.data())
def test_a_mangled_offer_is_answered_or_refused(data: st.DataObject) -> None:
    text = list(golden(data.draw(st.sampled_from(["chromium", "firefox", "chromium-video"]))))
    for _ in range(data.draw(st.integers(1, 10))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.characters(codec="utf-8"))
    consistent("".join(text), listen=data.draw(st.booleans()))
