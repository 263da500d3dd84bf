"""An SDP offer, read for the one shape we speak (RFC 8866, RFC 8843). PURE.

One microphone line at most, one line per slot, Opus only (in RED where that is offered), one BUNDLE.
Candidates in it are ignored: an ICE-lite agent never needs them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rooms.sfu.listener import Shape
from rooms.sfu.messages import MAX_SDP
from rooms.sfu.refusals import Code, Refused
from rooms.sfu.stage import SLOTS

MAX_LINES = 2000
MAX_LINE = 2000
MAX_MEDIA = 32
MAX_FINGERPRINTS = 8

LEVEL_URI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
DIGESTS: Mapping[str, int] = {"sha-256": 32, "sha-384": 48, "sha-512": 64}

_MEDIA = re.compile(
    r"(audio|video|text|application|message|image) (\d{1,5})(?:/\d{1,5})? ([A-Za-z0-9/]{3,40}) "
    r"([A-Za-z0-9*. -]{1,1000})",
    re.ASCII,
)
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}")
_OPUS = re.compile(r"(\d{1,3}) opus/48000/2", re.IGNORECASE | re.ASCII)
_RED = re.compile(r"(\d{1,3}) red/48000/2", re.IGNORECASE | re.ASCII)
_STEREO = re.compile(r"(\d{1,3}) (?:.*;)? *sprop-stereo=1 *(?:;.*)?", re.ASCII)
_EXTENSION = re.compile(r"(\d{1,2})(?:/(sendrecv|sendonly|recvonly))? (\S+)(?: .*)?", re.ASCII)
_FINGERPRINT = re.compile(r"([a-z0-9-]{1,10}) ((?:[0-9a-f]{2}:){15,63}[0-9a-f]{2})", re.IGNORECASE | re.ASCII)

_PROTOCOLS = frozenset({"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF", "RTP/SAVP"})
_ONE_BYTE_IDS = range(1, 15)
_RTCP_TYPES = range(64, 96)
DIRECTIONS: Mapping[str, tuple[bool, bool]] = {
    "sendrecv": (True, True),
    "sendonly": (True, False),
    "recvonly": (False, True),
    "inactive": (False, False),
}
_MIRRORED: Mapping[str, str] = {"": "", "sendrecv": "", "sendonly": "/recvonly", "recvonly": "/sendonly"}

_ANSWERED: Mapping[str, str] = {"actpass": "passive", "active": "passive", "passive": "active"}

Attributes = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Line:
    """One m= section of the offer.

    `carried` tells that we could carry it, was it only Opus; `shape` is None where it is not. `stereo`: what is sent
    may be stereo (RFC 7587 section 6.1). `extensions` are the values of the answer's a=extmap lines.
    """

    kind: str
    protocol: str
    formats: str
    mid: str | None
    sends: bool
    receives: bool
    carried: bool
    shape: Shape | None
    stereo: bool
    extensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What an offer asks for: `microphone` and `slots` are indices into `lines`.

    `setup` is our DTLS role, active or passive (RFC 4145 section 4).
    """

    setup: str
    fingerprints: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    microphone: int | None
    slots: tuple[int, ...]
    bundled: bool

    @property
    def shape(self) -> Shape | None:
        """What the microphone line will send; None without one."""
        return None if self.microphone is None else self.lines[self.microphone].shape

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """What the listener negotiated for each of his lines, lowest slot first."""
        return tuple(shape for index in self.slots if (shape := self.lines[index].shape))


def parse(text: str, *, listen: bool) -> Offer:
    """The offer in `text`; with `listen` false no line is taken as a slot.

    Raises `Refused`: SDP_TOO_LARGE, SDP_INVALID, NO_AUDIO (no line that we could use), NO_OPUS or NO_FINGERPRINT.
    """
    session, media = _sections(text)
    lines = tuple(_line(head, attributes) for head, attributes in media)
    group = _bundle(session)
    usable = _usable(lines, group)
    microphones = [index for index in usable if lines[index].sends][:1]
    slots = [index for index in usable if listen and lines[index].receives][:SLOTS]
    if not microphones and not slots:
        raise Refused(Code.NO_OPUS if any(line.carried for line in lines) and not usable else Code.NO_AUDIO)
    first = min(microphones + slots)
    sources = (media[first][1], session, *(attributes for _, attributes in media))
    return Offer(
        setup=_setup(sources),
        fingerprints=_fingerprints(sources),
        lines=lines,
        microphone=microphones[0] if microphones else None,
        slots=tuple(slots),
        bundled=lines[first].mid in group,
    )


def _sections(text: str) -> tuple[Attributes, list[tuple[str, Attributes]]]:
    """The session's attributes, and per m= section its head and its attributes."""
    if len(text) > MAX_SDP:
        raise Refused(Code.SDP_TOO_LARGE)
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(lines) > MAX_LINES or max(map(len, lines)) > MAX_LINE:
        raise Refused(Code.SDP_TOO_LARGE)
    if lines[0] != "v=0":
        raise Refused(Code.SDP_INVALID)
    session: dict[str, list[str]] = defaultdict(list)
    media: list[tuple[str, Attributes]] = []
    attributes = session
    for line in lines:
        if line[1:2] != "=":
            raise Refused(Code.SDP_INVALID)
        if line[0] == "m":
            attributes = defaultdict(list)
            media.append((line[2:], attributes))
        elif line[0] == "a":
            name, _, value = line[2:].partition(":")
            attributes[name].append(value)
    if len(media) > MAX_MEDIA:
        raise Refused(Code.SDP_TOO_LARGE)
    return session, media


