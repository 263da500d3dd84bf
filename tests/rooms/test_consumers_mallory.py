"""What Mallory tries at the room socket, besides what `test_consumers.py` and attack 9 have of her."""

from typing import Any

import pytest

from accounts.models import User
from rooms import consumers, process
from rooms.bus import room_channel
from rooms.models import Room

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_flood_of_bytes_is_cut_as_well(enter: Any, bob: User, open_room: Room) -> None:
    listener = await enter(bob, open_room)
    await listener.enter()
    for _ in range(consumers.MOST_REFUSED + 1):
        await listener.socket.send_to(bytes_data=b"\x00")
    assert await listener.closed() == 4429


async def test_whoever_may_not_know_of_a_room_does_not_wait_for_the_road_to_it(
    enter: Any, alice: User, mallory: User, hidden_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or no wait would tell that somebody is in it: then its road is open already."""
    asked: list[str] = []
    bus = process.here().bus
    subscribe = bus.subscribe

    async def counting(channel: str, *how: Any) -> bool:
        asked.extend([channel] if channel == room_channel(hidden_room.pk) else [])
        return await subscribe(channel, *how)

    monkeypatch.setattr(bus, "subscribe", counting)
    knocking = await enter(mallory, hidden_room)
    assert (await knocking.enter())["code"] == "not_found"
    assert asked == []
    host = await enter(alice, hidden_room)
    assert (await host.enter())["type"] == "welcome"
    assert len(asked) == 1
