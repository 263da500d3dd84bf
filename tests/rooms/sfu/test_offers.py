"""Contract of `rooms.sfu.offers`: the one shape we speak, found in whatever is offered; else it is `Refused`."""

import pytest

from rooms.sfu.listener import Shape
from rooms.sfu.messages import MAX_SDP
from rooms.sfu.offers import LEVEL_URI, MAX_LINE, MAX_LINES, MAX_MEDIA, parse
from rooms.sfu.refusals import Code, Refused
from tests.rooms.sfu.offered import PRINT, audio, golden, offer


def refusal(text: str, *, listen: bool = True) -> Code:
    with pytest.raises(Refused) as caught:
        parse(text, listen=listen)
    return caught.value.code


@pytest.mark.parametrize(("name", "shape"), [("chromium", Shape(111, 1, 63)), ("firefox", Shape(109, 1))])
def test_a_browsers_offer_is_one_microphone_and_three_slots(name: str, shape: Shape) -> None:
    read = parse(golden(name), listen=True)
    assert (read.microphone, read.slots, read.setup, read.bundled) == (0, (1, 2, 3), "passive", True)
    assert read.shape == shape
    assert read.shapes == (shape,) * 3
    assert [algorithm for algorithm, _ in read.fingerprints] == ["sha-256"]


def test_a_line_outside_the_bundle_is_not_taken() -> None:
    lines = (audio("sendonly", "a=mid:0"), audio("recvonly", "a=mid:1"))
    assert parse(offer(*lines, session=("a=group:BUNDLE 0",)), listen=True).slots == ()
    assert parse(offer(*lines), listen=True).slots == ()


def test_a_bundle_only_line_is_taken_and_a_rejected_one_is_not() -> None:
    bundle = ("a=group:BUNDLE 0 1",)
    only = audio("recvonly", "a=mid:1|a=bundle-only").replace("m=audio 9", "m=audio 0")
    gone = audio("recvonly", "a=mid:1").replace("m=audio 9", "m=audio 0")
    assert parse(offer(audio("sendonly", "a=mid:0"), only, session=bundle), listen=True).slots == (1,)
    assert parse(offer(audio("sendonly", "a=mid:0"), gone, session=bundle), listen=True).slots == ()


def test_fingerprint_and_setup_are_found_at_session_level() -> None:
    line = audio().replace(f"a=fingerprint:sha-256 {PRINT}|", "").replace("a=setup:actpass|", "")
    read = parse(offer(line, session=(f"a=fingerprint:SHA-256 {PRINT.lower()}", "a=setup:passive")), listen=True)
    assert (read.fingerprints, read.setup) == ((("sha-256", PRINT),), "active")


def test_candidates_in_the_offer_change_nothing() -> None:
    candidate = "a=candidate:1 1 udp 1 2b3c.local 50000 typ host|a=end-of-candidates"
    assert parse(offer(audio("sendonly", candidate)), listen=True) == parse(offer(audio()), listen=True)


@pytest.mark.parametrize(
    ("extension", "level_id"),
    [
        (f"a=extmap:3 {LEVEL_URI}", 3),
        (f"a=extmap:3/sendonly {LEVEL_URI}", 3),
        (f"a=extmap:3/recvonly {LEVEL_URI}", None),
        (f"a=extmap:15 {LEVEL_URI}", None),
        (f"a=extmap:0 {LEVEL_URI}", None),
        ("a=extmap:3 urn:ietf:params:rtp-hdrext:csrc-audio-level", None),
    ],
)
def test_the_level_is_negotiated_only_where_we_can_read_it(extension: str, level_id: int | None) -> None:
    assert parse(offer(audio("sendonly", extension)), listen=True).shape == Shape(111, level_id)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", Code.SDP_INVALID),
        ("v=1\r\n", Code.SDP_INVALID),
        (offer(audio()).replace("s=-", "nonsense"), Code.SDP_INVALID),
        (offer("m=audio nine UDP/TLS/RTP/SAVPF 111"), Code.SDP_INVALID),
        (offer("m=smell 9 UDP/TLS/RTP/SAVPF 111"), Code.SDP_INVALID),
        (offer(audio("sendonly", "a=mid:a b")), Code.SDP_INVALID),
        (offer(audio().replace("actpass", "holdconn")), Code.SDP_INVALID),
        (offer(), Code.NO_AUDIO),
        (offer(audio("inactive")), Code.NO_AUDIO),
        (offer("m=video 9 UDP/TLS/RTP/SAVPF 96"), Code.NO_AUDIO),
        (offer(audio().replace("opus", "PCMU")), Code.NO_OPUS),
        (offer(audio(formats="0")), Code.NO_OPUS),
        (offer(audio().replace("111", "72")), Code.NO_OPUS),
        (offer(audio().replace("|a=rtcp-mux", "")), Code.NO_AUDIO),
        (offer(audio().replace("UDP/TLS/RTP/SAVPF", "RTP/AVP")), Code.NO_AUDIO),
        (offer(audio().replace("sha-256", "md5")), Code.NO_FINGERPRINT),
        (offer(audio().replace("sha-256", "sha-512")), Code.NO_FINGERPRINT),
        (offer(audio("sendonly", "a=x:" + "y" * MAX_LINE)), Code.SDP_TOO_LARGE),
        (offer(*["a=x"] * MAX_LINES), Code.SDP_TOO_LARGE),
        (offer(*["m=video 9 UDP/TLS/RTP/SAVPF 96"] * (MAX_MEDIA + 1)), Code.SDP_TOO_LARGE),
        ("v=0\r\n" + "a" * MAX_SDP, Code.SDP_TOO_LARGE),
    ],
)
def test_an_offer_that_we_cannot_answer_is_refused_by_name(text: str, code: Code) -> None:
    assert refusal(text) is code


def test_an_encoder_that_only_listens_is_refused() -> None:
    assert refusal(offer(audio("recvonly")), listen=False) is Code.NO_AUDIO
