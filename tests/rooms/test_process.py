"""What a web process keeps running."""

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any
from unittest.mock import AsyncMock

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connections
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.models import User
from accounts.throttle import Unavailable
from moderation.audit.source import correlation
from rooms import bus, leases, media, process
from rooms.actions import presence
from rooms.actions.presence import Seat
from rooms.evidence import sealed
from rooms.models import Room
from rooms.process import Process
from rooms.sfu import messages
from rooms.sfu.messages import Alive, Sealed
from tests.rooms.relay import KEY, Relay
from tests.rooms.scenes import a_session, come, member
from tests.rooms.test_hub import Ear
from tests.valkey import OwnValkey

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def here() -> AsyncIterator[Process]:
    yield process.here()
    await process.here().stop()
    await sync_to_async(connections.close_all)()


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not await sync_to_async(true)():  # noqa: ASYNC110  # what others do shows in the database
            await asyncio.sleep(0.05)


async def test_there_is_one_for_each_event_loop_and_it_holds_its_lease(here: Process) -> None:
    assert process.here() is here
    await until(lambda: leases.living([here.id]))


async def test_its_lease_is_held_however_long_it_takes_to_note_who_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    noting, done = threading.Event(), threading.Event()
    monkeypatch.setattr(leases, "RENEW_EVERY", 0.1)

    def lose(_seat: Seat, **_more: Any) -> bool:
        noting.set()
        return done.wait(20)

    monkeypatch.setattr(presence, "lose", lose)
    here = process.here()
    here.lose(Seat("room", 1, 1, "bob", "connection"))
    try:
        assert await asyncio.to_thread(noting.wait, 10)
        bus.client().delete(leases._key(here.id))
        await until(lambda: leases.living([here.id]))
    finally:
        done.set()
        await here.stop()
        await sync_to_async(connections.close_all)()


