"""Attack 9: the socket is hijacked: by another site's page, after the right is gone; and fields that nobody asked for.

Floods and what cannot be understood are in `tests/rooms/test_consumers.py`.
"""

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.audit.models import Entry
from moderation.models import Case, Report, Staff
from moderation.policies import Severity
from rooms.models import Member, Room, State
from rooms.roles import Move, Rank, Stage
from tests.rooms.scenes import come, do, member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("origin", [b"https://mallory.example", b"null", b"http://stoa.example.mallory.example"])
async def test_a_page_of_another_site_gets_no_socket_with_the_cookies_of_a_member(
    bob: User, open_room: Room, origin: bytes
) -> None:
    from config.asgi import application  # the last thing that a process imports: it freezes what is there

    client = Client()
    await sync_to_async(client.force_login)(bob)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}".encode()
    headers = [(b"cookie", cookie), (b"host", b"localhost"), (b"origin", origin)]
    socket = WebsocketCommunicator(application, f"/ws/rooms/{open_room.pk}/", headers)
    connected, _ = await socket.connect()
    assert not connected
    assert not await Member.objects.filter(user=bob).aexists()
    denied = await Entry.objects.aget(action="socket.connect")
    assert (denied.result, denied.reason) == ("refused", "origin")


@pytest.mark.parametrize("what", [Move.MUTE, Move.MOVE_TO_AUDIENCE, Move.REMOVE, Move.INVITE, Move.LOCK])
async def test_whoever_is_a_moderator_no_more_can_do_nothing_with_the_socket_of_one(
    enter: Any, alice: User, bob: User, carol: User, open_room: Room, what: Move
) -> None:
    moderator = await enter(bob, open_room)
    await moderator.enter()
    await sync_to_async(come)(carol, open_room)
    await sync_to_async(do)(alice, open_room, Move.MAKE_MODERATOR, bob)
    assert (await moderator.ask(type="move", move="lock"))["type"] == "ok"
    assert (await moderator.ask(type="move", move="unlock"))["type"] == "ok"
    await sync_to_async(do)(alice, open_room, Move.UNMAKE_MODERATOR, bob)
    before = await sync_to_async(rows)(open_room)
    number = (await sync_to_async(member)(carol, open_room)).number
    answer = await moderator.ask(type="move", move=what, **({} if what is Move.LOCK else {"member": number}))
    assert (answer["type"], answer["code"]) == ("error", "forbidden")
    assert await sync_to_async(rows)(open_room) == before


async def test_whoever_was_moved_to_the_audience_cannot_unmute_by_the_socket_of_a_speaker(
    enter: Any, alice: User, bob: User, open_room: Room
) -> None:
    speaker = await enter(bob, open_room)
    await speaker.enter()
    await speaker.ask(type="move", move="raise_hand")
    await sync_to_async(do)(alice, open_room, Move.INVITE, bob)
    assert (await speaker.ask(type="move", move="accept"))["type"] == "ok"
    await sync_to_async(do)(alice, open_room, Move.MOVE_TO_AUDIENCE, bob)
    for move in ("unmute", "accept"):
        assert (await speaker.ask(type="move", move=move))["code"] in ("forbidden", "wrong_stage")
    assert (await sync_to_async(member)(bob, open_room)).stage == Stage.AUDIENCE


def rows(room: Room) -> list[Any]:
    return [list(Member.objects.filter(room=room).order_by("pk").values()), Room.objects.values().get(pk=room.pk)]


WISHES = {
    "rank": "host",
    "stage": "speaking",
    "muted": False,
    "admitted": True,
    "suspended_until": None,
    "is_staff": True,
    "is_superuser": True,
    "role": "senior",
    "host": "mallory",
    "user": "mallory",
    "uid": "f" * 16,
    "state": "ended",
    "sfu": "mine",
    "case": 1,
    "severity": 1,
    "reporter": "alice",
    "channel": "staff",
}
"""What a body may ask for besides what is read of it."""


def test_fields_that_nobody_asked_for_change_nothing(alice: User, mallory: User, open_room: Room) -> None:
    until = timezone.now() + timedelta(days=1)
    for person in (alice, mallory):
        come(person, open_room)
    number = member(alice, open_room).number
    before = rows(open_room)
    client = Client()
    client.force_login(mallory)

    def send(method: str, path: str, **body: Any) -> int:
        call = getattr(client, method)
        return int(call(f"/api/v1/{path}", body | WISHES, content_type="application/json").status_code)

    assert send("patch", "me/", theme="dark") == 204
    assert send("post", f"rooms/{open_room.pk}/moves/", move="raise_hand") in (200, 204)
    assert send("post", f"rooms/{open_room.pk}/reports/", policy="spam", member=number) == 201
    assert send("patch", f"rooms/{open_room.pk}/", title="Mallory's") == 403
    mallory.refresh_from_db()
    hers = member(mallory, open_room)
    assert (hers.rank, hers.stage, hers.user) == (Rank.MEMBER, Stage.HAND_UP, mallory)
    assert (mallory.theme, mallory.is_staff, mallory.is_superuser, mallory.suspended_until) == (
        "dark",
        False,
        False,
        None,
    )
    assert not Staff.objects.exists()
    report = Report.objects.get()
    assert (report.reporter, report.channel, report.case.subject, report.case.severity) == (
        mallory,
        "room",
        alice,
        Severity.LOW,
    )
    room = Room.objects.get(pk=open_room.pk)
    assert (room.state, room.title, hers.sfu) == (State.LIVE, before[1]["title"], "")
    assert [row for row in before[0] if row["user_id"] == alice.pk] == list(
        Member.objects.filter(user=alice, room=open_room).values()
    )
    User.objects.filter(pk=mallory.pk).update(suspended_until=until)
    assert send("patch", "me/", theme="light") == 403
    mallory.refresh_from_db()
    assert mallory.suspended_until == until


def test_a_room_that_is_opened_is_ones_own_whatever_else_is_asked_for(alice: User, mallory: User) -> None:
    client = Client()
    client.force_login(mallory)
    body = {"title": "Owls", "access": "open"} | WISHES | {"host": "alice", "state": "live"}
    card = client.post("/api/v1/rooms/", body, content_type="application/json").json()
    (hers,) = Member.objects.filter(room=card["id"])
    assert (hers.user, hers.rank) == (mallory, Rank.HOST)
    assert not Case.objects.exists()
