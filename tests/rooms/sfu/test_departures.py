"""Contract of `rooms.sfu.departures`: a room of thousands ends a few at a time, and nobody twice."""

import asyncio

from rooms.sfu.departures import AT_ONCE
from rooms.sfu.messages import Drop
from tests.rooms.sfu.desk import Desk, until, want

MANY = 2 * AT_ONCE + 1


def crowd(desk: Desk) -> list[str]:
    peers = [f"peer {member}" for member in range(MANY)]
    for member, peer in enumerate(peers):
        desk.offer(peer, member)
    return peers


async def test_the_end_of_a_full_room_leaves_others_their_turn_on_the_loop(desk: Desk) -> None:
    peers, turns = crowd(desk), list[int]()
    desk.registry.take(want(2, live=False))
    while desk.open():
        turns.append(len(desk.gone()))
        await asyncio.sleep(0)
    assert turns == [AT_ONCE, 2 * AT_ONCE]
    assert desk.gone() == [(peer, "ended") for peer in peers]


async def test_one_who_goes_while_the_room_ends_is_reported_once(desk: Desk) -> None:
    peers = crowd(desk)
    desk.registry.take(want(2, live=False))
    desk.registry.take(Drop("room", AT_ONCE, 0))  # before others, who must end all the same
    await until(lambda: not desk.open())
    assert sorted(desk.gone()) == sorted(
        (peer, "dropped" if member == AT_ONCE else "ended") for member, peer in enumerate(peers)
    )


async def test_a_process_that_ends_closes_everybody_a_few_at_a_time(desk: Desk) -> None:
    peers, most = crowd(desk), 0
    over = asyncio.create_task(desk.registry.drain())
    while not over.done():
        before = len(desk.gone())
        await asyncio.sleep(0)
        most = max(most, len(desk.gone()) - before)
    assert most == AT_ONCE
    assert desk.gone() == [(peer, "dropped") for peer in peers]