async def test_a_lost_connection_is_noted_also_when_the_database_was_away(
    here: Process, open_room: Room, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = (await sync_to_async(come)(bob, open_room, a_session())).seat
    calls: list[None] = []
    lose = presence.lose

    def away_at_first(*arguments: Any, **more: Any) -> bool:
        calls.append(None)
        if len(calls) < 2:
            raise DatabaseError
        return lose(*arguments, **more)

    monkeypatch.setattr(presence, "lose", away_at_first)
    here.lose(seat)
    await until(lambda: member(bob, open_room).lost_at is not None)
    assert len(calls) == 2


@pytest.mark.parametrize("away", [RedisError, Unavailable, DatabaseError, OSError])
async def test_what_cannot_be_done_while_something_is_away_ends_no_job(here: Process, away: type[Exception]) -> None:
    await here._try(AsyncMock(side_effect=away))


async def test_pings_go_on_without_the_database(here: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_rooms: list[str]) -> dict[str, int]:
        raise DatabaseError

    monkeypatch.setattr(process, "_numbers", away)
    ear = Ear("c")
    await here.hub.enter("r", ear)
    await here.hub.ping(["r"])
    assert {*ear.pings} == {0}


async def test_what_is_done_in_a_thread_bears_the_name_of_what_asked_for_it_and_what_goes_on_of_nothing(
    here: Process,
) -> None:
    named: list[str] = []

    async def go_on() -> None:
        named.append(await here.in_thread(correlation.get))

    before = correlation.set("5e1f00d5")
    assert await here.in_thread(correlation.get) == "5e1f00d5"
    here._keep(go_on())
    await until(lambda: named)
    assert named == [""]
    correlation.reset(before)


async def test_a_seat_lost_twice_is_lost_once(here: Process, open_room: Room, bob: User) -> None:
    seat = (await sync_to_async(come)(bob, open_room, a_session())).seat
    now = timezone.now()
    assert await here.in_thread(presence.lose, seat, now=now)
    assert not await here.in_thread(presence.lose, seat, now=now)


async def test_only_those_whose_sound_came_from_a_media_process_are_told_that_it_is_lost(here: Process) -> None:
    ears = [await listening(here, sfu) for sfu in ("a", "b", "")]
    hear(here, "a")
    hear(here, "a", "e2")
    await until(lambda: ears[0].moved)
    assert [ear.moved for ear in ears] == [1, 0, 0]


async def test_who_is_about_to_go_loses_nobody_until_another_takes_them(here: Process) -> None:
    ears = [await listening(here, "a") for _ in range(3)]
    hear(here, "a", draining=True)
    assert [ear.moved for ear in ears] == [0, 0, 0]
    hear(here, "b")
    await until(lambda: ears[2].moved)
    assert [ear.moved for ear in ears] == [1, 1, 1]


async def test_who_went_by_themselves_meanwhile_is_not_told_again(here: Process) -> None:
    stays, goes = [await listening(here, "a") for _ in range(2)]
    hear(here, "a", draining=True)
    hear(here, "b")
    goes.sfu = "b"
    await until(lambda: stays.moved)
    await asyncio.sleep(3 * process.MOVE_EVERY)
    assert goes.moved == 0


async def test_a_media_process_that_was_killed_is_found_though_nobody_starts_it_again(
    here: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "BACK_WITHIN", 0)
    ear = await listening(here, "sfu-1")
    async with Relay() as relay:
        await relay.alive()
        await asyncio.sleep(3 * process.LOOK_EVERY)
        assert ear.moved == 0
    await until(lambda: ear.moved)
    assert here.media.known == []


async def test_nobody_is_dead_because_redis_hangs(
    own_valkey: OwnValkey, here: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "DEAD_AFTER", 0.5)
    monkeypatch.setattr(media, "BACK_WITHIN", 0.5)
    ear = await listening(here, "sfu-1")
    async with Relay() as relay:
        await relay.alive()
        own_valkey.hang()
        await asyncio.sleep(2)
        own_valkey.go_on()
        await relay.alive()
        await asyncio.sleep(2 * process.LOOK_EVERY)
        assert (ear.moved, here.media.known) == (0, ["sfu-1"])
        await until(lambda: ear.moved)  # of silence, though, once Redis is back


async def listening(here: Process, sfu: str) -> Ear:
    """Somebody whose sound comes from this media process."""
    ear = Ear(secrets.token_hex(4))
    ear.sfu = sfu
    await here.hub.enter("room", ear)
    return ear


def hear(here: Process, sfu: str, epoch: str = "e1", *, draining: bool = False) -> None:
    here.media.take(messages.dump(Alive(sfu, epoch, 0, draining, {}, key=KEY)))


async def test_whoever_keeps_evidence_is_told_in_a_thread_that_a_freeze_was_answered(here: Process) -> None:
    told: list[tuple[Any, ...]] = []

    def receive(room: str, freeze: str, sfu: str, tracks: tuple[str, ...], **_: Any) -> None:
        told.append((room, freeze, sfu, tracks, threading.current_thread().name.startswith("rooms")))

    sealed.connect(receive)
    try:
        here.media.take(messages.dump(Sealed("a", "room", "0123456789abcdef", ("0123456789abcdef-1.sealed",))))
        await until(lambda: told)
    finally:
        sealed.disconnect(receive)
    assert told == [("room", "0123456789abcdef", "a", ("0123456789abcdef-1.sealed",), True)]


async def test_who_talks_in_a_room_is_told_by_all_that_carry_it(here: Process) -> None:
    def tell(sfu: str, talking: dict[str, tuple[int, ...]]) -> None:
        here.media.take(messages.dump(Alive(sfu, "e1", 0, False, {}, key=KEY, talking=talking)))

    tell("a", {"room": (1, 2)})
    tell("b", {"room": (2, 7), "other": (1,)})
    assert process.talking() == {"room": frozenset({1, 2, 7}), "other": frozenset({1})}
    tell("a", {})
    assert process.talking()["room"] == frozenset({2, 7})
