"""The room socket and the media side: connections offered, refused, moved and lost."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import User
from moderation.audit.models import Entry, Result
from rooms import consumers
from rooms.actions import unseen
from rooms.models import Carrier, Member, Room
from rooms.sfu import messages
from tests.log import entries
from tests.rooms.relay import Relay

pytestmark = pytest.mark.django_db(transaction=True)


async def test_an_offer_is_answered_by_the_rooms_media_process(enter: Any, bob: User, open_room: Room) -> None:
    async with Relay() as relay:
        listener = await enter(bob, open_room)
        you = (await listener.enter())["you"]
        await relay.alive()
        answer = await listener.ask(type="media.offer", sdp="v=0")
        assert answer["sdp"] == "answer to v=0"
        offer = await relay.took(messages.Offer)
        assert (offer.member, offer.listen, offer.peer) == (you["number"], True, answer["peer"])
        assert offer.wanted == messages.Wanted(open_room.pk, 0, True, (), ())
        assert await Carrier.objects.filter(room=open_room, sfu="sfu-1", epoch="e1").acount() == 1


async def test_where_the_sound_comes_from_is_in_the_log_and_as_whose_session_it_was_asked_for(
    enter: Any, bob: User, open_room: Room
) -> None:
    async with Relay() as relay:
        listener = await enter(bob, open_room)
        number = (await listener.enter())["you"]["number"]
        await relay.alive()
        peer = (await listener.ask(type="media.offer", sdp="v=0"))["peer"]
        whence = "198.51.100.7", 50000, "192.0.2.1:7882", "udp"
        await relay.report(messages.Connected(relay.name, open_room.pk, number, peer, *whence))
        await relay.report(messages.Connected(relay.name, open_room.pk, number, "somebody else's", *whence))
        async with asyncio.timeout(20):
            while not (found := await sync_to_async(entries)(action="media.connect")):  # noqa: ASYNC110  # a thread writes it
                await asyncio.sleep(0.05)
    joined = (await sync_to_async(entries)(action="member.join"))[-1]
    (noted,) = found
    assert (noted.actor, noted.room, noted.detail) == (bob.uid, open_room.pk, {"over": "udp"})
    assert (noted.address, noted.port, noted.destination) == whence[:3]
    assert (noted.session, noted.user_agent) == (joined.session, joined.user_agent)


async def test_without_a_media_process_an_offer_is_refused(
    enter: Any, bob: User, open_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.media.ANSWER_WITHIN", 0.1)
    listener = await enter(bob, open_room)
    await listener.enter()
    assert (await listener.ask(type="media.offer", sdp="v=0"))["code"] == "unavailable"
    assert not await Entry.objects.filter(result=Result.REFUSED).aexists()


async def test_the_media_sides_refusal_reaches_the_browser_and_the_log(enter: Any, bob: User, open_room: Room) -> None:
    async with Relay() as relay:
        relay.refuse = messages.Code.NO_OPUS
        listener = await enter(bob, open_room)
        await listener.enter()
        await relay.alive()
        assert (await listener.ask(type="media.offer", sdp="v=0"))["code"] == "bad_sdp"
    (refusal,) = await sync_to_async(entries)(result=Result.REFUSED)
    assert (refusal.action, refusal.reason, refusal.actor) == ("member.offer", "bad_sdp", bob.uid)
    assert (refusal.room, refusal.channel) == (open_room.pk, "websocket")


async def test_when_the_media_process_begins_anew_browsers_offer_again(enter: Any, bob: User, open_room: Room) -> None:
    async with Relay() as relay:
        listener = await enter(bob, open_room)
        await listener.enter()
        await relay.alive()
        await listener.ask(type="media.offer", sdp="v=0")
        relay.epoch = "e2"
        await relay.alive()
        assert await listener.hear("media.lost") == {"type": "media.lost"}


async def test_whose_line_is_weak_is_told_to_whoever_runs_the_room_and_to_nobody_else(
    enter: Any, alice: User, bob: User, open_room: Room
) -> None:
    async with Relay() as relay:
        host, listener = await enter(alice, open_room), await enter(bob, open_room)
        await host.enter()
        number = (await listener.enter())["you"]["number"]
        await relay.alive()
        await relay.report(messages.Line(relay.name, open_room.pk, number, True, True, 12, 30, -1))
        told = await host.hear("line")
        assert told == {**told, "number": number, "way": "sending", "weak": True, "lost": 12, "jitter": 30, "trip": -1}
        await listener.say(id=9, type="snapshot")
        assert (await listener.hear("line", "snapshot"))["type"] == "snapshot"


async def test_who_is_moved_gets_the_new_connection_first_and_the_old_one_is_closed_after(
    enter: Any, bob: User, open_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.reports.OVERLAP", 0)
    async with Relay("sfu-1") as old, Relay("sfu-2") as new:
        listener = await enter(bob, open_room)
        await listener.enter()
        await old.alive()
        await listener.ask(type="media.offer", sdp="v=0")
        await old.alive({open_room.pk: 0}, draining=True)
        await new.alive()
        await listener.hear("media.lost")
        await listener.ask(type="media.offer", sdp="v=1")
        offer = await new.took(messages.Offer)
        assert not [order for order in old.orders if isinstance(order, messages.Elsewhere)]
        await new.report(messages.Connected("sfu-2", open_room.pk, offer.member, offer.peer))
        assert await old.took(messages.Elsewhere) == messages.Elsewhere(open_room.pk, offer.member, offer.peer)
        assert (await old.took(messages.Spread)).carriers == ("sfu-1", "sfu-2")
        assert (await new.took(messages.Spread)).carriers == ("sfu-1", "sfu-2")


async def test_whoever_is_told_to_offer_again_may_however_often_they_did(
    enter: Any, bob: User, open_room: Room
) -> None:
    async with Relay() as relay:
        listener = await enter(bob, open_room)
        await listener.enter()
        await relay.alive()
        for _ in range(int(consumers.OFFERS[1])):
            await listener.ask(type="media.offer", sdp="v=0")
        assert (await listener.ask(type="media.offer", sdp="v=0"))["code"] == "too_many"
        relay.epoch = "e2"
        await relay.alive()
        await listener.hear("media.lost")
        assert (await listener.ask(type="media.offer", sdp="v=0"))["type"] == "media.answer"


async def test_a_media_process_that_missed_an_order_is_told_again(enter: Any, alice: User, open_room: Room) -> None:
    async with Relay() as relay:
        host = await enter(alice, open_room)
        await host.enter()
        await relay.alive()
        await host.ask(type="media.offer", sdp="v=0")
        await relay.alive({open_room.pk: 0, "zzzzzzzzzzzz": 3})
        assert await relay.took(messages.Wanted) == messages.Wanted(open_room.pk, 1, True, (), ())
        assert await relay.took(messages.Wanted, 2) == messages.Wanted("zzzzzzzzzzzz", 3, False, (), ())


async def test_whoever_is_connected_and_stands_in_no_list_is_cut_and_told(
    enter: Any, alice: User, bob: User, open_room: Room
) -> None:
    async with Relay() as relay:
        host = await enter(alice, open_room)
        await host.enter()
        await relay.alive()
        ghost = await sync_to_async(Member.objects.create)(
            room=open_room, user=bob, number=66, visit=1, left_at=timezone.now() - unseen.GRACE
        )
        await relay.report(messages.Present(relay.name, {open_room.pk: (1, ghost.number)}))
        assert await relay.took(messages.Drop) == messages.Drop(open_room.pk, ghost.number, 0)
        async with asyncio.timeout(10):
            while not (told := await sync_to_async(entries)(action="media.connect", result="refused")):  # noqa: ASYNC110  # as it comes
                await asyncio.sleep(0.05)
        assert [(one.actor, one.reason) for one in told] == [(bob.uid, "unseen")]
