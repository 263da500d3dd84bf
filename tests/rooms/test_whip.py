"""WHIP and WHEP, with a media process that answers."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connections
from django.test import AsyncClient
from django.utils import timezone

from accounts.models import User
from moderation.audit.models import Entry, Result
from rooms import process, tokens
from rooms.actions import presence
from rooms.bucket import Bucket
from rooms.models import Member, Room
from rooms.protocol import MAX_SDP
from rooms.roles import Move
from rooms.sfu import messages
from rooms.tokens import RoomToken
from tests.log import entries
from tests.moderation.unwritable import full_meanwhile, state
from tests.rooms.relay import Relay
from tests.rooms.scenes import come, do, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    process.here()
    async with Relay() as relay:
        yield relay
    await process.here().stop()
    await sync_to_async(connections.close_all)()


def token(user: User, room: Room, *, speak: bool = False, hours: int = 1) -> str:
    return RoomToken(room.pk, user.uid, speak, timezone.now() + timedelta(hours=hours), tokens.proof(user)).sign()


async def post(relay: Relay, room: str, end: str, bearer: str, sdp: str = "v=0", **more: Any) -> Any:
    await relay.alive()
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    kind = more.pop("content_type", "application/sdp")
    return await AsyncClient().post(f"/api/v1/rooms/{room}/{end}", sdp, content_type=kind, headers=headers)


async def test_an_encoder_speaks_and_is_a_member(relay: Relay, open_room: Room, alice: User) -> None:
    response = await post(relay, open_room.pk, "whip", token(alice, open_room, speak=True))
    assert response.status_code == 201, response.content
    assert response["Content-Type"] == "application/sdp"
    assert response.content == b"answer to v=0"
    row = await Member.objects.aget(user=alice)
    assert (row.present, row.stage, row.muted) == (True, "speaking", False)
    assert row.process == "sfu-1.e1"
    assert response["Location"] == f"/api/v1/rooms/{open_room.pk}/whip/{row.connection}"
    offer = await relay.took(messages.Offer)
    assert (offer.peer, offer.listen, offer.wanted.speak) == (row.connection, False, (1,))
    (joined,) = await sync_to_async(entries)(action="member.join")
    assert (joined.actor, joined.factors) == (alice.uid, "room_token")


async def test_a_player_listens_and_is_a_member(relay: Relay, open_room: Room, bob: User) -> None:
    response = await post(relay, open_room.pk, "whep", token(bob, open_room))
    assert response.status_code == 201
    assert (await Member.objects.aget(user=bob)).stage == "audience"
    assert (await relay.took(messages.Offer)).listen


async def test_a_delete_on_the_location_ends_it(relay: Relay, open_room: Room, bob: User, carol: User) -> None:
    bearer = token(bob, open_room)
    where = (await post(relay, open_room.pk, "whep", bearer))["Location"]
    other = {"authorization": f"Bearer {token(carol, open_room)}"}
    assert (await AsyncClient().delete(where, headers=other)).status_code == 404
    assert (await AsyncClient().delete(where)).status_code == 401
    assert (await Member.objects.aget(user=bob)).present
    assert (await AsyncClient().delete(where, headers={"authorization": f"Bearer {bearer}"})).status_code == 200
    assert not (await Member.objects.aget(user=bob)).present
    assert (await relay.took(messages.Drop)).member == 2


async def patch(where: str, bearer: str, fragment: str, **headers: str) -> Any:
    kind = headers.pop("content_type", "application/trickle-ice-sdpfrag")
    headers["authorization"] = f"Bearer {bearer}"
    return await AsyncClient().patch(where, fragment, content_type=kind, headers=headers)


CANDIDATES = "a=ice-ufrag:them\r\na=ice-pwd:their-password-of-22-chars\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"


async def test_candidates_are_taken_and_ice_begins_anew_on_wish(relay: Relay, open_room: Room, bob: User) -> None:
    bearer = token(bob, open_room)
    began = await post(relay, open_room.pk, "whep", bearer, "v=0\r\na=ice-ufrag:user0\r\n")
    where, tag = began["Location"], began["ETag"]
    assert (tag, began["Accept-Patch"]) == ('"user0"', "application/trickle-ice-sdpfrag")
    taken = await patch(where, bearer, CANDIDATES, if_match=tag)
    assert (taken.status_code, taken.content) == (204, b"")
    anew = await patch(where, bearer, CANDIDATES, if_match="*")
    assert (anew.status_code, anew["ETag"], anew.content) == (200, '"user1"', b"a=ice-ufrag:user1\r\n")
    assert anew["Content-Type"] == "application/trickle-ice-sdpfrag"
    assert (await patch(where, bearer, CANDIDATES, if_match=tag)).status_code == 412
    assert (await patch(where, bearer, CANDIDATES, if_match=anew["ETag"])).status_code == 204
    assert (await Member.objects.aget(user=bob)).present


async def test_a_patch_that_is_none_is_refused_and_nothing_changed(
    relay: Relay, open_room: Room, bob: User, carol: User
) -> None:
    bearer = token(bob, open_room)
    where = (await post(relay, open_room.pk, "whep", bearer))["Location"]
    assert (await patch(where, bearer, CANDIDATES)).status_code == 428
    assert (await patch(where, bearer, CANDIDATES, if_match="*", content_type="application/sdp")).status_code == 415
    assert (await patch(where, bearer, "a=ice-pwd:alone", if_match="*")).status_code == 400
    assert (await patch(where, bearer, "x" * (MAX_SDP + 1), if_match="*")).status_code == 413
    assert (await patch(where, token(carol, open_room), CANDIDATES, if_match="*")).status_code == 404
    other = where[:-1] + ("1" if where.endswith("0") else "0")
    assert (await patch(other, bearer, CANDIDATES, if_match="*")).status_code == 404
    assert [order for order in relay.orders if isinstance(order, messages.Ice)] == []


async def test_too_many_questions_about_ice_are_refused_and_reach_no_media_process(
    relay: Relay, open_room: Room, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bearer, bucket = token(bob, open_room), Bucket(rate=0, burst=2, at=0)
    monkeypatch.setattr("rooms.door._questions", lambda _uid: bucket)
    where = (await post(relay, open_room.pk, "whep", bearer, "v=0\r\na=ice-ufrag:user0\r\n"))["Location"]
    statuses = [(await patch(where, bearer, CANDIDATES, if_match="*")).status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    assert sum(isinstance(order, messages.Ice) for order in relay.orders) == 2
    (refusal,) = await sync_to_async(entries)(result=Result.REFUSED)
    assert (refusal.action, refusal.reason, refusal.actor) == ("room_token.use", "too_many", bob.uid)


async def test_a_session_whose_media_is_gone_is_over(relay: Relay, open_room: Room, bob: User) -> None:
    await post(relay, open_room.pk, "whep", token(bob, open_room))
    await relay.gone(await relay.took(messages.Offer))
    for _ in range(100):
        if not (await Member.objects.aget(user=bob)).present:
            return
        await sync_to_async(connections.close_all)()
    pytest.fail("still there")


async def test_and_so_it_is_when_the_database_was_away_as_it_ended(
    relay: Relay, open_room: Room, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await post(relay, open_room.pk, "whep", token(bob, open_room))
    leave, calls = presence.leave_session, []

    def away_at_first(*arguments: Any, **more: Any) -> bool:
        calls.append(arguments)
        if len(calls) < 2:
            raise DatabaseError
        return leave(*arguments, **more)

    monkeypatch.setattr(presence, "leave_session", away_at_first)
    await relay.gone(await relay.took(messages.Offer))
    await left(bob)


async def test_a_refused_offer_leaves_nobody_behind(relay: Relay, open_room: Room, bob: User) -> None:
    relay.refuse = messages.Code.SDP_INVALID
    response = await post(relay, open_room.pk, "whep", token(bob, open_room))
    assert (response.status_code, response.json()["code"]) == (400, "bad_sdp")
    assert not (await Member.objects.aget(user=bob)).present
    (refusal,) = await sync_to_async(entries)(result=Result.REFUSED)
    assert (refusal.action, refusal.reason, refusal.actor) == ("member.offer", "bad_sdp", bob.uid)


@pytest.mark.parametrize("held", ["rooms.whip._sit_down", "rooms.actions.carriers.place"])
async def test_whoever_hangs_up_before_the_answer_leaves_nobody_behind(
    relay: Relay, open_room: Room, bob: User, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    relay.refuse = messages.Code.FULL
    asked, go = threading.Event(), threading.Event()
    module, name = held.rsplit(".", 1)
    do = getattr(import_module(module), name)

    def hold(*arguments: Any, **more: Any) -> Any:
        asked.set()
        go.wait(10)
        return do(*arguments, **more)

    monkeypatch.setattr(held, hold)
    call = asyncio.create_task(post(relay, open_room.pk, "whep", token(bob, open_room)))
    assert await asyncio.to_thread(asked.wait, 10)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    go.set()
    await left(bob)


async def test_whoever_finds_no_database_when_refused_is_waited_for_no_longer_than_a_lost_connection(
    relay: Relay, open_room: Room, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.refuse = messages.Code.FULL
    monkeypatch.setattr("rooms.actions.presence.leave", away)
    assert (await post(relay, open_room.pk, "whep", token(bob, open_room))).status_code == 503
    await until(lambda: Member.objects.get(user=bob).lost_at is not None)


def away(*_arguments: object, **_more: object) -> None:
    raise DatabaseError


async def left(user: User) -> None:
    await until(lambda: Member.objects.filter(user=user, present=False).exists())


async def test_without_an_answer_it_is_unavailable(
    relay: Relay, open_room: Room, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.mute = True
    monkeypatch.setattr("rooms.media.ANSWER_WITHIN", 0.2)
    response = await post(relay, open_room.pk, "whep", token(bob, open_room))
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert response["Retry-After"] == "2"


async def test_without_the_log_no_encoder_comes_in(relay: Relay, open_room: Room, alice: User) -> None:
    bearer = token(alice, open_room, speak=True)
    await relay.alive()
    before = await sync_to_async(state)()
    async with full_meanwhile():
        response = await post(relay, open_room.pk, "whip", bearer)
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert response["Retry-After"] == "2"
    assert await sync_to_async(state)() == before
    assert relay.orders == []
    assert (await post(relay, open_room.pk, "whip", bearer)).status_code == 201


@pytest.mark.parametrize(
    ("bearer", "end", "status", "code"),
    [
        ("none", "whip", 401, "bad_token"),
        ("forged", "whip", 401, "bad_token"),
        ("expired", "whip", 401, "bad_token"),
        ("of another room", "whep", 401, "bad_token"),
        ("to listen", "whip", 403, "forbidden"),
        ("to speak, without the right", "whip", 403, "forbidden"),
    ],
)
async def test_a_wrong_token_opens_nothing(
    relay: Relay, open_room: Room, secret_room: Room, mallory: User, bearer: str, end: str, status: int, code: str
) -> None:
    bearers = {
        "none": "",
        "forged": token(mallory, open_room, speak=True)[:-2] + "xx",
        "expired": token(mallory, open_room, hours=-1),
        "of another room": token(mallory, secret_room),
        "to listen": token(mallory, open_room),
        "to speak, without the right": token(mallory, open_room, speak=True),
    }
    response = await post(relay, open_room.pk, end, bearers[bearer])
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not await Member.objects.filter(user=mallory).aexists()
    assert await Entry.objects.filter(result=Result.REFUSED, reason=code).aexists()
    assert relay.orders == []


async def test_a_new_password_voids_the_tokens_from_before(relay: Relay, open_room: Room, bob: User) -> None:
    old = token(bob, open_room)
    where = (await post(relay, open_room.pk, "whep", old))["Location"]
    bob.set_password("nine grey herons wade")
    await bob.asave()
    assert (await post(relay, open_room.pk, "whep", old)).status_code == 401
    assert (await AsyncClient().delete(where, headers={"authorization": f"Bearer {old}"})).status_code == 401
    assert (await post(relay, open_room.pk, "whep", token(bob, open_room))).status_code == 201


async def test_a_token_that_is_used_again_takes_the_place_of_the_session_before(
    relay: Relay, open_room: Room, bob: User
) -> None:
    bearer = token(bob, open_room)
    headers = {"authorization": f"Bearer {bearer}"}
    first, second = [(await post(relay, open_room.pk, "whep", bearer))["Location"] for _ in range(2)]
    row = await Member.objects.aget(user=bob)
    assert (row.present, second.rpartition("/")[2]) == (True, row.connection)
    assert (await AsyncClient().delete(first, headers=headers)).status_code == 404
    await relay.gone(await relay.took(messages.Offer), "replaced")
    assert (await AsyncClient().delete(second, headers=headers)).status_code == 200
    assert not (await Member.objects.aget(user=bob)).present


async def test_a_token_of_somebody_banned_from_the_room_opens_nothing(
    relay: Relay, open_room: Room, alice: User, bob: User
) -> None:
    bearer = token(bob, open_room)
    await post(relay, open_room.pk, "whep", bearer)
    await sync_to_async(come)(alice, open_room)
    await sync_to_async(do)(alice, open_room, Move.BAN, bob)
    refused = await post(relay, open_room.pk, "whep", bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "banned")
    assert not (await Member.objects.aget(user=bob)).present


async def test_too_many_arrivals_are_refused_and_sit_nobody_down(
    relay: Relay, open_room: Room, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = Bucket(rate=0, burst=2, at=0)
    monkeypatch.setattr("rooms.door._arrivals", lambda _uid: bucket)
    statuses = [(await post(relay, open_room.pk, "whep", token(bob, open_room))).status_code for _ in range(4)]
    assert statuses == [201, 201, 429, 429]
    assert await Entry.objects.filter(action="member.join", result=Result.OK).acount() == 2
    (refusal,) = await sync_to_async(entries)(result=Result.REFUSED)
    assert (refusal.action, refusal.reason, refusal.actor) == ("member.join", "too_many", bob.uid)


async def test_a_hidden_room_and_a_missing_one_answer_alike(relay: Relay, hidden_room: Room, mallory: User) -> None:
    answers = []
    for room in (hidden_room, Room(pk="aaaaaaaaaaaa")):
        response = await post(relay, room.pk, "whep", token(mallory, room))
        answers.append((response.status_code, response.content, sorted(response.headers)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


async def test_what_is_no_offer_is_refused(relay: Relay, open_room: Room, bob: User) -> None:
    bearer = token(bob, open_room)
    assert (await post(relay, open_room.pk, "whep", bearer, content_type="text/plain")).status_code == 415
    assert (await post(relay, open_room.pk, "whep", bearer, "x" * (MAX_SDP + 1))).status_code == 413
    assert not await Member.objects.filter(user=bob).aexists()
    refusals = Entry.objects.filter(result=Result.REFUSED, action="room_token.use", room=open_room.pk).order_by("pk")
    assert [entry.reason async for entry in refusals] == ["bad_type", "too_large"]


async def test_other_peoples_players_may_ask_from_any_origin(relay: Relay, open_room: Room) -> None:
    response = await AsyncClient().options(f"/api/v1/rooms/{open_room.pk}/whep", headers={"origin": "https://other"})
    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in response["Access-Control-Allow-Headers"]
    assert response["Accept-Post"] == "application/sdp"
    got = await AsyncClient().get(f"/api/v1/rooms/{open_room.pk}/whep")
    assert (got.status_code, got["Allow"]) == (405, "POST, OPTIONS")


async def test_neither_token_nor_sdp_reaches_the_log(
    relay: Relay, open_room: Room, bob: User, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    bearer = token(bob, open_room)
    relay.refuse = messages.Code.SDP_INVALID
    await post(relay, open_room.pk, "whep", bearer, "v=0 secret-fingerprint")
    written = capsys.readouterr().out + caplog.text + str(await sync_to_async(entries)())
    assert bearer not in written
    assert "secret-fingerprint" not in written
