"""The only caller of the media side: orders out, reports in, and which media process is alive with how many peers."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import structlog

from rooms.bus import Parcel
from rooms.placement import Taker
from rooms.roles import Code, Refused
from rooms.sfu import messages
from rooms.sfu.messages import Alive, Answer, Connected, Figures, Gone, Line, Order, Present, Rejected, Sealed

DEAD_AFTER = 5.0  # seconds without a word
BACK_WITHIN = 5.0  # seconds that everybody may take to find the road again
ANSWER_WITHIN = 2.0
SESSION = "w"  # begins the ids of WHIP and WHEP sessions

_log = structlog.get_logger(__name__)

_REFUSALS: Mapping[str, Code] = {
    messages.Code.ROOM_NOT_LIVE: Code.ENDED,
    messages.Code.MEMBER_ABSENT: Code.REMOVED,
    messages.Code.DRAINING: Code.UNAVAILABLE,
    messages.Code.FULL: Code.UNAVAILABLE,
}


def parcel(sfu: str, order: Order) -> Parcel:
    """The order as `bus.publish` takes it."""
    return messages.orders_channel(sfu), messages.dump(order)


def new_peer(kind: str = "") -> str:
    """A fresh id for a media connection; one that is a whole session by itself has the kind `SESSION`."""
    return kind + secrets.token_hex(8)


@dataclass(slots=True)
class Seen:
    """What is known of a media process: its last `Alive`, and when (loop time) it was heard.

    Since then: how many connections were `placed` there, and whether its orders were found `unread`. `moving` says that
    its members were told to go.
    """

    alive: Alive
    at: float
    placed: int = 0
    unread: bool = False
    moving: bool = False


class Media:
    """A web process's knowledge of the media processes.

    `arrived(alive)` is called for every `Alive`, `lost(sfu, epoch)` when a media process died or began anew (its peers
    are gone), `leaving(sfu)` once it is about to go and another takes its peers, `told(report)` for what is about one
    peer or one freeze. `figures` are the last of each that lives.
    """

    def __init__(
        self,
        arrived: Callable[[Alive], None],
        lost: Callable[[str, str], None],
        leaving: Callable[[str], None],
        told: Callable[[Connected | Gone | Present | Line | Sealed], None],
    ) -> None:
        self._arrived, self._lost, self._leaving, self._told = arrived, lost, leaving, told
        self._seen: dict[str, Seen] = {}
        self.figures: dict[str, Figures] = {}
        self._epochs: dict[str, str] = {}
        self._heard = asyncio.Event()
        self._asked: dict[str, asyncio.Future[Answer]] = {}

    def take(self, text: str) -> None:
        """One report, as it came."""
        try:
            report = messages.load(text)
        except messages.Refused as refused:
            _log.warning("report_refused", code=refused.code)
            return
        if isinstance(report, Alive):
            self._alive(report)
        elif isinstance(report, Connected | Gone | Present | Line | Sealed):
            self._told(report)
        elif isinstance(report, Figures):
            self.figures[report.sfu] = report
        elif isinstance(report, Answer | Rejected):
            self._settle(report)

    def tick(self, since: float) -> None:
        """Forget media processes that are silent for too long. Called again and again, while the road is open.

        Silence counts only from `since` (loop time), when the road opened: nobody is dead because Redis was away.
        """
        now = asyncio.get_running_loop().time()
        for sfu in [sfu for sfu, seen in self._seen.items() if now - max(seen.at, since) > DEAD_AFTER]:
            self._bury(sfu)

    @property
    def known(self) -> list[str]:
        """The media processes that are not known to be dead."""
        return list(self._seen)

    def look(self, read: Collection[str], since: float) -> None:
        """Forget media processes that were killed: nobody reads their orders, twice running and without a word between.

        `read` are those whose orders somebody reads now. Looking counts only some time after `since` (loop time), when
        the road opened: they need a moment to come back to it as well.
        """
        if asyncio.get_running_loop().time() - since < BACK_WITHIN:
            return
        for sfu in self._seen.keys() - read:
            if self._seen[sfu].unread:
                self._bury(sfu)
            else:
                self._seen[sfu].unread = True

    def talking(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The rooms in which somebody talks, and who, as each living media process said it last."""
        for seen in list(self._seen.values()):
            yield from seen.alive.talking.items()

    async def taking(self) -> tuple[Taker, ...]:
        """The media processes that take connections.

        Raises `Refused(UNAVAILABLE)` when none is heard of within two seconds.
        """
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await self._heard.wait()
        except TimeoutError as error:
            raise Refused(Code.UNAVAILABLE) from error
        if not (taking := self._taking()):
            raise Refused(Code.UNAVAILABLE)
        return taking

    def placed(self, sfu: str) -> None:
        """One more connection is on its way there: it counts before the media process says so itself."""
        if sfu in self._seen:
            self._seen[sfu].placed += 1

    def lease(self, sfu: str) -> str:
        """The lease under which sessions without a socket (WHIP, WHEP) live: it ends with the media process's epoch."""
        return f"{sfu}.{self._epochs.get(sfu, '')}"

    def leases(self) -> list[str]:
        """The leases of all media processes that are alive."""
        return [self.lease(sfu) for sfu in self._seen]

    def expect(self, request: str) -> None:
        """Keep the answer to the `Offer` with this request id. Called before the offer is sent."""
        self._asked[request] = asyncio.get_running_loop().create_future()

    async def answer(self, request: str) -> Answer:
        """The answer. Raises `Refused`: the media side's reason, or UNAVAILABLE when it does not come in time."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return await self._asked[request]
        except TimeoutError as error:
            raise Refused(Code.UNAVAILABLE) from error

    def forget(self, request: str) -> None:
        """Nobody waits for this answer any more."""
        self._asked.pop(request).cancel()

    def _alive(self, alive: Alive) -> None:
        before = self._epochs.get(alive.sfu, alive.epoch)
        moving = alive.draining and alive.sfu in self._seen and self._seen[alive.sfu].moving
        self._seen[alive.sfu] = Seen(alive, asyncio.get_running_loop().time(), moving=moving)
        self._epochs[alive.sfu] = alive.epoch
        self._heard.set()
        if before != alive.epoch:
            self._lost(alive.sfu, before)
        if self._taking():
            self._move_out()
        self._arrived(alive)

    def _taking(self) -> tuple[Taker, ...]:
        alive = ((seen.alive, seen.placed) for seen in self._seen.values() if not seen.alive.draining)
        return tuple(Taker(one.sfu, one.epoch, one.key, one.peers + placed) for one, placed in alive)

    def _move_out(self) -> None:
        """Nothing: the members of every media process that is about to go were told so, once."""
        for sfu, seen in self._seen.items():
            if seen.alive.draining and not seen.moving:
                seen.moving = True
                self._leaving(sfu)

    def _bury(self, sfu: str) -> None:
        epoch = self._seen.pop(sfu).alive.epoch
        self.figures.pop(sfu, None)
        _log.warning("sfu_dead", sfu=sfu)
        self._lost(sfu, epoch)

    def _settle(self, report: Answer | Rejected) -> None:
        promise = self._asked.get(report.request)
        if promise is None or promise.done():
            return
        if isinstance(report, Answer):
            promise.set_result(report)
        else:
            promise.set_exception(Refused(_REFUSALS.get(report.code, Code.BAD_SDP)))
