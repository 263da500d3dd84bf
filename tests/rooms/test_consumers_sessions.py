"""The room socket and the session it was opened by: who is signed in, by what, and until when."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session as StoredSession
from django.utils import timezone

from accounts.actions import standing
from accounts.models import User
from accounts.standing import FOR_GOOD
from moderation.audit.models import Entry
from moderation.audit.source import SHOWN
from rooms import process
from rooms.models import Member, Room
from rooms.sfu import messages
from tests.log import entries
from tests.rooms.relay import Relay
from tests.rooms.scenes import SOURCE

pytestmark = pytest.mark.django_db(transaction=True)


async def test_whoever_is_not_signed_in_is_told_so(enter: Any, open_room: Room) -> None:
    nobody = await enter(None, open_room)
    assert (await nobody.enter())["code"] == "signed_out"
    assert await nobody.closed() == 4401
    assert await Entry.objects.filter(action="socket.connect", reason="signed_out").acount() == 1


async def test_what_is_done_by_a_socket_bears_the_factors_of_its_session(
    enter: Any, bob: User, open_room: Room
) -> None:
    listener = await enter(bob, open_room)
    await sync_to_async(show)("password", "totp")
    await listener.enter()
    await listener.ask(type="move", move="raise_hand")
    done = await sync_to_async(entries)(actor=bob.uid, channel="websocket")
    assert {one.action: one.factors for one in done} == dict.fromkeys(
        ("member.join", "member.raise_hand"), "password+totp"
    )


def show(*ways: str) -> None:
    """The only session was shown by these factors."""
    session = SessionStore(StoredSession.objects.get().session_key)
    session[SHOWN] = [{"method": way, "at": 1.5} for way in ways]
    session.save()


async def test_a_session_that_ended_can_move_no_more(enter: Any, bob: User, open_room: Room) -> None:
    listener = await enter(bob, open_room)
    await listener.enter()
    await run_out()
    assert (await listener.ask(type="move", move="raise_hand"))["code"] == "signed_out"
    assert (await Member.objects.aget(user=bob)).stage == "audience"


async def test_a_session_that_ended_is_given_no_media(enter: Any, bob: User, open_room: Room) -> None:
    async with Relay() as relay:
        listener = await enter(bob, open_room)
        await listener.enter()
        await relay.alive()
        await run_out()
        assert (await listener.ask(type="media.offer", sdp="v=0"))["code"] == "signed_out"
        assert relay.orders == []


async def run_out() -> None:
    """Nothing: every session has run out, of which nobody is told (a socket is closed when somebody is)."""
    await StoredSession.objects.aupdate(expire_date=timezone.now() - timedelta(days=1))


def sign_out(user: User) -> None:
    StoredSession.objects.all().delete()


def change_password(user: User) -> None:
    user.set_password("nine grey herons wade")
    user.save(update_fields=["password"])


def deactivate(user: User) -> None:
    user.is_active = False
    user.save()


def suspend(user: User) -> None:
    standing.suspend(user, FOR_GOOD, by=None, now=timezone.now(), source=SOURCE)


@pytest.mark.parametrize(
    ("end", "code", "close"),
    [
        (sign_out, "signed_out", 4401),
        (change_password, "signed_out", 4401),
        (deactivate, "suspended", 4424),
        (suspend, "suspended", 4424),
    ],
)
async def test_the_end_of_a_session_ends_socket_and_media_at_once(
    enter: Any, bob: User, open_room: Room, end: Callable[[User], None], code: str, close: int
) -> None:
    async with Relay() as relay:
        listener = await enter(bob, open_room)
        await listener.enter()
        await relay.alive()
        await listener.ask(type="media.offer", sdp="v=0")
        await sync_to_async(end)(bob)
        assert (await listener.hear("error"))["code"] == code
        assert await listener.closed() == close
        assert await relay.took(messages.Drop) == messages.Drop(open_room.pk, 2, 0)
    assert not (await Member.objects.aget(user=bob)).present
    assert await Entry.objects.filter(action="member.leave", reason="signed_out").acount() == 1


async def test_a_session_whose_end_nobody_told_of_is_found_within_15_seconds_and_others_stay(
    enter: Any, alice: User, bob: User, open_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SESSIONS_EVERY", 1)
    host, listener = await enter(alice, open_room), await enter(bob, open_room)
    await host.enter()
    await listener.enter()
    await User.objects.filter(pk=bob.pk).aupdate(is_active=False)
    assert await listener.closed() == 4424
    assert (await host.ask(type="move", move="lock"))["type"] == "ok"


async def test_a_suspended_account_is_told_so_at_the_door(enter: Any, bob: User, open_room: Room) -> None:
    listener = await enter(bob, open_room)
    await User.objects.filter(pk=bob.pk).aupdate(is_active=False)
    assert (await listener.enter())["code"] == "suspended"
    assert await listener.closed() == 4424
    assert await Entry.objects.filter(action="socket.connect", reason="suspended").acount() == 1
    assert not await Member.objects.filter(user=bob).aexists()
