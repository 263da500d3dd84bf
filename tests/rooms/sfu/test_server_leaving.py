"""A media process that is told to leave waits for those who move, and for nobody else."""

import asyncio

import pytest

from rooms.sfu import server as module
from rooms.sfu.messages import Drop
from tests.rooms.sfu.test_server_fuzz import ALICE, MALLORY, room

LONG, SHORT = 30.0, 0.1


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LEAVING", "STALLED"):
        monkeypatch.setattr(module, name, LONG)
    monkeypatch.setattr(module, "LOOK_EVERY", 0.001)


async def test_it_goes_when_the_last_has_moved() -> None:
    async with room() as (alice, _):
        waiting = asyncio.create_task(alice.server._moved())
        for member in (ALICE, MALLORY):
            await asyncio.sleep(SHORT)
            assert not waiting.done()
            alice.server.registry.take(Drop("room", member, 0))
        await asyncio.wait_for(waiting, 5)


async def test_it_waits_no_longer_for_those_who_do_not_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STALLED", SHORT)
    async with room() as (alice, _):
        await asyncio.wait_for(alice.server._moved(), 5)
        assert alice.server.registry.alive().peers == 2


async def test_it_goes_at_its_deadline_whoever_still_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LEAVING", SHORT)
    async with room() as (alice, _):
        await asyncio.wait_for(alice.server._moved(), 5)
        assert alice.server.registry.alive().peers == 2


async def test_it_waits_for_nobody_when_no_web_process_could_move_them() -> None:
    async with room() as (alice, _):
        alice.server._link.heard = False
        await asyncio.wait_for(alice.server._moved(), 5)
        assert alice.server.registry.alive().peers == 2
