"""The room socket, over a real Valkey: what is said on it; media, sessions and reactions have files of their own."""

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import translation

from accounts.models import User
from moderation.audit.models import Entry, Result
from rooms import consumers, door, process, refusals
from rooms.models import Member, Room
from rooms.roles import Code, Move
from tests.log import entries
from tests.moderation.unwritable import full_meanwhile, state
from tests.rooms.scenes import do, fresh, member, wire

pytestmark = pytest.mark.django_db(transaction=True)


async def test_whoever_comes_in_is_welcomed_with_the_room(enter: Any, alice: User, open_room: Room) -> None:
    host = await enter(alice, open_room)
    welcome = await host.enter()
    assert (welcome["type"], welcome["v"], welcome["ice"]) == ("welcome", 1, [])
    assert (welcome["you"]["rank"], welcome["observes"]) == ("host", False)
    assert welcome["snapshot"]["members"] == [welcome["you"]]
    assert welcome["snapshot"]["room"]["title"] == "Slow Sunday"


async def test_a_hand_goes_up_and_becomes_a_voice(enter: Any, alice: User, bob: User, open_room: Room) -> None:
    host, speaker = await enter(alice, open_room), await enter(bob, open_room)
    await host.enter()
    number = (await speaker.enter())["you"]["number"]
    await speaker.say(type="move", move="raise_hand", id=1)
    assert (await host.sees(bob, "hand_up"))["hand"] is not None
    await host.say(type="move", move="invite", member=number, id=1)
    await speaker.sees(bob, "invited")
    await speaker.say(type="move", move="accept", id=2)
    assert (await host.sees(bob, "speaking"))["muted"] is False


async def test_a_move_is_answered_with_its_id(enter: Any, bob: User, open_room: Room) -> None:
    listener = await enter(bob, open_room)
    await listener.enter()
    assert await listener.ask(type="move", move="raise_hand") == {"type": "ok", "id": 7}
    error = await listener.ask(type="move", move="accept")
    assert (error["type"], error["code"], error["id"]) == ("error", "forbidden", 7)
    assert error["message"]


async def test_a_refusal_speaks_the_persons_language(enter: Any, bob: User, open_room: Room) -> None:
    await User.objects.filter(pk=bob.pk).aupdate(language="zh-hans")
    listener = await enter(bob, open_room)
    await listener.enter()
    error = await listener.ask(type="move", move="accept")
    with translation.override("zh-hans"):
        assert error["message"] == refusals.body(Code.FORBIDDEN)["message"]


async def test_a_stranger_gets_for_a_hidden_room_what_a_missing_one_gives(
    enter: Any, mallory: User, hidden_room: Room
) -> None:
    answers = []
    for room in (hidden_room.pk, "aaaaaaaaaaaa", "no such room at all"):
        stranger = await enter(mallory, room)
        answers.append((await stranger.enter(), await stranger.closed()))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0]["code"] == "not_found"
    assert answers[0][1] == 4404
    refusals = await sync_to_async(entries)(result=Result.REFUSED, actor=mallory.uid, action="member.join")
    assert len(refusals) == 3


