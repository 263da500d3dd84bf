"""SDP offers: those of browsers as they came, and small ones made for one test."""

from pathlib import Path

OFFERS = Path(__file__).parents[2] / "golden" / "offers"
PRINT = ":".join(["AB"] * 32)


def golden(name: str) -> str:
    return (OFFERS / f"{name}.sdp").read_bytes().decode()


def offer(*lines: str, session: tuple[str, ...] = ()) -> str:
    """An offer with one line per text in `lines`; `|` stands for a line break."""
    head = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", *session]
    return "\r\n".join([*head, *(part for line in lines for part in line.split("|"))]) + "\r\n"


def audio(direction: str = "sendonly", extra: str = "", formats: str = "111") -> str:
    parts = [
        f"m=audio 9 UDP/TLS/RTP/SAVPF {formats}",
        "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:abcd",
        "a=ice-pwd:0123456789abcdefghijkl",
        f"a=fingerprint:sha-256 {PRINT}",
        "a=setup:actpass",
        "a=rtcp-mux",
        "a=rtpmap:111 opus/48000/2",
        f"a={direction}",
        *([extra] if extra else []),
    ]
    return "|".join(parts)
