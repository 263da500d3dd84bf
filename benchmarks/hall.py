"""A room of thousands as its socket and its API tell of it, made up: what a page is measured with."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

ON_STAGE, LISTENING, PAGE = 50, 5000, 100
NAMES = ("Alice", "Bob", "陈伟", "Dana", "Eli", "Femi", "Maximiliana von Hohenzollern", "Gus")
ME = ON_STAGE + 1
TALKERS = (1, 17, 42)

Message = Mapping[str, Any]


def member(number: int, **changes: object) -> dict[str, Any]:
    """The member with this number: the first 50 stand on stage, the first of them hosts."""
    return {
        "number": number,
        "uid": f"{number:016x}"[::-1],
        "name": f"{NAMES[number % len(NAMES)]} {number}",
        "avatar": "",
        "rank": "host" if number == 1 else "member",
        "stage": "speaking" if number <= ON_STAGE else "audience",
        "muted": number <= ON_STAGE and number not in TALKERS,
        "hand": None,
    } | changes


def welcome(room: str) -> Message:
    """The first message of the socket, for somebody who listens."""
    about = {"id": room, "title": "A room of thousands", "topic": "", "language": "en", "access": "open", "link": ""}
    snapshot = {
        "seq": 0,
        "room": about | {"state": "live", "locked": False},
        "members": [member(number) for number in range(1, ON_STAGE + 1)],
        "listening": LISTENING,
    }
    sound = {"ice": [], "connection": "made-up", "observes": False}
    return {"type": "welcome", "v": 1, "you": member(ME), "snapshot": snapshot} | sound


def seconds(quiet: int) -> Iterator[list[Message]]:
    """What the socket says in each second: who listens, a hand up or down, a microphone on or off.

    After the first `quiet` seconds there is also applause, in two of ten.
    """
    seq = count(1)
    for second in count():
        hand = ME + 1 + second // 2 % 200
        raised = {"stage": "hand_up", "hand": second} if second % 2 == 0 else {}
        muted = 2 + second // 2 % 10
        reactions = [{"type": "reactions", "counts": {"clap": 3 + second % 5, "heart": 2}}]
        yield [
            {"type": "audience", "listening": LISTENING + second % 7},
            {"type": "member", "seq": next(seq), "member": member(hand, **raised)},
            {"type": "member", "seq": next(seq), "member": member(muted, muted=second % 2 == 0)},
            *(reactions if second >= quiet and second % 10 < 2 else []),
        ]


def audience(after: str) -> Message:
    """A page of the audience, as the API gives it."""
    first = int(after.partition("-")[2] or ON_STAGE) + 1
    last = min(first + PAGE - 1, ON_STAGE + LISTENING)
    people = [member(number) | {"known": False} for number in range(first, last + 1)]
    return {"results": people, "next": f"others-{last}" if last < ON_STAGE + LISTENING else None}
