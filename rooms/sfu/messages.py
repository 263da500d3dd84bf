"""Orders and reports exchanged between the web side (`rooms.media`) and a media process (`rooms.sfu.server`).

Orders state the wanted end with a version, never a delta: a repeat or a late arrival is harmless. Both sides speak JSON
on Redis pub/sub channels: each media process reads `orders_channel(sfu)`, every web process reads `REPORTS`.
`Code` and `Refused` have their names here as well, where the web side finds them.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, get_args

from rooms.sfu.fields import build
from rooms.sfu.refusals import Code as Code
from rooms.sfu.refusals import Refused as Refused

REPORTS = "stoa:reports"
MAX_MESSAGE = 256 * 1024
MAX_SDP = 32 * 1024
MAX_PRESENT = 2_000
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Milliseconds at which a histogram of `Figures` is divided."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Order: what a room should be now. A version below the last one seen is ignored.

    `speak` lists the members who may be heard (a muted one is not in it), `absent` those who must not be
    connected at all. Everybody else may listen. With `live` false every peer of the room is closed.
    """

    room: str
    version: int
    live: bool
    speak: tuple[int, ...]
    absent: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """Order: connect this member. Answered by `Answer` or `Rejected` with the same `request`.

    `peer` is the id of the new connection, chosen by the web side; an older peer of the same member is closed once the
    new one is connected, or at once if it never was. `visit` counts how often the member went, `hop` how often their
    sound came to another media process: of two connections that one is the newer which has more. `member` is the
    member's number in the room and the CSRC listeners see. `listen` false (WHIP) sends this peer no media.
    """

    request: str
    peer: str
    member: int
    visit: int
    hop: int
    listen: bool
    sdp: str
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Drop:
    """Order: the member went: close every connection from this visit or an earlier one, and open none any more."""

    room: str
    member: int
    visit: int


@dataclass(frozen=True, slots=True)
class Freeze:
    """Order: seal what each member of the room said in the minute before `at` (ms since 1970).

    It is answered by `Sealed` with the same `freeze` (16 hexadecimal digits), a repeat by the same answer. `key` is the
    public half (X25519, in hexadecimal) of the key that opens what is sealed.
    """

    room: str
    freeze: str
    key: str
    at: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Order: the media processes `carriers` carry the room, you among them. With one, nothing travels between them.

    `turn` counts the changes of the set; an order with an older one is ignored. `key` is the room's, for what travels,
    as `rooms.sfu.envelope` closes it for this process alone.
    """

    room: str
    turn: int
    carriers: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Order: this member's connection is now `peer`, on another process: close those of theirs here, as replaced.

    One that is not connected yet stays, being newer. Nobody falls silent by it.
    """

    room: str
    member: int
    peer: str


@dataclass(frozen=True, slots=True)
class Ice:
    """Order: tell how this peer reaches us, with new ICE credentials if `anew`. Answered as an `Offer` is."""

    request: str
    peer: str
    anew: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """Report: the SDP answer to an `Offer`, or the part of it that `Ice` asked for (RFC 8840)."""

    sfu: str
    request: str
    peer: str
    sdp: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Report: an `Offer` was refused; `code` is a value of `Code`."""

    sfu: str
    request: str
    peer: str
    code: str


@dataclass(frozen=True, slots=True)
class Alive:
    """Report: sent at start and every two seconds.

    `epoch` is new with every start of the process: a web side that sees it change knows that all peers of the old
    one are gone. `rooms` maps each room the process holds to the version it knows, so that a lost `Wanted` is found.
    `fan_out` is "accelerated" where compiled code sends packets, else "plain". `talking` are the members of each room
    whose voices go out now.
    """

    sfu: str
    epoch: str
    peers: int
    draining: bool
    rooms: Mapping[str, int]
    fan_out: str = "plain"
    key: str = ""
    spreads: Mapping[str, int] = field(default_factory=dict)
    talking: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connected:
    """Report: the peer's DTLS handshake is done; media flows. It comes again once the peer has moved.

    `address` and `port` are the peer's, or its TURN relay's; `local` is where we are reached, `over` udp or tcp.
    """

    sfu: str
    room: str
    member: int
    peer: str
    address: str = ""
    port: int = 0
    local: str = ""
    over: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """Report: the peer is closed: `reason` is one of left, timeout, replaced, removed, ended, dropped, failed."""

    sfu: str
    room: str
    member: int
    peer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Present:
    """Report: the members of whom the process has connections, by room; sent every ten seconds, at most `MAX_PRESENT`
    members in one: whoever the room does not list is found, although the `Drop` was lost.
    """

    sfu: str
    rooms: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Line:
    """Report: a member's line, `sending` or hearing, became `weak` or is well again; told every 30 s while it is weak.

    Per cent of the packets lost, jitter and round trip in milliseconds, -1 where it is not known.
    """

    sfu: str
    room: str
    member: int
    sending: bool
    weak: bool
    lost: int
    jitter: int
    trip: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """Report: a `Freeze` is done. `tracks` are the files written for it, one per speaker; none: nothing was kept."""

    sfu: str
    room: str
    freeze: str
    tracks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Report: what the process has counted since its start, sent every two seconds.

    `drops` are datagrams thrown away, by reason. `relay`, `joins` and `lag` are histograms: how often up to each of
    `STEPS`, how often longer, and the microseconds in all; of a packet until its last listener was sent it, of an offer
    until it was connected, and of the event loop until it did what was due.
    """

    sfu: str
    counts: Mapping[str, int]
    drops: Mapping[str, int]
    relay: tuple[int, ...]
    joins: tuple[int, ...]
    lag: tuple[int, ...]


Order = Wanted | Offer | Drop | Freeze | Ice | Spread | Elsewhere
Report = Answer | Rejected | Alive | Connected | Gone | Present | Line | Sealed | Figures
Message = Order | Report

_KINDS: Mapping[str, type[Any]] = MappingProxyType(
    {kind.__name__.lower(): kind for kind in (*get_args(Order), *get_args(Report))}
)


def orders_channel(sfu: str) -> str:
    """The Redis channel on which the media process `sfu` takes orders."""
    return f"stoa:sfu:{sfu}:orders"


def dump(message: Message) -> str:
    """One message as JSON text; `load` gives it back."""
    return json.dumps({"kind": type(message).__name__.lower(), **asdict(message)}, separators=(",", ":"))


def load(text: str | bytes) -> Message:
    """The message in `text`.

    Raises `Refused(MESSAGE_INVALID)` for anything that `dump` could not have written.
    """
    if len(text) > MAX_MESSAGE:
        raise Refused(Code.MESSAGE_INVALID)
    try:
        return _message(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise Refused(Code.MESSAGE_INVALID) from error


def _message(body: Any) -> Message:
    """Raises `ValueError`."""
    if not isinstance(body, dict) or not isinstance(body.get("kind"), str) or body["kind"] not in _KINDS:
        raise ValueError("no kind of message")
    message: Message = build(_KINDS[body.pop("kind")], body)
    return message
