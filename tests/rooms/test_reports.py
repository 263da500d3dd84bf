"""What a web process does about what the media processes report."""

import asyncio
import secrets
import threading
from typing import Any

import pytest

from rooms import reports
from rooms.evidence import sealed
from rooms.process import Process
from rooms.sfu import messages
from rooms.sfu.messages import Alive, Sealed
from tests.rooms.relay import KEY
from tests.rooms.scenes import until
from tests.rooms.test_hub import Ear

pytestmark = pytest.mark.django_db(transaction=True)


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
    await asyncio.sleep(3 * reports.MOVE_EVERY)
    assert goes.moved == 0


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


async def listening(here: Process, sfu: str) -> Ear:
    """Somebody whose sound comes from this media process."""
    ear = Ear(secrets.token_hex(4))
    ear.sfu = sfu
    await here.hub.enter("room", ear)
    return ear


def hear(here: Process, sfu: str, epoch: str = "e1", *, draining: bool = False) -> None:
    here.media.take(messages.dump(Alive(sfu, epoch, 0, draining, {}, key=KEY)))
