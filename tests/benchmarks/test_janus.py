"""The words with which a light client takes what Janus offers."""

from benchmarks import sdp
from benchmarks.janus import answer

LOCAL = sdp.Local("ours", "secret", "AB:CD", 7, setup="active")
OFFERED = "\r\n".join(
    (
        "v=0",
        "a=ice-lite",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "a=mid:0",
        "a=ice-ufrag:their",
        "a=ice-pwd:words",
        "a=fingerprint:sha-256 EF:01",
        "a=setup:actpass",
        "a=candidate:1 1 udp 2015363327 10.77.0.1 55193 typ host",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "a=mid:1",
    )
)


def test_an_answer_takes_every_line_that_was_offered_and_sends_nothing() -> None:
    lines = answer(OFFERED, LOCAL).split("\r\n")
    assert [line for line in lines if line.startswith("a=mid:")] == ["a=mid:0", "a=mid:1"]
    assert "a=group:BUNDLE 0 1" in lines
    assert lines.count("a=recvonly") == 2
    assert not any(line.startswith("a=send") for line in lines)


def test_an_answer_says_who_the_client_is() -> None:
    lines = answer(OFFERED, LOCAL).split("\r\n")
    assert {"a=ice-ufrag:ours", "a=ice-pwd:secret", "a=fingerprint:sha-256 AB:CD", "a=setup:active"} <= set(lines)


def test_an_offer_of_janus_is_read_like_an_answer_of_ours() -> None:
    remote = sdp.answer(OFFERED)
    assert (remote.ufrag, remote.password, remote.address) == ("their", "words", ("10.77.0.1", 55193))
