"""What the tests of orders impose, and how."""

import json
from typing import Any

from accounts.models import User
from rooms import protocol
from rooms.actions import orders
from rooms.models import Room
from rooms.protocol import Event
from rooms.roles import Move
from tests.rooms.scenes import NOON, SOURCE, Wire, come, do, member

NOTICE = protocol.measure("mute", "You spoke over everybody.", 7)
SAID = protocol.measure("lock", "Somebody raids us.")
OVER = protocol.measure("end_room", "You spread lies.", 7)


def how(by: User | None, **more: Any) -> dict[str, Any]:
    """Who orders it, from where and when, as an order takes it."""
    return {"by": by, "source": SOURCE, "now": NOON, **more}


def speaks(user: User, room: Room, host: User) -> None:
    """The person is on stage, unmuted."""
    come(user, room)
    do(host, room, Move.INVITE, user)
    do(user, room, Move.ACCEPT)


def host_heard(room: Room, host: User) -> None:
    """The host is here and unmuted."""
    come(host, room)
    do(host, room, Move.UNMUTE)


def told(caught: Wire, room: Room) -> list[tuple[str, str, int]]:
    """What single connections were told: to whom, of what type, and the code it closes with."""
    return [(letter.to, json.loads(letter.text)["type"], letter.close) for letter in caught.letters(room) if letter.to]


def impose(room: Room, on: User, what: Move, by: User | None, notice: Event = NOTICE, **more: Any) -> None:
    """The measure, on whoever is in the room."""
    orders.impose(room.pk, member(on, room).number, what, notice=notice, **how(by, **more))
