"""The words with which a light client takes what Janus offers, and a Janus that does not answer."""

import socket

import pytest

from benchmarks import janus, sdp
from benchmarks.janus import JanusError, answer
from benchmarks.light import Identity

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


async def test_a_janus_that_does_not_answer_in_time_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(janus, "_PATIENCE", 0.01)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    with ours, theirs, pytest.raises(JanusError, match="no answer"):
        await janus.Janus(ours, Identity()).open()
