"""The room socket, where the road to its room is opened as it comes."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from rooms import door, process
from rooms.consumers import RoomSocket
from rooms.hub import Hub
from rooms.models import Room
from rooms.roles import Move
from tests.rooms.scenes import do

pytestmark = pytest.mark.django_db(transaction=True)


async def test_what_is_said_while_the_road_is_opened_is_in_the_welcome(
    enter: Any, alice: User, open_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Hub.enter

    async def late(hub: Hub, room: str, socket: Any) -> None:
        await sync_to_async(do)(alice, open_room, Move.LOCK)
        await opened(hub, room, socket)

    monkeypatch.setattr(Hub, "enter", late)
    welcome = await (await enter(alice, open_room)).enter()
    assert (welcome["type"], welcome["snapshot"]["room"]["locked"]) == ("welcome", True)


async def test_whoever_waits_for_a_thread_while_another_opens_the_road_reads_the_room_once(
    enter: Any, alice: User, bob: User, open_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, came, looked, opened = process.here(), list[Any](), list[Any](), asyncio.Event()
    in_thread = here.in_thread

    async def in_turn(what: Any, *args: Any, **how: Any) -> Any:
        came.extend([what] if getattr(what, "__func__", None) is RoomSocket._sit_down else [])
        looked.extend([what] if what is door.look_about else [])
        if came and what is came[-1] and len(came) > 1:
            await opened.wait()
        answer = await in_thread(what, *args, **how)
        if what is door.look_about:
            opened.set()
        return answer

    monkeypatch.setattr(here, "in_thread", in_turn)
    first, second = await enter(alice, open_room), await enter(bob, open_room)
    welcomes = await asyncio.gather(first.enter(), second.enter())
    assert [welcome["type"] for welcome in welcomes] == ["welcome", "welcome"]
    assert len(looked) == 1