async def test_a_refused_socket_is_handed_nothing_that_is_said_in_the_room(
    enter: Any, alice: User, mallory: User, secret_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.dumps({"type": "member", "seq": 1})
    sit_down = door.sit_down
    cut = consumers.RoomSocket.cut

    def while_something_is_said(*args: Any) -> Any:
        for socket in hub.sockets:
            asyncio.run_coroutine_threadsafe(socket.hand(said), loop).result()
        return sit_down(*args)

    async def after_something_is_said(socket: consumers.RoomSocket, code: int) -> None:
        await socket.hand(said)
        await cut(socket, code)

    loop, hub = asyncio.get_running_loop(), process.here().hub
    monkeypatch.setattr(door, "sit_down", while_something_is_said)
    monkeypatch.setattr(consumers.RoomSocket, "cut", after_something_is_said)
    stranger = await enter(mallory, secret_room)
    assert (await stranger.enter())["code"] == "not_found"
    assert (await stranger.socket.receive_output(timeout=20))["type"] == "websocket.close"


async def test_another_tab_replaces_the_first(enter: Any, bob: User, open_room: Room) -> None:
    first, second = await enter(bob, open_room, "one"), await enter(bob, open_room, "two")
    one = await first.enter()
    two = await second.enter()
    assert one["you"]["number"] == two["you"]["number"]
    assert (await first.hear("replaced")) == {"type": "replaced"}
    assert await first.closed() == 4409


async def test_a_removed_member_is_told_and_cut(enter: Any, alice: User, bob: User, open_room: Room) -> None:
    host, listener = await enter(alice, open_room), await enter(bob, open_room)
    await host.enter()
    number = (await listener.enter())["you"]["number"]
    await host.say(type="move", move="remove", member=number)
    assert (await listener.hear("removed"))["reason"] == "removed"
    assert await listener.closed() == 4403
    assert (await host.hear("left"))["number"] == number


async def test_without_the_log_nobody_is_removed_and_nobody_hears_of_it(
    enter: Any, alice: User, bob: User, open_room: Room
) -> None:
    host, listener = await enter(alice, open_room), await enter(bob, open_room)
    await host.enter()
    number = (await listener.enter())["you"]["number"]
    before = await sync_to_async(state)()
    async with full_meanwhile():
        with wire() as caught:
            error = await host.ask(type="move", move="remove", member=number)
    assert (error["type"], error["code"]) == ("error", "unavailable")
    assert await sync_to_async(state)() == before
    assert caught.events(open_room) == []
    assert not [letter for letter in caught.letters(open_room) if letter.close]
    assert (await host.ask(type="move", move="remove", member=number))["type"] == "ok"
    assert (await listener.hear("removed"))["reason"] == "removed"


async def test_the_end_of_the_room_closes_every_socket(enter: Any, alice: User, bob: User, open_room: Room) -> None:
    host, listener = await enter(alice, open_room), await enter(bob, open_room)
    await host.enter()
    await listener.enter()
    await host.say(type="move", move="end")
    assert (await listener.hear("ended"))["reason"] == "host"
    assert [await listener.closed(), await host.closed()] == [4410, 4410]


async def test_the_audience_is_only_a_number(enter: Any, alice: User, bob: User, carol: User, open_room: Room) -> None:
    host = await enter(alice, open_room)
    await host.enter()
    for person in (bob, carol):
        await (await enter(person, open_room)).enter()
    while (heard := await host.hear("audience"))["listening"] != 2:
        pass
    assert "seq" not in heard
    await sync_to_async(do)(alice, open_room, Move.INVITE, bob)
    await sync_to_async(do)(bob, open_room, Move.ACCEPT)
    while (await host.hear("audience"))["listening"] != 1:
        pass


async def test_a_snapshot_is_given_for_the_asking(enter: Any, alice: User, open_room: Room) -> None:
    host = await enter(alice, open_room)
    await host.enter()
    await sync_to_async(do)(alice, open_room, Move.LOCK)
    answer = await host.ask(type="snapshot")
    assert answer["snapshot"] == await sync_to_async(fresh)(open_room)
    assert answer["you"]["rank"] == "host"


async def test_who_leaves_is_out_at_once(enter: Any, bob: User, open_room: Room) -> None:
    listener = await enter(bob, open_room)
    await listener.enter()
    assert (await listener.ask(type="leave"))["type"] == "ok"
    assert await listener.closed() == 1000
    assert not (await Member.objects.aget(user=bob)).present


async def test_a_closed_socket_leaves_its_member_waited_for(enter: Any, bob: User, open_room: Room) -> None:
    listener = await enter(bob, open_room)
    await listener.enter()
    await listener.socket.disconnect()
    async with asyncio.timeout(20):
        while (row := await Member.objects.aget(user=bob)).lost_at is None:  # noqa: ASYNC110  # noted within 1 s
            await asyncio.sleep(0.05)  # noted within a second
    assert row.present
    assert row.connection == ""


@pytest.mark.parametrize("text", ["{", "[]", '{"type":"dance"}', '{"type":"move","move":"fly"}'])
async def test_what_cannot_be_understood_is_refused_and_logged_once(
    enter: Any, bob: User, open_room: Room, text: str
) -> None:
    listener = await enter(bob, open_room)
    await listener.enter()
    for _ in range(3):
        await listener.socket.send_to(text)
        assert (await listener.hear("error"))["code"] == "bad_message"
    assert len(await sync_to_async(entries)(action="socket.message", actor=bob.uid)) == 1


async def test_bytes_and_too_much_text_do_no_harm(enter: Any, bob: User, open_room: Room) -> None:
    listener = await enter(bob, open_room)
    await listener.enter()
    await listener.socket.send_to(bytes_data=b"\x00" * 100)
    assert (await listener.hear("error"))["code"] == "bad_message"
    await listener.socket.send_to("x" * 70_000)
    assert (await listener.hear("error"))["code"] == "too_large"
    assert (await listener.ask(type="move", move="raise_hand"))["type"] == "ok"


async def test_a_flood_is_refused_and_then_cut(enter: Any, bob: User, open_room: Room) -> None:
    listener = await enter(bob, open_room)
    await listener.enter()
    for _ in range(consumers.MOST_REFUSED + 60):
        await listener.socket.send_to('{"type":"pong"}')
    assert (await listener.hear("error"))["code"] == "too_many"
    assert await listener.closed() == 4429
    assert await Entry.objects.filter(action="socket.message", reason="too_many").acount() == 1


async def test_hands_raised_too_often_are_refused_and_nobody_hears_of_them(
    enter: Any, alice: User, bob: User, open_room: Room
) -> None:
    host, listener = await enter(alice, open_room), await enter(bob, open_room)
    await host.enter()
    await listener.enter()
    for _ in range(5):
        for move in ("raise_hand", "lower_hand"):
            assert (await listener.ask(type="move", move=move))["type"] == "ok"
    before = await sync_to_async(fresh)(open_room)
    assert (await listener.ask(type="move", move="raise_hand"))["code"] == "too_many"
    assert await sync_to_async(fresh)(open_room) == before


async def test_sockets_outlive_redis_and_learn_what_they_missed(
    own_valkey: Any, enter: Any, alice: User, bob: User, open_room: Room
) -> None:
    host, listener = await enter(alice, open_room), await enter(bob, open_room)
    await host.enter()
    await listener.enter()
    own_valkey.stop()
    assert (await listener.ask(type="move", move="raise_hand"))["type"] == "ok"
    refused = await host.ask(type="move", move="remove", member=2)
    assert (refused["type"], refused["code"]) == ("error", "unavailable")
    assert (await sync_to_async(member)(bob, open_room)).present
    own_valkey.start()
    assert (await host.hear("ping"))["seq"] == 2
    await listener.say(type="move", move="lower_hand")
    assert (await host.hear("member"))["seq"] == 3


async def test_an_audience_that_came_while_redis_was_away_is_counted_when_it_is_back(
    own_valkey: Any, enter: Any, alice: User, bob: User, open_room: Room
) -> None:
    host, listener = await enter(alice, open_room), await enter(bob, open_room)
    await host.enter()
    own_valkey.stop()
    await listener.enter()
    process.here().hub._stirred.clear()  # the host's own arrival has been looked at twice
    own_valkey.start()
    assert (await host.hear("audience"))["listening"] == 1


async def test_a_socket_that_does_not_read_is_cut(enter: Any, bob: User, open_room: Room) -> None:
    listener = await enter(bob, open_room)
    await listener.enter()
    (socket,) = process.here().hub._rooms.pop(open_room.pk).values()
    now = asyncio.get_running_loop().time()
    await socket.ping(0, now)
    await socket.ping(0, now + 44)
    assert (await listener.hear("ping"))["type"] == "ping"
    await socket.ping(0, now + 46)
    assert await listener.closed() == 4413


async def test_a_socket_that_answers_pings_may_be_sent_any_amount(enter: Any, bob: User, open_room: Room) -> None:
    listener = await enter(bob, open_room)
    await listener.enter()
    (socket,) = process.here().hub._rooms.pop(open_room.pk).values()  # the hub's pings would come at other minutes
    assert isinstance(socket, consumers.RoomSocket)
    now = asyncio.get_running_loop().time()
    for minute in range(3):
        await socket.hand(json.dumps({"type": "filler", "text": "x" * (consumers.MOST_UNREAD - 1000)}))
        await socket.ping(0, now + 60 * minute)
        await listener.hear("ping")
        await listener.say(type="pong")
        async with asyncio.timeout(20):
            while socket._unread > 1000:  # noqa: ASYNC110  # a pong is answered by nothing
                await asyncio.sleep(0.01)
    await socket.hand("x" * (consumers.MOST_UNREAD + 1))
    await socket.ping(0, now + 181)
    assert await listener.closed() == 4413
