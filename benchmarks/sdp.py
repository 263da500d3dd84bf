"""The SDP of a light client: an offer of a browser's shape, and what it needs from the answer."""

from dataclasses import dataclass

LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
OPUS = 111
RED = 63
OPUS_RATE = 48_000
SLOTS = 3

_SESSION = """v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE {mids}
a=extmap-allow-mixed
a=msid-semantic: WMS
"""
_LINE = """m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0 8
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:{ufrag}
a=ice-pwd:{password}
a=ice-options:trickle
a=fingerprint:sha-256 {fingerprint}
a=setup:{setup}
a=mid:{mid}
{extensions}a={direction}
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
{red}a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
"""


_RED = """a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
"""


@dataclass(frozen=True, slots=True)
class Local:
    """What an offer says of its client. `level` false leaves out every header extension, as FFmpeg does, `red` false
    the copies that Firefox does not know."""

    ufrag: str
    password: str
    fingerprint: str
    ssrc: int
    setup: str = "actpass"
    microphone: bool = True
    slots: int = SLOTS
    level: bool = True
    red: bool = True


@dataclass(frozen=True, slots=True)
class Remote:
    """What an answer says of the server: ICE credentials, address, DTLS role, SSRC of each slot."""

    ufrag: str
    password: str
    address: tuple[str, int]
    fingerprint: str
    setup: str
    level_id: int | None
    mid_id: int | None
    ssrcs: tuple[int, ...]


def offer(local: Local) -> str:
    """The offer: a `sendonly` microphone line without a track yet, then the `recvonly` slots, one bundle."""
    directions = ["sendonly"] * local.microphone + ["recvonly"] * local.slots
    lines = [_SESSION.format(mids=" ".join(str(mid) for mid in range(len(directions))))]
    lines += [_line(local, mid, direction) for mid, direction in enumerate(directions)]
    return "".join(lines).replace("\n", "\r\n")


def _line(local: Local, mid: int, direction: str) -> str:
    extensions = f"a=extmap:1 {LEVEL}\na=extmap:4 {MID}\n" if local.level else ""
    text = _LINE.format(
        ufrag=local.ufrag,
        password=local.password,
        fingerprint=local.fingerprint,
        setup=local.setup,
        mid=mid,
        direction=direction,
        extensions=extensions,
        red=_RED if local.red else "",
    )
    return text + (f"a=ssrc:{local.ssrc} cname:light\n" if direction == "sendonly" else "")


def answer(text: str, *, ipv6: bool = False) -> Remote:
    """The server's side of `text`: its first candidate of the asked family is the address.

    Raises `ValueError` where the answer lacks what a client needs.
    """
    found: dict[str, str] = {}
    candidates: list[tuple[str, int]] = []
    ssrcs: list[int] = []
    extensions: dict[str, int] = {}
    for line in text.splitlines():
        name, _, value = line.removeprefix("a=").partition(":")
        words = value.split()
        if name == "candidate" and words[2].lower() == "udp":
            candidates.append((words[4], int(words[5])))
        elif name == "ssrc" and int(words[0]) not in ssrcs:
            ssrcs.append(int(words[0]))
        elif name == "extmap":
            extensions[words[1]] = int(words[0].partition("/")[0])
        elif name in {"ice-ufrag", "ice-pwd", "setup", "fingerprint"}:
            found.setdefault(name, words[-1])
    missing = {"ice-ufrag", "ice-pwd", "setup", "fingerprint"} - set(found)
    addresses = [address for address in candidates if (":" in address[0]) == ipv6]
    if missing or not addresses:
        raise ValueError("the answer lacks", sorted(missing) or "a candidate")
    return Remote(
        ufrag=found["ice-ufrag"],
        password=found["ice-pwd"],
        address=addresses[0],
        fingerprint=found["fingerprint"],
        setup=found["setup"],
        level_id=extensions.get(LEVEL),
        mid_id=extensions.get(MID),
        ssrcs=tuple(ssrcs),
    )
