"""What a web process keeps running."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError, OperationalError, connections
from django.utils import timezone

from accounts.models import User
from moderation.audit.source import correlation
from rooms import bus, door, leases, media, process
from rooms.actions import presence
from rooms.actions.presence import Seat
from rooms.models import Member, Room
from rooms.process import Process
from rooms.sfu import messages
from rooms.sfu.messages import Alive
from tests.rooms.relay import KEY, Relay
from tests.rooms.scenes import a_session, come, member, until
from tests.rooms.test_hub import Ear
from tests.rooms.test_reports import listening
from tests.valkey import OwnValkey

pytestmark = pytest.mark.django_db(transaction=True)


async def test_there_is_one_for_each_event_loop_and_it_holds_its_lease(here: Process) -> None:
    assert process.here() is here
    await until(lambda: leases.living([here.id]))


async def test_its_lease_is_held_however_long_it_takes_to_note_who_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    noting, done = threading.Event(), threading.Event()
    monkeypatch.setattr(leases, "RENEW_EVERY", 0.1)

    def lose(*_seats: Seat, **_more: Any) -> bool:
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

    def away_at_first(*arguments: Any, **more: Any) -> int:
        calls.append(None)
        if len(calls) < 2:
            raise DatabaseError
        return lose(*arguments, **more)

    monkeypatch.setattr(presence, "lose", away_at_first)
    here.lose(seat)
    await until(lambda: member(bob, open_room).lost_at is not None)
    assert len(calls) == 2


async def test_many_lost_connections_are_noted_by_few_calls(here: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[list[str]] = []
    monkeypatch.setattr(process, "LOST_AT_ONCE", 2)
    monkeypatch.setattr(presence, "lose", lambda *seats, now: noted.append([one.uid for one in seats]))
    for who in ("alice", "bob", "carol"):
        here.lose(Seat("room", 1, 1, who, who))
    await until(lambda: sum(map(len, noted)) == 3)
    assert noted == [["alice", "bob"], ["carol"]]


class Broken:
    """What somebody who comes in meets once they are in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._join, self._patch = presence.join, monkeypatch

    def after_the_commit(self) -> None:
        self._patch.setattr(door, "_listening", Mock(side_effect=DatabaseError))

    def at_the_answer_of_the_commit(self) -> None:
        def join(*args: Any, **more: Any) -> None:
            self._join(*args, **more)
            raise OperationalError

        self._patch.setattr(presence, "join", join)


@pytest.mark.parametrize("how", [Broken.after_the_commit, Broken.at_the_answer_of_the_commit])
async def test_who_came_in_and_was_never_told_so_is_lost_soon_though_the_process_lives_on(
    how: Callable[[Broken], None], enter: Any, bob: User, open_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "GHOSTS_EVERY", 0.2)
    how(Broken(monkeypatch))
    listener = await enter(bob, open_room)
    assert (await listener.enter())["code"] == "unavailable"
    await listener.socket.disconnect()
    assert (await sync_to_async(member)(bob, open_room)).present
    await until(lambda: member(bob, open_room).lost_at is not None)
    assert leases.living([process.here().id])


async def test_whoever_was_gone_before_they_came_in_is_lost_soon(
    enter: Any, bob: User, open_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "GHOSTS_EVERY", 0.2)
    sit_down, go_on = door.sit_down, threading.Event()

    def slowly(*args: Any) -> door.Seated:
        assert go_on.wait(20)
        return sit_down(*args)

    monkeypatch.setattr(door, "sit_down", slowly)
    listener = await enter(bob, open_room)
    await listener.socket.connect()
    await listener.socket.disconnect(timeout=0.1)
    listener.socket = AsyncMock()  # the end of the test has nothing more to close
    assert process.here().hub.sockets == []
    go_on.set()
    await until(lambda: Member.objects.filter(user=bob, present=True).exists())
    await until(lambda: member(bob, open_room).lost_at is not None)


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
    here.jobs.once(go_on())
    await until(lambda: named)
    assert named == [""]
    correlation.reset(before)


async def test_a_seat_lost_twice_is_lost_once(here: Process, open_room: Room, bob: User) -> None:
    seat = (await sync_to_async(come)(bob, open_room, a_session())).seat
    now = timezone.now()
    assert await here.in_thread(presence.lose, seat, now=now)
    assert not await here.in_thread(presence.lose, seat, now=now)


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


async def test_who_talks_in_a_room_is_told_by_all_that_carry_it(here: Process) -> None:
    def tell(sfu: str, talking: dict[str, tuple[int, ...]]) -> None:
        here.media.take(messages.dump(Alive(sfu, "e1", 0, False, {}, key=KEY, talking=talking)))

    tell("a", {"room": (1, 2)})
    tell("b", {"room": (2, 7), "other": (1,)})
    assert process.talking() == {"room": frozenset({1, 2, 7}), "other": frozenset({1})}
    tell("a", {})
    assert process.talking()["room"] == frozenset({2, 7})


async def test_a_job_that_fell_goes_on_where_it_was_and_the_others_meanwhile(
    here: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[str] = []

    def fall_at_first(seat: Seat, **_more: Any) -> bool:
        lost.append(seat.uid)
        if len(lost) < 3:
            raise ZeroDivisionError
        return True

    monkeypatch.setattr(presence, "lose", fall_at_first)
    here.lose(Seat("room", 1, 1, "bob", "connection"))
    await until(lambda: len(lost) == 3)
    assert {job: number for job, number in process.falls().items() if number} == {"losses": 2}
    await until(lambda: leases.living([here.id]))
