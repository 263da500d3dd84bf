"""A process's own sockets, room by room: one subscription per room, and each event's text handed on as it came."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import structlog

from rooms import protocol
from rooms.bus import Bus, Letter, room_channel
from rooms.reactions import Coalescer, Pace

PING_EVERY = 15  # seconds
LOOKS = 2  # at an audience that changed, a second apart: bus.stir tells only of the first of many changes
BATCH = 50  # sockets served before others get their turn on the loop

_log = structlog.get_logger(__name__)


class Socket(Protocol):
    """What the hub needs of a socket. `sfu` is the media process that its sound comes from, as far as is known."""

    connection: str
    session: str
    uid: str
    sfu: str

    async def hand(self, text: str) -> None:
        """Send the text."""

    async def cut(self, code: int) -> None:
        """Close the socket."""

    async def ping(self, seq: int, now: float) -> None:
        """Send a ping, or cut a socket that does not keep up."""

    async def sign_out(self) -> None:
        """Leave the room, and close the socket: its session is over."""

    async def move_sound(self) -> None:
        """Have the page offer a media connection anew: the one it has is gone, or about to go."""


class Hub:
    """The sockets of this process.

    `count(room)` reads how many are listening in a room, `numbers(rooms)` the number of each room's last event;
    `reactions` are those made here and elsewhere, and `pace` what slow mode leaves of them.
    """

    def __init__(
        self,
        bus: Bus,
        count: Callable[[str], Awaitable[int]],
        numbers: Callable[[list[str]], Awaitable[dict[str, int]]],
        reactions: Coalescer,
    ) -> None:
        self._bus, self._count, self._numbers, self.reactions = bus, count, numbers, reactions
        self.pace = Pace()
        self._rooms: dict[str, dict[str, Socket]] = {}
        self._mail: asyncio.Queue[tuple[str, Letter]] = asyncio.Queue()
        self._stirred: dict[str, int] = {}  # how often to look again
        self._listening: dict[str, int] = {}  # as last told
        self._seconds = 0

    @property
    def rooms(self) -> list[str]:
        """The rooms that have a socket here."""
        return list(self._rooms)

    @property
    def sockets(self) -> list[Socket]:
        """All sockets of this process."""
        return [socket for sockets in self._rooms.values() for socket in sockets.values()]

    def expect(self, room: str, socket: Socket) -> None:
        """From now on the socket hears what others here do of the room: nothing, where none has yet `enter`ed."""
        self._rooms.setdefault(room, {})[socket.connection] = socket
        self._listening.pop(room, None)  # the newcomer was not told

    def hears(self, room: str) -> bool:
        """Whether what is said in the room is heard here. Any thread may ask."""
        return self._bus.hears(room_channel(room))

    async def enter(self, room: str, socket: Socket) -> None:
        """From now on the socket hears what is said in the room: at once, or when the road is open again."""
        self.expect(room, socket)
        await self._bus.subscribe(room_channel(room), lambda wire: self._mail.put_nowait((room, Letter.load(wire))))

    async def leave(self, room: str, socket: Socket) -> None:
        """The socket hears no more."""
        sockets = self._rooms.get(room, {})
        sockets.pop(socket.connection, None)
        if not sockets and self._rooms.pop(room, None) is not None:
            self._stirred.pop(room, None)
            self._listening.pop(room, None)
            self.pace.forget(room)
            await self._bus.unsubscribe(room_channel(room))

    async def run(self) -> None:
        """Hand on what comes, in the order it came, until cancelled."""
        while True:
            room, letter = await self._mail.get()
            if not letter.text:
                self._stirred[room] = LOOKS
                continue
            told = protocol.pace(letter.text)
            if told and room in self._rooms:
                self.pace.set(room, *told)
            sockets = self._rooms.get(room, {})
            to = [sockets[letter.to]] if letter.to in sockets else [] if letter.to else list(sockets.values())
            await each(to, lambda socket, letter=letter: _deliver(socket, letter))  # type: ignore[misc]  # bound now

    def post(self, room: str, event: protocol.Event, to: str = "") -> None:
        """Tell this process's sockets in the room, or the connection `to`, something that concerns no other process."""
        sockets = self._rooms.get(room)
        if sockets and (not to or to in sockets):
            self._mail.put_nowait((room, Letter(protocol.dump(event), to)))

    def look_again(self) -> None:
        """Count every audience again: what stirred them may have been said while the road was closed."""
        self._stirred = dict.fromkeys(self._rooms, LOOKS)

    async def tick(self) -> None:
        """Once a second: the pings of a fifteenth of the rooms, the reactions, and the audiences that changed."""
        self._seconds += 1
        for room, counts in self.reactions.show().items():
            self.post(room, protocol.reactions(counts))
        await self.ping([room for room in self._rooms if (hash(room) + self._seconds) % PING_EVERY == 0])
        stirred = list(self._stirred)
        self._stirred = {room: looks - 1 for room, looks in self._stirred.items() if looks > 1}
        for room in stirred:
            listening = await self._count(room)
            if self._listening.get(room) != listening and room in self._rooms:
                self._listening[room] = listening
                self.post(room, {"type": "audience", "listening": listening})

    async def ping(self, rooms: list[str]) -> None:
        """Ping every socket of these rooms with the number of its room's last event, so that gaps are found."""
        numbers = await self._numbers(rooms) if rooms else {}
        now = asyncio.get_running_loop().time()
        for room in rooms:
            number = numbers.get(room, 0)
            sockets = list(self._rooms.get(room, {}).values())
            await each(sockets, lambda socket, number=number: socket.ping(number, now))  # type: ignore[misc]  # bound now


async def _deliver(socket: Socket, letter: Letter) -> None:
    await socket.hand(letter.text)
    if letter.close:
        await socket.cut(letter.close)


async def each(sockets: Iterable[Socket], do: Callable[[Socket], Awaitable[None]]) -> None:
    """Do it with every socket; one that fails is logged and stops nobody."""
    for position, socket in enumerate(sockets, 1):
        try:
            await do(socket)
        except Exception:  # noqa: BLE001  # servers differ in what they raise; one dead socket must not silence a room
            _log.warning("socket_failed", exc_info=True)
        if position % BATCH == 0:
            await asyncio.sleep(0)