def _line(head: str, attributes: Attributes) -> Line:
    found = _MEDIA.fullmatch(head)
    if not found:
        raise Refused(Code.SDP_INVALID)
    kind, port, protocol, formats = found.groups()
    offered = int(port) != 0 or "bundle-only" in attributes
    sends, receives = _direction(attributes)
    level_id, extensions = _extensions(attributes, sends, receives)
    wanted = kind == "audio" and offered and (sends or receives)
    carried = wanted and protocol in _PROTOCOLS and "rtcp-mux" in attributes
    payload_type = _opus(attributes, formats.split()) if carried else None
    shape = None
    if payload_type is not None:
        shape = Shape(payload_type, level_id, _red(attributes, formats.split(), payload_type))
    announced = map(_STEREO.fullmatch, attributes.get("fmtp", ()))
    stereo = sends and any(one and int(one[1]) == payload_type for one in announced)
    return Line(kind, protocol, formats, _mid(attributes), sends, receives, carried, shape, stereo, extensions)


def _direction(attributes: Attributes) -> tuple[bool, bool]:
    """Whether the offerer sends and receives; both where the line does not say (RFC 8866 section 6.7)."""
    return next((flags for name, flags in DIRECTIONS.items() if name in attributes), (True, True))


def _mid(attributes: Attributes) -> str | None:
    values = attributes.get("mid")
    if not values:
        return None
    if not _TOKEN.fullmatch(values[0]):
        raise Refused(Code.SDP_INVALID)
    return values[0]


def _opus(attributes: Attributes, formats: list[str]) -> int | None:
    """The first payload type of Opus that the line lists."""
    return next(_named(_OPUS, attributes, formats), None)


def _red(attributes: Attributes, formats: list[str], opus: int) -> int | None:
    """The first payload type of RED that the line lists and that carries this `opus` alone (RFC 2198 section 5)."""
    given = {name: blocks for name, _, blocks in (value.partition(" ") for value in attributes.get("fmtp", ()))}
    for payload_type in _named(_RED, attributes, formats):
        if payload_type and set(given.get(str(payload_type), "").strip().split("/")) == {str(opus)}:
            return payload_type
    return None


def _named(pattern: re.Pattern[str], attributes: Attributes, formats: list[str]) -> Iterator[int]:
    """The payload types of the line's codecs like `pattern` that cannot be taken for RTCP (RFC 5761 section 4)."""
    for value in attributes.get("rtpmap", ()):
        found = pattern.fullmatch(value)
        if found and found[1] in formats and int(found[1]) < 128 and int(found[1]) not in _RTCP_TYPES:
            yield int(found[1])


def _extensions(attributes: Attributes, sends: bool, receives: bool) -> tuple[int | None, tuple[str, ...]]:
    """The level extension's id, and the a=extmap values that accept the level and the mid (RFC 8285 section 6)."""
    level_id, accepted = None, []
    for value in attributes.get("extmap", ()):
        found = _EXTENSION.fullmatch(value)
        if not found or found[3] not in (LEVEL_URI, MID_URI) or int(found[1]) not in _ONE_BYTE_IDS:
            continue
        way = found[2] or ""
        if (way == "sendonly" and not sends) or (way == "recvonly" and not receives):
            continue
        accepted.append(f"{found[1]}{_MIRRORED[way]} {found[3]}")
        if found[3] == LEVEL_URI:
            level_id = int(found[1])
    return level_id, tuple(accepted)


def _bundle(session: Attributes) -> tuple[str, ...]:
    """The mids of the offer's BUNDLE group."""
    groups = (value.split() for value in session.get("group", ()))
    return next((tuple(group[1:]) for group in groups if group[:1] == ["BUNDLE"]), ())


def _usable(lines: tuple[Line, ...], group: tuple[str, ...]) -> tuple[int, ...]:
    """The lines with Opus that share the first one's transport: it alone, or those of its BUNDLE group."""
    able = [index for index, line in enumerate(lines) if line.shape]
    if not able or lines[able[0]].mid not in group:
        return tuple(able[:1])
    return tuple(index for index in able if lines[index].mid in group)


def _setup(sources: Iterable[Attributes]) -> str:
    offered = next((values[0] for source in sources if (values := source.get("setup"))), "actpass")
    if offered not in _ANSWERED:
        raise Refused(Code.SDP_INVALID)
    return _ANSWERED[offered]


def _fingerprints(sources: Iterable[Attributes]) -> tuple[tuple[str, str], ...]:
    """Digest names and values of the first section that has any with a digest that we can check."""
    for source in sources:
        found = [_FINGERPRINT.fullmatch(value) for value in source.get("fingerprint", ())[:MAX_FINGERPRINTS]]
        good = tuple(
            (one[1].lower(), one[2].upper())
            for one in found
            if one and DIGESTS.get(one[1].lower()) == (len(one[2]) + 1) // 3
        )
        if good:
            return good
    raise Refused(Code.NO_FINGERPRINT)
