"""People who only sit in a room: one socket each, no browser and no sound, in a thread of their own."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from benchmarks import websocket
from benchmarks.websocket import WebSocket
from tests.flows.stack import Stoa, until

AT_ONCE = 20  # joins under way at the same time
ENTERED = 90
"""Seconds in which everybody must be in the room."""
MOVED = 30
"""Seconds in which half a stage must be invited, or have accepted."""
PLACES = 50
"""On a stage."""
GUESTS = [f"guest{n}" for n in range(10)]
"""So many listeners that there is something to search."""


class Crowd:
    """Everybody's socket and number in the room, by name."""

    def __init__(self, stoa: Stoa, room: str, keys: dict[str, str]) -> None:
        self.sockets: dict[str, WebSocket] = {}
        self.numbers: dict[str, int] = {}
        self._stoa, self._room, self._keys = stoa, room, keys
        self._loop = asyncio.new_event_loop()

    def say(self, name: str, **message: object) -> None:
        """Nothing: this person's socket said the message."""
        self._loop.call_soon_threadsafe(self.sockets[name].say, message)

    def go(self, *names: str) -> None:
        """Nothing: these people left."""
        for name in names:
            self.say(name, type="leave")

    def run(self) -> None:
        """Nothing, once `stop` was called: the thread's work."""
        self._loop.run_forever()
        self._loop.close()

    def enter(self) -> None:
        """Nothing: everybody is in the room."""
        asyncio.run_coroutine_threadsafe(self._enter(), self._loop).result(ENTERED)

    def stop(self) -> None:
        """Nothing: everybody left, and the thread is about to end."""
        for socket in self.sockets.values():
            self._loop.call_soon_threadsafe(socket.close)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _enter(self) -> None:
        gate = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for name, key in self._keys.items():
                group.create_task(self._join(name, key, gate))

    async def _join(self, name: str, key: str, gate: asyncio.Semaphore) -> None:
        address = urlsplit(self._stoa.url)
        path = f"/ws/rooms/{self._room}/?tab={name}"
        async with gate:
            headers = {"Cookie": f"sessionid={key}", "Origin": self._stoa.url}
            socket = await websocket.connect(str(address.hostname), int(address.port or 80), path, headers)
            _, welcome = await socket.message("welcome", 30)
        self.sockets[name], self.numbers[name] = socket, welcome["you"]["number"]


@contextmanager
def crowd(stoa: Stoa, room: str, names: Sequence[str]) -> Iterator[Crowd]:
    """These people sit in the room; at the end they are gone."""
    people = Crowd(stoa, room, stoa.sign_in(*names))
    thread = threading.Thread(target=people.run)
    thread.start()
    try:
        people.enter()
        yield people
    finally:
        people.stop()
        thread.join()


def fill_stage(people: Crowd, host: str, names: Sequence[str], count: Callable[[str], int]) -> None:
    """Nothing: as many of these people as find a place are on stage. `count`: how many a selector finds on a page."""
    half = len(names) // 2
    people.say(host, type="move", move="make_moderator", member=people.numbers[names[0]])
    for inviting, some in ((host, names[:half]), (names[0], names[half:])):  # nobody makes more than 40 moves at once
        _bring_on_stage(people, inviting, some, count)


def _bring_on_stage(people: Crowd, host: str, names: Sequence[str], count: Callable[[str], int]) -> None:
    there = min(PLACES, count("#stage li") + len(names))
    for name in names:
        people.say(host, type="move", move="invite", member=people.numbers[name])
    until("they are invited", lambda: count("#hands li") == len(names), MOVED)
    for name in names:
        people.say(name, type="move", move="accept")
    until("they are on stage", lambda: count("#stage li") == there, MOVED)
