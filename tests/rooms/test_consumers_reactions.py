"""The room socket and reactions: shown by nobody's name, to everybody, and no more than is good."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import User
from moderation.audit.models import Entry
from rooms import bus, consumers, process
from rooms.actions.observe import observe
from rooms.models import Member, Room
from rooms.reactions import CHANNEL, Coalescer, Reaction
from rooms.roles import Stage
from tests.rooms.scenes import SOURCE

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_reaction_is_shown_to_everybody_by_nobodys_name(
    enter: Any, alice: User, bob: User, open_room: Room
) -> None:
    host, listener = await enter(alice, open_room), await enter(bob, open_room)
    await host.enter()
    await listener.enter()
    rows = [row async for row in Member.objects.order_by("pk").values()]
    for _ in range(3):
        await listener.say(type="react", reaction="clap")
    for browser in (host, listener):
        claps = 0
        while claps < 3:  # they may fall into two seconds
            shown = await browser.hear("reactions")
            assert set(shown) == {"type", "counts"}
            claps += shown["counts"]["clap"]
    assert [row async for row in Member.objects.order_by("pk").values()] == rows
    assert not await Entry.objects.filter(action__contains="react").aexists()


async def test_reactions_beyond_the_rate_are_dropped_without_a_word_and_cost_no_other_message(
    enter: Any, bob: User, open_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "REACTIONS", (0.0, 6.0))
    listener = await enter(bob, open_room)
    await listener.enter()
    counted: list[Reaction] = []
    monkeypatch.setattr(process.here().hub.reactions, "react", lambda _room, reaction: counted.append(reaction))
    for _ in range(300):
        await listener.say(type="react", reaction="wow")
    await listener.say(type="snapshot")
    assert (await listener.hear("error", "snapshot"))["type"] == "snapshot"
    assert counted == [Reaction.WOW] * 6


async def test_in_slow_mode_one_reaction_counts_whoever_reconnects_meanwhile(
    enter: Any, bob: User, open_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Room.objects.filter(pk=open_room.pk).aupdate(slow=30)
    counted: list[Reaction] = []
    monkeypatch.setattr(process.here().hub.reactions, "react", lambda _room, reaction: counted.append(reaction))
    here = await enter(bob, open_room)
    await here.enter()
    there = await enter(bob, open_room, "another")
    await here.say(type="react", reaction="wow")
    await here.say(type="react", reaction="wow")
    await here.say(type="snapshot")
    await here.hear("snapshot")
    await there.enter()
    await there.say(type="react", reaction="wow")
    await there.say(type="snapshot")
    await there.hear("snapshot")
    assert counted == [Reaction.WOW]


async def test_whoever_observes_neither_reacts_nor_comes_to_the_stage(
    enter: Any, bob: User, open_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[Reaction] = []
    monkeypatch.setattr(process.here().hub.reactions, "react", lambda _room, reaction: counted.append(reaction))
    await sync_to_async(observe)(bob, open_room.pk, source=SOURCE, now=timezone.now())
    listener = await enter(bob, open_room)
    assert (await listener.enter())["observes"] is True
    for asked in (
        {"type": "react", "reaction": "clap"},
        {"type": "move", "move": "raise_hand"},
        {"type": "move", "move": "accept"},
    ):
        answer = await listener.ask(**asked)
        assert (answer["type"], answer["code"]) == ("error", "forbidden")
    assert counted == []
    assert (await Member.objects.aget(user=bob)).stage == Stage.AUDIENCE


async def test_reactions_of_one_process_are_shown_by_another(enter: Any, bob: User, open_room: Room) -> None:
    listener = await enter(bob, open_room)
    await listener.enter()
    here = process.here()
    async with asyncio.timeout(10):  # the socket waits for its room's channel alone
        while not await here.bus.subscribe(CHANNEL, here.hub.reactions.hear):  # noqa: ASYNC110  # open when Redis says so
            await asyncio.sleep(0.01)
    elsewhere = Coalescer("elsewhere")
    elsewhere.react(open_room.pk, Reaction.HEART)
    await sync_to_async(bus.publish)([(CHANNEL, elsewhere.tell())])
    assert (await listener.hear("reactions"))["counts"] == {"heart": 1}
