"""What is said on the room socket. PURE: messages in, events out, and `fold`, which a client does too.

docs/protocol.md has the words. A member on the wire is what `member_view` says; a snapshot is `{seq, room, members,
listening}`, where `members` are the present ones who are on the way to the stage or hold a rank.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from rooms.reactions import Counts, Reaction
from rooms.roles import Code, Move, Rank, Refused, Stage

VERSION = 1
MAX_MESSAGE = 64 * 1024
MAX_SDP = 32 * 1024
MAX_ID = 2**53 - 1

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MoveMessage:
    """A move, on oneself or on the member with the number `member`."""

    id: int | None
    move: Move
    member: int | None


@dataclass(frozen=True, slots=True)
class OfferMessage:
    """A browser's SDP offer."""

    id: int | None
    sdp: str


@dataclass(frozen=True, slots=True)
class SnapshotMessage:
    """Asks for a snapshot, after a gap in the numbers."""

    id: int | None


@dataclass(frozen=True, slots=True)
class PongMessage:
    """Answers a ping."""

    id: int | None


@dataclass(frozen=True, slots=True)
class LeaveMessage:
    """Leaves the room for good, not by a lost connection."""

    id: int | None


@dataclass(frozen=True, slots=True)
class ReactMessage:
    """Shows a reaction to everybody in the room, by nobody's name."""

    id: int | None
    reaction: Reaction


Message = MoveMessage | OfferMessage | SnapshotMessage | PongMessage | LeaveMessage | ReactMessage


def parse(text: str) -> Message:
    """The message in `text`.

    Raises `Refused`: TOO_LARGE, or BAD_MESSAGE for whatever docs/protocol.md does not allow.
    """
    if len(text) > MAX_MESSAGE:
        raise Refused(Code.TOO_LARGE)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(Code.BAD_MESSAGE) from error
    if not isinstance(body, dict):
        raise Refused(Code.BAD_MESSAGE)
    kind = body.pop("type", None)
    build = _PARSERS.get(kind) if isinstance(kind, str) else None
    if build is None:
        raise Refused(Code.BAD_MESSAGE)
    message = build(_number(body.pop("id", None), MAX_ID), body)
    if body:
        raise Refused(Code.BAD_MESSAGE)
    return message


def _move(id_: int | None, body: dict[str, Any]) -> Message:
    move = body.pop("move", None)
    if not isinstance(move, str) or move not in Move.__members__.values():
        raise Refused(Code.BAD_MESSAGE)
    return MoveMessage(id_, Move(move), _number(body.pop("member", None), 2**31 - 1))


def _offer(id_: int | None, body: dict[str, Any]) -> Message:
    sdp = body.pop("sdp", None)
    if not isinstance(sdp, str) or not sdp:
        raise Refused(Code.BAD_MESSAGE)
    if len(sdp) > MAX_SDP:
        raise Refused(Code.TOO_LARGE)
    return OfferMessage(id_, sdp)


def _react(id_: int | None, body: dict[str, Any]) -> Message:
    reaction = body.pop("reaction", None)
    if not isinstance(reaction, str) or reaction not in Reaction.__members__.values():
        raise Refused(Code.BAD_MESSAGE)
    return ReactMessage(id_, Reaction(reaction))


def _number(value: object, highest: int) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= highest:
        raise Refused(Code.BAD_MESSAGE)
    return value


_PARSERS: Mapping[str, Callable[[int | None, dict[str, Any]], Message]] = MappingProxyType({
    "move": _move,
    "media.offer": _offer,
    "snapshot": lambda id_, _: SnapshotMessage(id_),
    "pong": lambda id_, _: PongMessage(id_),
    "leave": lambda id_, _: LeaveMessage(id_),
    "react": _react,
})  # fmt: skip


