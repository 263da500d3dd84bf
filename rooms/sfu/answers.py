"""The answer to an SDP offer, written in the one shape we speak (RFC 8866, RFC 8843, RFC 8839). PURE.

ICE-lite, and Opus with forward error correction; what we do not take of the offer is answered with port 0.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rooms.sfu.listener import Shape
from rooms.sfu.offers import DIRECTIONS, Line, Offer

_NAMES: Mapping[tuple[bool, bool], str] = {flags: name for name, flags in DIRECTIONS.items()}


@dataclass(frozen=True, slots=True)
class Local:
    """Our side of the answer: a number for the o= line, ICE credentials, SHA-256 fingerprint in hex with colons,
    addresses (host, port) that we can be reached at by UDP, the SSRC of each slot, and addresses for TCP."""

    session: int
    ufrag: str
    password: str
    fingerprint: str
    candidates: tuple[tuple[str, int], ...]
    ssrcs: tuple[int, ...]
    streams: tuple[tuple[str, int], ...] = ()


def answer(offer: Offer, local: Local) -> str:
    """The answer to `offer`: as many m= lines in the same order, those that we do not take with port 0."""
    taken = (line for index, line in enumerate(offer.lines) if index in offer.slots or index == offer.microphone)
    lines = ["v=0", f"o=- {local.session} 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=ice-lite"]
    if offer.bundled:
        lines.append(" ".join(("a=group:BUNDLE", *(line.mid or "" for line in taken))))
    for index, line in enumerate(offer.lines):
        receives, slot = index == offer.microphone, offer.slots.index(index) if index in offer.slots else None
        if line.shape is None or (not receives and slot is None):
            lines += _rejected(line)
        else:
            lines += _accepted(line, line.shape, _NAMES[slot is not None, receives], offer.setup, local)
            lines += [] if slot is None else _stream(slot, local.ssrcs[slot])
    return "\r\n".join(lines) + "\r\n"


def fragment(offer: Offer, local: Local) -> str:
    """The part of the answer that says how we are reached (RFC 8840 section 9): credentials and candidates."""
    first = min(index for index in (offer.microphone, *offer.slots) if index is not None)
    line = offer.lines[first]
    lines = ["a=ice-lite", f"a=ice-ufrag:{local.ufrag}", f"a=ice-pwd:{local.password}"]
    lines.append(f"m={line.kind} 9 {line.protocol} 0")
    lines += [] if line.mid is None else [f"a=mid:{line.mid}"]
    lines += [*_candidates(local), "a=end-of-candidates"]
    return "\r\n".join(lines) + "\r\n"


def _rejected(line: Line) -> Iterator[str]:
    yield f"m={line.kind} 0 {line.protocol} {line.formats}"
    yield "c=IN IP4 0.0.0.0"
    yield "a=inactive"
    if line.mid is not None:
        yield f"a=mid:{line.mid}"


def _accepted(line: Line, shape: Shape, direction: str, setup: str, local: Local) -> Iterator[str]:
    host, port = local.candidates[0]
    payload_type, red_type = shape.payload_type, shape.red_type
    first = "" if red_type is None else f"{red_type} "  # what stands first is what the browser sends
    yield f"m=audio {port} {line.protocol} {first}{payload_type}"
    yield f"c=IN {'IP6' if ':' in host else 'IP4'} {host}"
    yield f"a={direction}"
    if line.mid is not None:
        yield f"a=mid:{line.mid}"
    yield "a=rtcp-mux"
    yield f"a=ice-ufrag:{local.ufrag}"
    yield f"a=ice-pwd:{local.password}"
    yield f"a=fingerprint:sha-256 {local.fingerprint}"
    yield f"a=setup:{setup}"
    yield f"a=rtpmap:{payload_type} opus/48000/2"
    if red_type is not None:
        yield f"a=rtpmap:{red_type} red/48000/2"
        yield f"a=fmtp:{red_type} {payload_type}/{payload_type}"
    stereo = ";stereo=1" if line.stereo else ""
    yield f"a=fmtp:{payload_type} minptime=10;useinbandfec=1;usedtx=1{stereo}"
    yield from (f"a=extmap:{extension}" for extension in line.extensions)
    yield from _candidates(local)
    yield "a=end-of-candidates"


def _candidates(local: Local) -> Iterator[str]:
    """The first is the highest (RFC 8445 section 5.1.2.1), and every TCP one below all UDP (RFC 6544 section 4.2)."""
    ways = [("udp", 126, *one, "") for one in local.candidates] + [
        ("tcp", 90, *one, " tcptype passive") for one in local.streams
    ]
    for rank, (protocol, kind, address, number, end) in enumerate(ways):
        priority = (kind << 24) + ((65535 - rank) << 8) + 255
        yield f"a=candidate:{rank + 1} 1 {protocol} {priority} {address} {number} typ host{end}"


def _stream(slot: int, ssrc: int) -> Iterator[str]:
    yield f"a=msid:stoa slot{slot}"
    yield f"a=ssrc:{ssrc} cname:stoa"