def dump(event: Event) -> str:
    """The event as the text of one socket message."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False)


def listed(rank: int, stage: str) -> bool:
    """Whether a present member stands in the snapshot; all others are only counted."""
    return stage != Stage.AUDIENCE or rank != Rank.MEMBER


def member_view(
    number: int, uid: str, name: str, avatar: str, ai_voice: bool, rank: int, stage: str, muted: bool, hand: int | None
) -> Event:
    """A member as the wire shows them; `avatar` is the path of their picture, or empty."""
    return {
        "number": number,
        "uid": uid,
        "name": name,
        "avatar": avatar,
        "ai_voice": ai_voice,
        "rank": Rank(rank).name.lower(),
        "stage": stage,
        "muted": muted,
        "hand": hand,
    }


def member(view: Event) -> Event:
    """Event: this is the member now."""
    return {"type": "member", "member": view}


def left(number: int, reason: str) -> Event:
    """Event: a member is gone: left, lost, signed_out, removed or banned."""
    return {"type": "left", "number": number, "reason": reason}


def room(view: Event) -> Event:
    """Event: this is the room now."""
    return {"type": "room", "room": view}


def ended(reason: str) -> Event:
    """Event: the room is over: host, empty, host_lost, moderator, or suspended with the whole server."""
    return {"type": "ended", "reason": reason}


def measure(kind: str, text: str, decision: int | None = None) -> Event:
    """What the moderation of the whole server did to whoever is told: `text` has the reasons.

    A `decision` is kept at `url`, where an appeal can be made. No event: it leaves nothing behind in the room.
    """
    url = "" if decision is None else f"/privacy/decisions/{decision}/"
    return {"type": "measure", "measure": kind, "text": text, "decision": decision, "url": url}


def news(text: str, url: str) -> Event:
    """That there is something for whoever is told to read, at `url`. No event: it leaves nothing behind in the room."""
    return {"type": "news", "text": text, "url": url}


def reactions(counts: Counts) -> Event:
    """What was shown in the last second; no event, as it leaves nothing behind."""
    return {"type": "reactions", "counts": counts}


def line(number: int, sending: bool, weak: bool, lost: int, jitter: int, trip: int) -> Event:
    """How a member's line is, for those who run the room; no event, as it is told again while it lasts."""
    way = "sending" if sending else "hearing"
    return {"type": "line", "number": number, "way": way, "weak": weak, "lost": lost, "jitter": jitter, "trip": trip}


def snapshot(seq: int, room_view: Event, members: Iterable[Event], listening: int) -> Event:
    """All that a client must know, after event number `seq`. `listening` counts the present who are not speaking."""
    return {"seq": seq, "room": room_view, "members": list(members), "listening": listening}


def pace(text: str) -> tuple[int, int] | None:
    """The number of an event and the slow mode of the room that its text tells; None where it is about no room."""
    if not text.startswith('{"type":"room"'):
        return None
    event = json.loads(text)
    return event["seq"], event["room"]["slow"]


def is_news(text: str, seq: int) -> bool:
    """Whether the text of an event says more than a snapshot with number `seq`."""
    number = json.loads(text).get("seq")
    return number is None or number > seq


def fold(state: Event, event: Event) -> Event:
    """The snapshot after `event`: what a client must make of it. Members are kept in the order of their numbers.

    An event whose number is not above the snapshot's is already in it.
    """
    if event["type"] == "audience":
        return {**state, "listening": event["listening"]}
    if event["seq"] <= state["seq"]:
        return state
    return {**state, "seq": event["seq"], **_FOLDS[event["type"]](state, event)}


def _fold_member(state: Event, event: Event) -> Event:
    now = event["member"]
    others = [one for one in state["members"] if one["number"] != now["number"]]
    if listed(Rank[now["rank"].upper()], now["stage"]):
        others.append(now)
    return {"members": sorted(others, key=lambda one: int(one["number"]))}


_FOLDS: Mapping[str, Callable[[Event, Event], Event]] = MappingProxyType({
    "member": _fold_member,
    "left": lambda state, event: {"members": [one for one in state["members"] if one["number"] != event["number"]]},
    "room": lambda _, event: {"room": event["room"]},
    "ended": lambda state, _: {"room": {**state["room"], "state": "ended"}, "members": []},
})  # fmt: skip
